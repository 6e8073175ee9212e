"""The document of fleet management, walked with a real server and three real agents."""

import base64
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import MUSTER, Program, Site, wait_for

API = "/v1/api"
CPU = {"metric": [{"type": "cpu", "attributes": {}, "config": {}}], "collect_interval": "1"}
PIGEON = {"reader": {"mode": "snmp"}, "senders": []}
APPLIED_S = 5.0
"""Far more than the second that is asked for, for a machine that does other things, too."""


class Walk:
    """A server, three agents, and an admin who looks at them over the API."""

    def __init__(self, site: Site, directory: Path) -> None:
        self.site = site
        self.directory = directory
        self.token_file = site.token_file("agent")
        headers = {"Authorization": f"Bearer {site.token('admin')}"}
        self.http = httpx.Client(base_url=site.url + API, headers=headers, timeout=20, trust_env=False)
        self.agents = {number: self.start(number) for number in range(3)}
        rows = wait_for("three agents", lambda: self.online() if len(self.online()) == 3 else None, 40)
        self.ids = sorted(rows)

    def start(self, number: int) -> Program:
        data = str(self.directory / f"agent-{number}")
        argv = [*MUSTER, "agent", "--server", self.site.url, "--token-file", str(self.token_file)]
        return Program([*argv, "--data", data, "--interval", "1"], self.directory / f"agent-{number}.log")

    def stop(self) -> None:
        for agent in self.agents.values():
            if agent.alive:
                agent.kill()
        self.http.close()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def do(self, method: str, path: str, body: Any = None, **query: Any) -> None:
        answer = self.http.request(method, path, json=body, params=query)
        assert (answer.status_code, answer.content) == (200, b""), answer.text

    def refused(self, method: str, path: str, body: Any = None) -> int:
        answer = self.http.request(method, path, json=body)
        assert set(answer.json()) == {"code", "message"}
        return answer.status_code

    def online(self) -> set[str]:
        return {row["id"] for row in self.get("agents", state="online")["agentList"]}

    def statuses(self, name: str) -> dict[str, str]:
        """Return the states of a runner by agent, as the agents say them."""
        rows = self.get("runners", name=name)["runners"]
        return {row["agent_id"]: row["status"]["state"] if row["status"] else "" for row in rows}

    def becomes(self, name: str, expected: dict[str, str], deadline_s: float = APPLIED_S) -> None:
        wait_for(f"{name} is {expected}", lambda: self.statuses(name) == expected, deadline_s)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with Site(tmp_path_factory.mktemp("fleet")) as site:
        site.start()
        walk = Walk(site, tmp_path_factory.mktemp("agents"))
        yield walk
        walk.stop()


def test_the_agents_and_their_machines(walk: Walk) -> None:
    rows = wait_for(
        "every machine's facts",
        lambda: [row for row in walk.get("agents")["agentList"] if row["machine"]["memory"]],
    )
    row = rows[0]
    machine = row["machine"]
    assert (row["state"], row["status"], row["tags"], row["runners"]) == ("online", "ok", [], [])
    assert machine["kernel"] == os.uname().sysname
    assert machine["kernel_version"] == os.uname().release
    assert machine["cpu"]["Cores"] >= 1
    assert abs(machine["boot_time"] - (time.time() - float(Path("/proc/uptime").read_text().split()[0]))) < 90
    addresses = {
        ip: mask for nic in machine["interface"] for ip, mask in zip(nic["ip"], nic["mask"], strict=True)
    }
    assert addresses["127.0.0.1"] == "255.0.0.0"
    assert all(disk["size"] > 0 for disk in machine["disk"])
    assert walk.get("agents", page=1, size=2)["totalSize"] == 3
    assert len(walk.get("agents", page=1, size=2)["agentList"]) == 2


def test_configurations_reach_agents_by_tag_and_by_name(walk: Walk) -> None:
    one, two, three = walk.ids
    walk.do("POST", "configs/cpu", {"config": CPU, "tags": '["web", "db"]', "note": "n"})
    walk.do("POST", f"agents/{one}/tags/web")
    walk.do("POST", f"agents/{two}/tags", {"tags": ["web", "db"]})
    walk.do("POST", "configs/cpu/agents", {"agent_ids": [three]})
    walk.becomes("cpu", dict.fromkeys(walk.ids, "running"))
    begun_s = time.monotonic()
    walk.do("PUT", "configs/cpu/config", {"config": {**CPU, "collect_interval": "2"}})
    changed = int(time.time())
    wait_for(
        "all run the new one",
        lambda: all(
            (row["status"] or {}).get("config_us", 0) >= (changed - 1) * 1_000_000
            for row in walk.get("runners", name="cpu")["runners"]
        ),
        APPLIED_S,
    )
    assert time.monotonic() - begun_s < APPLIED_S
    walk.do("DELETE", f"agents/{two}/tags/web")
    assert set(walk.statuses("cpu")) == set(walk.ids), "the tag db still grants it"
    walk.do("DELETE", "tags/db")
    walk.do("DELETE", "tags/web/configs/cpu")
    walk.becomes("cpu", {three: "running"})
    assert walk.get("tags", name="web")["tags"][0]["config_names"] == []
    walk.do("DELETE", "configs/cpu")
    walk.becomes("cpu", {})


