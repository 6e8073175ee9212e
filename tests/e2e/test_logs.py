"""Logs of a real agent: lines that are written while files rotate and the agent dies are stored once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import MUSTER, Program, Site, wait_for

LINE = "{number:06} 10.0.0.{host} GET /item/{number}"
PATTERN = "%{NUMBER:number} %{IP:client} %{WORD:verb} %{NOTSPACE:path}"


class Logs:
    """A server, an agent that is killed and started, and an admin."""

    def __init__(self, site: Site, directory: Path) -> None:
        self.site = site
        self.directory = directory
        self.token_file = site.token_file("agent")
        headers = {"Authorization": f"Bearer {site.token('admin')}"}
        self.http = httpx.Client(base_url=site.url, headers=headers, timeout=20, trust_env=False)
        self.agent = self.start()
        agents = wait_for("the agent", lambda: self.get("/v1/api/agents", state="online")["agentList"], 40)
        self.agent_id = agents[0]["id"]

    def start(self) -> Program:
        argv = [*MUSTER, "agent", "--server", self.site.url, "--token-file", str(self.token_file)]
        self.agent = Program([*argv, "--data", str(self.directory / "agent")], self.directory / "agent.log")
        return self.agent

    def stop(self) -> None:
        if self.agent.alive:
            self.agent.kill()
        self.http.close()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def push(self, name: str, config: dict[str, Any]) -> None:
        made = self.http.post(f"/v1/api/configs/{name}", json={"config": config})
        assert made.status_code == 200, made.text
        given = self.http.post(f"/v1/api/configs/{name}/agents", json={"agent_ids": [self.agent_id]})
        assert given.status_code == 200, given.text

    def status(self, name: str) -> dict[str, Any]:
        (row,) = self.get("/v1/api/runners", name=name)["runners"]
        return dict(row["status"] or {})

    def rows(self, runner: str) -> list[dict[str, Any]]:
        """Return all rows of a runner, page by page."""
        found: list[dict[str, Any]] = []
        query: dict[str, Any] = {"runner": runner, "limit": 1000, "from": "-1h"}
        while True:
            page = self.get("/console/v1/logs", **query)
            found += page["rows"]
            if not page["next"]:
                return found
            query["before"] = page["next"]

    def numbers(self, runner: str) -> Counter[int]:
        return Counter(int(row["fields"]["number"]) for row in self.rows(runner))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logs]:
    with Site(tmp_path_factory.mktemp("logs")) as site:
        site.start()
        logs = Logs(site, tmp_path_factory.mktemp("agent"))
        yield logs
        logs.stop()


class Writer:
    """Writes numbered lines at a pace, and once `rotating` is set rotates its file between two of them."""

    def __init__(self, path: Path, rotate: Callable[[Path, int], None]) -> None:
        self.path = path
        self.written = 0
        self.rotating = threading.Event()
        self._rotate = rotate
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def end(self) -> int:
        self._is_ending.set()
        self._thread.join(10)
        return self.written

    def _write(self) -> None:
        while not self._is_ending.wait(0.01):
            if self.rotating.is_set() and self.written % 400 == 0:
                self._rotate(self.path, self.written)
            with self.path.open("a") as file:
                for _ in range(20):
                    file.write(LINE.format(number=self.written, host=self.written % 250) + "\n")
                    self.written += 1


def rename(path: Path, number: int) -> None:
    path.rename(path.with_name(f"{path.name}.{number}"))


def copy_and_empty(path: Path, number: int) -> None:
    path.with_name(f"{path.name}.{number}").write_bytes(path.read_bytes())
    with path.open("r+b") as file:
        file.truncate()


@pytest.mark.parametrize("rotate", [rename, copy_and_empty], ids=["rename", "copy-and-empty"])
def test_lines_are_stored_once_over_rotation_and_kills(
    logs: Logs, tmp_path: Path, rotate: Callable[[Path, int], None], request: pytest.FixtureRequest
) -> None:
    name = f"web-{request.node.callspec.id}"
    path = tmp_path / "access.log"
    logs.push(
        name,
        {
            "reader": {"mode": "file", "log_path": str(path), "read_from": "oldest"},
            "parser": {"type": "grok", "grok_patterns": PATTERN},
            "batch_interval": "1",
        },
    )
    writer = Writer(path, rotate)
    try:
        wait_for("the first rows", lambda: logs.rows(name), 40)
        writer.rotating.set()
        for _ in range(3):
            least = len(logs.rows(name)) + 200
            wait_for("more rows", lambda least=least: len(logs.rows(name)) >= least, 40)
            logs.agent.kill()
            before = writer.written
            wait_for("lines that nobody reads", lambda before=before: writer.written > before + 900)
            logs.start()
    finally:
        written = writer.end()
    wait_for("all rows", lambda: len(logs.rows(name)) >= written, 40)
    found = logs.numbers(name)
    assert set(found) == set(range(written))
    assert {number: count for number, count in found.items() if count > 1} == {}
    row = logs.rows(name)[0]
    assert row["runner"] == name
    assert row["source"].startswith(str(path))
    assert row["fields"]["verb"] == "GET"
    status = wait_for("all counted", lambda: counted(logs.status(name), written), 60)
    assert (status["failed"], status["spooled"]) == (0, written)


def counted(status: dict[str, Any], written: int) -> dict[str, Any] | None:
    return status if status and status["read"] == written else None
