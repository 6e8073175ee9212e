"""A draft tried on a real agent's real file by the command line, then run, then held against its rows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import MUSTER, Program, Site, muster, wait_for

LINES = 300


class Machine:
    """A server, an agent that may read one directory, and an admin."""

    def __init__(self, site: Site, directory: Path) -> None:
        self.logs = directory / "logs"
        self.logs.mkdir()
        self.path = self.logs / "app.log"
        self.path.write_text("".join(f"10.0.0.{n % 250} GET /item/{n}\n" for n in range(LINES)))
        settings = directory / "agent.toml"
        settings.write_text(f'[agent]\nallow_paths = ["{self.logs}"]\n')
        token = site.token("admin")
        self.environ = {"MUSTER_URL": site.url, "MUSTER_TOKEN": token}
        self.http = httpx.Client(
            base_url=site.url, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )
        argv = [*MUSTER, "agent", "--server", site.url, "--token-file", str(site.token_file("agent"))]
        argv += ["--data", str(directory / "agent"), "--config", str(settings)]
        self.agent = Program(argv, directory / "agent.log")
        agents = wait_for("the agent", lambda: self.get("/v1/api/agents", state="online")["agentList"], 40)
        self.agent_id = agents[0]["id"]

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def config(self, pattern: str) -> dict[str, Any]:
        return {
            "reader": {"mode": "file", "log_path": str(self.path)},
            "parser": {"type": "grok", "grok_patterns": pattern},
            "batch_interval": "1",
        }


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Site(tmp_path_factory.mktemp("tryout")) as site:
        site.start()
        machine = Machine(site, tmp_path_factory.mktemp("agent"))
        yield machine
        machine.agent.kill()
        machine.http.close()


def write(path: Path, config: dict[str, Any]) -> str:
    path.write_text(json.dumps(config))
    return str(path)


def test_a_draft_from_file_to_backtest(machine: Machine, tmp_path: Path) -> None:
    config = machine.config("%{IP:client} %{WORD:verb} %{NOTSPACE:path}")
    draft = write(tmp_path / "draft.json", config)
    shown = muster("logs", "try", draft, "--agent", machine.agent_id, "--limit", "3", environ=machine.environ)
    assert f"path=/item/{LINES - 1}" in shown.stdout
    assert "3 read, 3 parsed, 0 failed, 0 filtered" in shown.stdout
    assert machine.get("/console/v1/logs", **{"from": "-1h", "runner": "app"})["rows"] == []
    pushed = machine.http.post("/v1/api/configs/app", json={"config": config})
    assert pushed.status_code == 200, pushed.text
    machine.http.post("/v1/api/configs/app/agents", json={"agent_ids": [machine.agent_id]})
    rows = lambda: machine.get("/console/v1/logs", runner="app", limit=1000)["rows"]  # noqa: E731
    wait_for("all rows: the try-out has moved no position", lambda: len(rows()) == LINES, 40)
    other = write(tmp_path / "other.json", machine.config("%{IP:client} %{WORD:method} %{NOTSPACE:path}"))
    tested = muster("logs", "backtest", other, "--runner", "app", "--json", environ=machine.environ)
    found = json.loads(tested.stdout)
    assert (found["lines"], found["repeated"], found["same"]) == (LINES, LINES, 0)
    assert {x["field"]: x["only_draft"] - x["only_current"] for x in found["fields"]} == {
        "method": LINES,
        "verb": -LINES,
    }
    table = muster("logs", "backtest", other, "--runner", "app", environ=machine.environ).stdout
    assert "100.0%" in table
    assert f"0 of {LINES} lines come out as they are stored" in table


def test_what_the_agent_forbids_is_refused(machine: Machine, tmp_path: Path) -> None:
    config = machine.config("%{WORD:w}") | {"reader": {"mode": "file", "log_path": "/etc/passwd"}}
    draft = write(tmp_path / "draft.json", config)
    done = muster("logs", "try", draft, "--agent", machine.agent_id, environ=machine.environ, code=1)
    assert "reader: the agent refuses: /etc/passwd: the agent's own settings do not allow it" in done.stderr
    assert "root" not in done.stdout


def test_a_binary_file_is_left_alone(machine: Machine, tmp_path: Path) -> None:
    (machine.logs / "core").write_bytes(b"\x7fELF\0\0\n")
    config = machine.config("%{WORD:w}") | {"reader": {"mode": "file", "log_path": f"{machine.logs}/core"}}
    draft = write(tmp_path / "draft.json", config)
    done = muster("logs", "try", draft, "--agent", machine.agent_id, environ=machine.environ)
    assert "core: not text" in done.stderr
    assert "0 read" in done.stdout