def test_runners_stop_start_reset_and_go(walk: Walk) -> None:
    one, two, _ = walk.ids
    walk.do("POST", "configs/runs", {"config": CPU})
    walk.do("POST", "configs/runs/agents", {"agent_ids": [one, two]})
    walk.becomes("runs", {one: "running", two: "running"})
    target = [{"config_name": "runs", "agent_id": one}]
    both = [*target, {"config_name": "runs", "agent_id": two}]
    walk.do("POST", "runners/stop", target)
    walk.becomes("runs", {one: "stopped", two: "running"})
    assert walk.refused("POST", "runners/start", [*target, {"config_name": "x", "agent_id": one}]) == 404
    assert walk.statuses("runs")[one] == "stopped"
    walk.do("POST", "runners/start", target)
    walk.becomes("runs", {one: "running", two: "running"})
    walk.do("POST", "runners/reset", both)
    wait_for(
        "both were reset",
        lambda: all(row["status"]["epoch"] == 1 for row in walk.get("runners", name="runs")["runners"]),
        APPLIED_S,
    )
    walk.do("POST", "runners/delete", target)
    walk.becomes("runs", {two: "running"})
    walk.do("POST", "configs/delete", ["runs"])
    walk.becomes("runs", {})


def test_a_reader_that_no_agent_has_is_told(walk: Walk) -> None:
    one = walk.ids[0]
    walk.do("POST", "configs/pigeon", {"config": PIGEON})
    walk.do("POST", "configs/pigeon/agents", {"agent_ids": [one]})
    walk.becomes("pigeon", {one: "unknown"})
    (row,) = walk.get("runners", name="pigeon", agents="true")["runners"]
    assert "snmp" in row["status"]["reason"]
    walk.do("DELETE", "configs/pigeon")


def test_what_an_agents_own_settings_forbid_is_told(walk: Walk) -> None:
    one, trace = walk.ids[0], walk.directory / "trace"
    config = {"reader": {"mode": "script", "script_content": f"touch {trace}"}, "senders": []}
    walk.do("POST", "configs/program", {"config": config})
    walk.do("POST", "configs/program/agents", {"agent_ids": [one]})
    walk.becomes("program", {one: "unknown"})
    (row,) = walk.get("runners", name="program")["runners"]
    assert "the agent's own settings do not allow 'script'" in row["status"]["reason"]
    assert not trace.exists()
    walk.do("DELETE", "configs/program")


def test_an_agent_that_was_away_catches_up(walk: Walk) -> None:
    walk.agents[0].kill()
    walk.do("POST", "configs/away", {"config": CPU, "tags": ["all"]})
    walk.do("POST", "tags/all/agentids", {"agent_ids": walk.ids})
    wait_for(
        "two of three run it",
        lambda: sorted(walk.statuses("away").values()) == ["", "running", "running"],
        APPLIED_S,
    )
    walk.agents[0] = walk.start(0)
    walk.becomes("away", dict.fromkeys(walk.ids, "running"), 40)


def test_what_was_done_is_there_after_a_crash_of_the_server(walk: Walk) -> None:
    assert walk.site.server is not None
    walk.do("POST", "configs/crash", {"config": CPU, "tags": ["all"]})
    walk.site.server.kill()
    walk.site.start()
    walk.becomes("crash", dict.fromkeys(walk.ids, "running"), 40)
    revisions = walk.get("revisions", limit=1)["revisions"]
    walk.do("POST", f"revisions/{revisions[0]['id']}/restore", to="before")
    walk.becomes("crash", {})


def test_metrics_of_a_machine(walk: Walk) -> None:
    assert walk.get("metrics/machine") == {"opened": True, "interval": "10", "repo_name": "samples"}
    now = int(time.time())

    def loads() -> list[float]:
        answer = walk.get(f"metrics/{walk.ids[1]}", beginTime=now - 600, endTime=now)
        buckets = answer["data"]["system_load"]["buckets"]
        return [b["system_load1"]["value"] for b in buckets if b["system_load1"]["value"] is not None]

    assert wait_for("values", loads)
    walk.do("POST", "metrics/machine", {"opened": False})
    assert walk.get("metrics/machine") == {"opened": False}
    assert walk.get(f"metrics/{walk.ids[1]}")["opened"] is False
    walk.do("POST", "metrics/machine", {"opened": True, "interval": "1"})
    assert walk.get("metrics/machine")["interval"] == "1"


def test_grok_is_checked(walk: Walk) -> None:
    log = "110.220.330.550 - - [12/Oct/2017:14:16:50 +0800]"
    pattern = r"%{NOTSPACE:client_ip} %{USER:ident} %{USER:auth} \[%{HTTPDATE:ts:date}\]"
    body = {"log": log, "pattern": base64.b64encode(pattern.encode()).decode(), "custom_pattern": ""}
    answer = walk.http.post("grok/check", json=body)
    assert answer.json() == {
        "auth": "-",
        "client_ip": "110.220.330.550",
        "grokInternalCustomSemantic": log,
        "ident": "-",
        "ts": "12/Oct/2017:14:16:50 +0800",
    }


def test_a_deleted_agent_registers_again_when_it_is_restarted(walk: Walk) -> None:
    two = next(row["id"] for row in walk.get("agents")["agentList"] if walk.ids.index(row["id"]) == 1)
    walk.do("DELETE", "agents/batch", id=two)
    left = set(walk.ids) - {two}
    wait_for("two are left", lambda: {row["id"] for row in walk.get("agents")["agentList"]} == left)
    assert set(walk.statuses("away")) == left
    for agent in walk.agents.values():
        agent.stop()
    walk.agents = {number: walk.start(number) for number in range(3)}
    wait_for("all three are back", lambda: walk.online() == set(walk.ids), 60)
    (row,) = walk.get("agents", id=two)["agentList"]
    assert (row["tags"], row["runners"]) == ([], [])
    assert walk.refused("DELETE", "agents") == 400
    walk.do("DELETE", "agents", all="true")
    assert walk.get("agents")["totalSize"] == 0
