"""`muster up --demo`: a fleet with a past within seconds, the same one next time, and nothing left of it."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import MUSTER, Program, free_port, wait_for

MACHINES = 12
SPANS = ("-1h", "-6h", "-24h", "-7d")


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


@pytest.mark.timeout(400)
def test_machines_have_been_there_for_a_week_and_are_the_same_after_a_restart(
    demo: Demo, tmp_path: Path
) -> None:
    data = ("--data", str(tmp_path / "data"))
    demo.start(*data)
    wait_for("the machines", lambda: len(demo.agents()) == MACHINES, 60)
    known = demo.agents()

    def least_share() -> float:
        return min(share(demo.values("demo-web-05", span)) for span in SPANS)

    wait_for("charts without holes", lambda: least_share() > 0.97, 250)
    assert demo.get("/reports/avg/hours")
    demo.stop()

    demo.start(*data)
    wait_for("the machines", lambda: len(demo.agents(state="online")) >= MACHINES - 1, 60)
    assert demo.agents() == known
