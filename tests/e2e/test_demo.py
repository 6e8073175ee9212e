"""`muster up --demo`: a fleet with a past within seconds, the same one next time, and nothing left of it."""

import json
import signal
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from muster.agent.simulated.fleet import LOGS_S
from muster.agent.simulated.lines import iter_lines
from muster.agent.simulated.machine import SimulatedMachine
from muster.agent.simulated.story import Story
from tests.processes import MUSTER, Program, free_port, wait_for

MACHINES = 12
LOGGING, RUNNER = "demo-db-06", "postgres"
TROUBLES = {"runner", "disk", "silent", "errors"}
SPANS = ("-1h", "-6h", "-24h")


class Demo:
    """A demo and questions to it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        port = free_port()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)
        self.argv = [*MUSTER, "up", "--demo", "--open", "--port", str(port)]

    def start(self, *options: str, environ: dict[str, str] | None = None) -> Program:
        self.program = Program([*self.argv, *options], self.directory / "log", environ or {})
        return self.program

    def get(self, path: str, **params: str) -> Any:
        assert self.program.alive, self.program.tail()
        try:
            answer = self.http.get(path, params=params)
        except httpx.TransportError:
            return {}
        return answer.json()

    def agents(self, **params: str) -> dict[str, str]:
        """Return ids by host names."""
        found = self.get("/v1/api/agents", **params).get("agentList", [])
        return {agent["hostname"]: agent["id"] for agent in found if agent["hostname"].startswith("demo-")}

    def values(self, agent: str, span: str) -> list[float | None]:
        answer = self.get("/api/metrics", **{"metric": "cpu.used_percent", "agent": agent, "from": span})
        return answer["series"][0]["values"] if answer.get("series") else [None]

    def has_lines(self, agent_id: str) -> bool:
        """Tell whether there is a log row of a machine."""
        query = {"agent": agent_id, "from": "-2d", "limit": "1"}
        return bool(self.get("/console/v1/logs", **query).get("rows"))

    def rows(self, hostname: str, runner: str) -> list[dict[str, Any]]:
        """Return all rows of a runner, the newest first."""
        query = {"agent": hostname, "runner": runner, "from": "-2d", "limit": "100000"}
        answer = self.http.get("/console/v1/logs/export", params=query)
        return [json.loads(line) for line in answer.text.splitlines()]

    def is_balanced(self, agent_id: str) -> bool:
        """Tell whether the server has every row that an agent ever read."""
        streams = self.get(f"/v1/api/agents/{agent_id}/ledger").get("streams", [])
        names = {stream["agent"]["stream"] for stream in streams}
        return names == {"samples", "reports", "inventory", f"logs:{RUNNER}"} and all(
            stream["balanced"] and not stream["missing_batches"] for stream in streams
        )

    def drawn(self, agents: Collection[str]) -> list[int]:
        """Return how many minutes of each machine's processor the overview draws."""
        found = self.http.get("/console/v1/fleet/sparklines", params={"agent": list(agents)}).json()
        return [sum(value is not None for value in each["cpu"]) for each in found["machines"]]

    def stop(self) -> None:
        self.program.process.send_signal(signal.SIGINT)
        assert self.program.process.wait(20) == 0, self.program.tail()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    try:
        yield demo
    finally:
        demo.http.close()
        if demo.program.alive:
            demo.program.process.kill()
            demo.program.process.wait(10)


def share(values: list[float | None]) -> float:
    """Return how much of a chart is drawn."""
    return sum(value is not None for value in values) / len(values)


def test_a_demo_shows_made_up_machines_and_leaves_nothing_behind(demo: Demo, tmp_path: Path) -> None:
    directory = tmp_path / "temporary"
    directory.mkdir()
    demo.start(environ={"TMPDIR": str(directory)})
    wait_for("the machines", lambda: len(demo.agents(state="online")) == MACHINES, 60)
    demo.stop()
    assert list(directory.iterdir()) == []


@pytest.mark.timeout(600)
def test_machines_have_a_past_and_troubles_and_a_restart_adds_nothing_twice(
    demo: Demo, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    demo.start("--data", str(data))
    wait_for("the machines", lambda: len(demo.agents()) == MACHINES, 60)
    known = demo.agents()
    wait_for("the story", (data / "demo/told").exists, 100)
    token = (data / "demo-token").read_text().strip()
    demo.http.headers["Authorization"] = f"Bearer {token}"

    def least_share() -> float:
        return min(share(demo.values("demo-web-05", span)) for span in SPANS)

    wait_for("charts without holes", lambda: least_share() > 0.97, 250)
    wait_for("a week", lambda: share(demo.values("demo-web-05", "-7d")) > 0.5, 100)
    assert demo.get("/reports/avg/hours")
    drawn = demo.drawn(known.values())
    assert len(drawn) == MACHINES
    assert min(drawn) >= 24

    def troubles() -> set[str]:
        return {line["kind"] for line in demo.get("/console/v1/attention")["lines"]}

    wait_for("what needs attention", lambda: troubles() >= TROUBLES, 150)
    wait_for("lines of each machine", lambda: all(map(demo.has_lines, known.values())), 60)
    wait_for("a ledger that balances", lambda: demo.is_balanced(known[LOGGING]), 60)
    assert demo.rows(LOGGING, RUNNER)
    demo.stop()

    demo.start("--data", str(data))
    wait_for("the machines", lambda: len(demo.agents(state="online")) >= MACHINES - 1, 120)
    assert demo.agents() == known
    started_us = time.time_ns() // 1000
    wait_for("new lines", lambda: demo.rows(LOGGING, RUNNER)[0]["ts_us"] > started_us, 120)
    stored = [(row["ts_us"], row["fields"]["pid"]) for row in demo.rows(LOGGING, RUNNER)]
    since_s = json.loads((data / "demo/since.json").read_text())
    machine = SimulatedMachine(int(LOGGING[-2:]), story=Story(since_s))
    (path, file), *_ = machine.files.items()
    to_s = stored[0][0] / 1e6 + 0.001
    written = iter_lines(file, machine.file_key(path), since_s - LOGS_S, to_s, machine.fails)
    assert len(stored) == sum(1 for _ in written)
