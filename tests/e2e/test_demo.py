"""`muster up --demo`: a fleet to look at within seconds, and nothing left of it."""

import signal
from pathlib import Path

import httpx

from tests.processes import MUSTER, Program, free_port, wait_for


def test_a_demo_shows_made_up_machines_and_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    directory = tmp_path / "temporary"
    directory.mkdir()
    argv = [*MUSTER, "up", "--demo", "--open", "--port", str(port)]
    program = Program(argv, tmp_path / "log", {"TMPDIR": str(directory)})
    try:

        def hostnames() -> set[str]:
            assert program.alive, program.tail()
            try:
                answer = httpx.get(f"{url}/v1/api/agents?state=online", trust_env=False)
            except httpx.TransportError:
                return set()
            return {agent["hostname"] for agent in answer.json()["agentList"]}

        wait_for("13 machines", lambda: len(hostnames()) == 13, 60)
        assert sum(name.startswith("demo-00") for name in hostnames()) == 12

        def values() -> list[object]:
            query = {"metric": "cpu.used_percent", "agent": "demo-0003"}
            return list(httpx.get(f"{url}/api/metrics/last", params=query, trust_env=False).json())

        wait_for("a made-up machine's metrics", values, 30)
    finally:
        program.process.send_signal(signal.SIGINT)
        code = program.process.wait(15)
    assert code == 0, program.tail()
    assert list(directory.iterdir()) == []
