"""A real agent collects what the console says, at once and over a restart: ports, groups, how often."""

import socket
from pathlib import Path
from typing import Any

import httpx

from tests.processes import MUSTER, Program, Site, wait_for

COLLECTING = "/console/v1/collecting"


def test_a_port_comes_and_a_group_goes_without_a_restart(tmp_path: Path) -> None:
    with Site(tmp_path) as site, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        used = listening.getsockname()[1]
        site.start()
        token_file = site.token_file("agent")
        argv = [*MUSTER, "agent", "--server", site.url, "--token-file", str(token_file), "--interval", "1"]
        argv += ["--data", str(tmp_path / "agent"), "--watch-port", "9"]
        agent = Program(argv, tmp_path / "agent.log")
        headers = {"Authorization": f"Bearer {site.token('admin')}"}
        with httpx.Client(base_url=site.url, headers=headers, timeout=20, trust_env=False) as admin:
            wait_for("a report", lambda: ports_of(admin) == ([], [9]), 40)
            agent_id = admin.get("/console/v1/agents").json()["agents"][0]["id"]
            rule: dict[str, Any] = {"scope": "agent", "target": agent_id, "ports": [str(used), "10"]}
            assert admin.put(COLLECTING, json=rule).json()["agents"] == [agent_id]
            wait_for("the ports", lambda: ports_of(admin) == ([used], [9, 10]), 20)
            wait_for("processes", lambda: newest_us(admin, agent_id, "process.count") > 0)
            rule["groups"] = {"processes": False}
            assert admin.put(COLLECTING, json=rule).status_code == 200
            wait_for("no more processes", lambda: is_behind(admin, agent_id, "process.count"), 20)
            assert agent.stop() == 0
            assert site.server is not None
            assert site.server.stop() == 0
            again = Program(argv, tmp_path / "again.log")
            wait_for("it works by what it knows", lambda: "applied" in again.tail(), 20)
            site.start()
            wait_for("samples", lambda: newest_us(admin, agent_id, "load.1m") > 0, 20)
            assert is_behind(admin, agent_id, "process.count")
            assert ports_of(admin) == ([used], [9, 10])
            undo = f"/v1/api/revisions/{revision_of(admin)}/restore"
            assert admin.post(undo, params={"to": "before"}).status_code == 200
            wait_for("processes again", lambda: not is_behind(admin, agent_id, "process.count"), 20)
            assert again.stop() == 0


def ports_of(admin: httpx.Client) -> tuple[list[int], list[int]] | None:
    answer = admin.get("/reports/last")
    if answer.status_code != 200:
        return None
    ports = answer.json()["ports"]
    return ports["inUse"], ports["notInUse"]


def newest_us(admin: httpx.Client, agent_id: str, metric: str) -> int:
    last = admin.get(f"/console/v1/hosts/{agent_id}").json()["last"]
    return max((one["ts_us"] for one in last if one["metric"] == metric), default=0)


def is_behind(admin: httpx.Client, agent_id: str, metric: str) -> bool:
    """Tell whether the newest sample of a metric is seconds older than those of others."""
    return newest_us(admin, agent_id, "load.1m") - newest_us(admin, agent_id, metric) > 2_500_000


def revision_of(admin: httpx.Client) -> int:
    revision: int = admin.get("/v1/api/revisions", params={"size": 1}).json()["revisions"][0]["id"]
    return revision
