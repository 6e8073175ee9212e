"""An old client of the server inventory works unchanged: its start, its loop, and an agent beside it."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import MUSTER, Program, Site, wait_for

OUTSIDE = "203.0.113.7"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, "--open", "inventory,fleet") as site:
        site.start()
        yield site


@pytest.fixture
def client(site: Site) -> Iterator["OldClient"]:
    client = OldClient(site.url, "old1", "/root")
    yield client
    client.http.close()


class OldClient:
    """What the script of source 2 does: a start, then the same once a minute."""

    def __init__(self, url: str, hostname: str, home: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False)
        self.hostname = hostname
        self.home = home
        self.added = 0

    def start(self, outside: str) -> None:
        assert self.http.get("/admin/", follow_redirects=True).status_code == 200
        listed = self.http.get("/api/servers/")
        assert listed.status_code == 200
        if outside not in [server["ip_address"] for server in listed.json()]:
            form = {
                "ip_address": outside,
                "description": self.home,
                "name": self.hostname,
                "server_is_active": "true",
            }
            assert self.http.post("/api/servers/add", data=form).status_code == 201

    def turn(self, document: dict[str, Any]) -> None:
        for path in ("/api/servers/", "/api/additional_information/"):
            assert 200 <= self.http.get(path).status_code < 300
        for record in self.http.get("/api/additional_information/").json():
            if record["host_information"].get("hostname") == self.hostname:
                path = f"/api/additional_information/{record['id']}"
                assert self.http.put(path, json=document).status_code == 200
                return
        self.added += 1
        assert self.http.post("/api/additional_information/add", json=document).status_code == 201


def document(hostname: str, load: float = 0.1) -> dict[str, Any]:
    return {
        "host_information": {
            "username": "root",
            "sysname": "Linux",
            "hostname": hostname,
            "boot_time": "10:11:12 01-07-2026",
        },
        "network": [{"lo": "up", "mtu": 65536, "IP_address": "127.0.0.1"}],
        "disk": [],
        "memory": {"memory_total": 7977.1, "memory_used": 1000.25, "memory_percent": 12.5},
        "cpu": {"cpu_cores": 4, "cpu_physical_cores": 8, "cpu_freqency": 3600.0},
        "load_average": {"1 min": load, "5 min": 0.2, "15 min": 0.3},
        "battery_charge_percentage": 81,
        "AC_power": True,
    }


def test_an_old_client_keeps_one_server_and_one_record(site: Site, client: OldClient) -> None:
    for load in (0.1, 0.2, 0.3):
        client.start(OUTSIDE)
        client.turn(document("old1", load))
    assert client.added == 1
    (server,) = site.get("/api/servers/").json()
    assert server == {
        "id": server["id"],
        "ip_address": OUTSIDE,
        "description": "/root",
        "name": "old1",
        "server_is_active": True,
    }
    assert site.get("/api/servers/status/").json() == [{"ip_address": OUTSIDE, "server_is_active": True}]
    (record,) = site.get("/api/additional_information/").json()
    assert record == {"id": record["id"], "environment": {}} | document("old1", 0.3)
    versions = site.get(f"/api/additional_information/{record['id']}/versions").json()
    assert [(version["change"], version["by"]) for version in versions] == [("created", "loopback")]
    before = site.get("/api/additional_information/").json()
    assert site.server is not None
    site.server.kill()
    site.start()
    assert site.get("/api/additional_information/").json() == before
    client.turn(document("old1", 0.4))
    assert client.added == 1


def test_nothing_but_loopback_and_tokens_gets_in(site: Site) -> None:
    forwarded = {"X-Forwarded-For": "127.0.0.1"}
    for path in ("/api/servers/", "/api/additional_information/"):
        assert site.get(path).status_code == 200
        assert site.get(path, headers=forwarded).status_code == 401
    answer = site.http.post("/api/servers/add", json={"name": "x"}, headers=forwarded)
    assert answer.status_code == 401
    assert list(answer.json()) == ["detail"]
    assert site.get("/api/servers/").json() == []


def test_an_old_client_beside_an_agent_adds_nothing(site: Site, tmp_path: Path) -> None:
    """Both name the machine alike, so the client finds the agent's rows and writes there."""
    token = str(site.token_file("agent"))
    argv = [*MUSTER, "agent", "--server", site.url, "--token-file", token, "--interval", "1"]
    agent = Program([*argv, "--data", str(tmp_path / "agent")], tmp_path / "agent.log")
    (server,) = wait_for("the agent's server", lambda: site.get("/api/servers/").json(), 40)
    assert server["name"] == socket.gethostname()
    assert server["server_is_active"] is True
    (record,) = site.get("/api/additional_information/").json()
    assert record["host_information"]["hostname"] == socket.gethostname()
    assert record["memory"]["memory_total"] > 0
    assert record["network"]
    client = OldClient(site.url, socket.gethostname(), "/root")
    client.start(server["ip_address"])
    client.turn(document(socket.gethostname()))
    client.http.close()
    assert client.added == 0
    assert len(site.get("/api/servers/").json()) == 1
    assert len(site.get("/api/additional_information/").json()) == 1
    assert agent.stop() == 0
