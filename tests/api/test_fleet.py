"""The fleet surface of source 4: every shape, every effect on agents, every refusal."""

import hashlib
import hmac
import time
import uuid
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from muster.model.inventory import Disk, Interface, Inventory
from tests.api.conftest import Client, TestAgent
from tests.processes import Site, muster, wait_for

API = "/v1/api"
CPU = {"metric": [{"type": "cpu", "attributes": {"cpu_usage_user": False}, "config": {}}]}
MEM = {"metric": [{"type": "mem"}]}
DEFAULT_SETTING = {"opened": True, "interval": "10", "repo_name": "samples"}
AGENT_KEYS = ("id", "ip", "tags", "hostname", "create_time", "state", "status", "runners", "machine")

INVENTORY = Inventory(
    ts_us=1_790_000_000_000_000,
    hostname="nb110",
    system="Debian GNU/Linux 12",
    user="muster",
    boot_time_s=1_780_000_000,
    kernel="Linux",
    kernel_version="6.1.0-13-amd64",
    platform="debian",
    platform_version="12",
    cpu_model="Abacus 9",
    cpu_mhz=2400.5,
    cpu_cache_bytes=512 * 1024,
    cpu_cores=8,
    cpu_threads=16,
    cpu_sockets=2,
    memory_total_bytes=2**34,
    interfaces=[
        Interface(
            name="eth0",
            is_up=True,
            mtu=1500,
            mac="02:00:00:00:00:01",
            addresses=["192.0.2.10", "2001:db8::1"],
            masks=["255.255.255.0"],
        )
    ],
    disks=[Disk(device="/dev/sda1", mountpoint="/", file_system="ext4", total_bytes=10**12, used_bytes=1)],
)
MACHINE = {
    "hostname": "nb110",
    "boot_time": 1_780_000_000,
    "kernel": "Linux",
    "kernel_version": "6.1.0-13-amd64",
    "platform": "debian",
    "platform_version": "12",
    "cpu": {"model": "Abacus 9", "Mhz": 2400.5, "Cache": 512, "Cores": 8, "count": 2},
    "memory": 2**34,
    "interface": [
        {
            "name": "eth0",
            "mtu": 1500,
            "mac": "02:00:00:00:00:01",
            "ip": ["192.0.2.10", "2001:db8::1"],
            "mask": ["255.255.255.0", ""],
        }
    ],
    "disk": [{"device": "/dev/sda1", "fstype": "ext4", "mount": "/", "size": 10**12}],
}
EMPTY_MACHINE = {
    **dict.fromkeys(("kernel", "kernel_version", "platform", "platform_version"), ""),
    "boot_time": 0,
    "cpu": {"model": "", "Mhz": 0, "Cache": 0, "Cores": 0, "count": 0},
    "memory": 0,
    "interface": [],
    "disk": [],
}

LOOK = {
    ("cpu.system_percent", ""): 11.5,
    ("cpu.user_percent", ""): 20.5,
    ("memory.used_percent", ""): 78.5,
    ("load.1m", ""): 1.0,
    ("load.5m", ""): 2.0,
    ("load.15m", ""): 3.0,
    ("disk.reads_total", "device=sda"): 100.0,
    ("disk.reads_total", "device=sdb"): 10.0,
    ("disk.writes_total", "device=sda"): 50.0,
    ("network.received_bytes_total", "interface=eth0"): 1000.0,
    ("network.sent_bytes_total", "interface=eth0"): 2000.0,
    ("network.received_packets_total", "interface=eth0"): 10.0,
    ("network.sent_packets_total", "interface=eth0"): 20.0,
    ("tcp.connections", "state=established"): 67.0,
    ("tcp.connections", "state=listen"): 9.0,
    ("load.1m", "runner=x"): 99.0,
}
"""One look; counters rise by this much with each."""

LAST_BUCKETS = {
    "cpu_usage": {"cpu_usage_system": {"value": 11.5}, "cpu_usage_user": {"value": 20.5}},
    "diskio": {"diskio_reads_rate": {"value": 11.0}, "diskio_writes_rate": {"value": 5.0}},
    "mem_used_percent": {"mem_used_percent": {"value": 78.5}},
    "net_bytes_rate": {"bytes_recv_rate": {"value": 100.0}, "bytes_sent_rate": {"value": 200.0}},
    "net_packets_rate": {"packets_recv_rate": {"value": 1.0}, "packets_sent_rate": {"value": 2.0}},
    "system_load": {
        "system_load1": {"value": 1.0},
        "system_load15": {"value": 3.0},
        "system_load5": {"value": 2.0},
    },
    "tcp_established_num": {"tcp_established_num": {"value": 67.0}},
}


def name(kind: str = "n") -> str:
    return f"{kind}-{uuid.uuid4().hex[:8]}"


class Steered:
    """An agent that says what it applied, as a real one does."""

    def __init__(self, agent: TestAgent) -> None:
        self.agent = agent
        self.id = agent.id
        self.nonce = uuid.uuid4().hex
        self.applied = ""
        self.desired: dict[str, Any] = {"runners": []}

    def check_in(self, wait_s: float = 0.0, **more: Any) -> dict[str, Any]:
        body = {"nonce": self.nonce, "sent_us": 0, "wait_s": wait_s, "applied": self.applied, **more}
        answer = self.agent.http.post("/agent/v1/checkin", json=body)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        if reply["desired"] is not None:
            self.desired = reply["desired"]
            self.applied = self.desired["version"]
        return reply

    @property
    def runners(self) -> dict[str, dict[str, Any]]:
        """Ask for what is to run now."""
        self.check_in()
        return {runner["name"]: runner for runner in self.desired["runners"]}


@pytest.fixture
def enrol(site: Site, client: Client) -> Iterator[Callable[[], Steered]]:
    made: list[TestAgent] = []

    def make() -> Steered:
        made.append(TestAgent(site, client, f"host-{uuid.uuid4().hex[:12]}"))
        return Steered(made[-1])

    yield make
    for each in made:
        each.http.close()


@pytest.fixture
def steered(enrol: Callable[[], Steered]) -> Steered:
    return enrol()


@pytest.fixture
def api(client: Client) -> httpx.Client:
    return client("read", "write:fleet")


def done(answer: httpx.Response) -> None:
    """Assert what the document calls empty."""
    assert (answer.status_code, answer.content) == (200, b""), answer.text


def refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"code", "message"}
    assert body["code"] == f"L1{status}"
    return str(body["message"])


def test_a_tag_brings_its_configurations_and_takes_them_along(api: httpx.Client, steered: Steered) -> None:
    tag, config = name("tag"), name("config")
    done(api.post(f"{API}/configs/{config}", json={"config": CPU, "tags": [tag], "note": "first"}))
    assert steered.runners == {}
    done(api.post(f"{API}/agents/{steered.id}/tags/{tag}"))
    assert list(steered.runners) == [config]
    assert '"type":"cpu"' in steered.runners[config]["config"]
    done(api.delete(f"{API}/agents/{steered.id}/tags/{tag}"))
    assert steered.runners == {}


def test_a_held_check_in_hears_of_a_change_within_a_second(api: httpx.Client, steered: Steered) -> None:
    config = name()
    steered.check_in(runners=[])
    with ThreadPoolExecutor(1) as thread:
        held = thread.submit(steered.check_in, 20.0)
        done(api.post(f"{API}/configs/{config}", json={"config": CPU}))
        asked_s = time.monotonic()
        done(api.post(f"{API}/configs/{config}/agents", json={"agent_ids": [steered.id]}))
        reply = held.result(10)
    assert time.monotonic() - asked_s < 1
    assert [runner["name"] for runner in reply["desired"]["runners"]] == [config]


def test_the_list_of_agents_has_every_fact(api: httpx.Client, steered: Steered) -> None:
    before = int(time.time())
    tag, config = name(), name()
    row = agent_row(api, steered.id)
    assert (row["state"], row["tags"], row["runners"]) == ("register", [], [])
    assert row["machine"] == EMPTY_MACHINE | {"hostname": steered.agent.hostname}
    steered.check_in()
    steered.agent.send_inventory(1, INVENTORY)
    done(api.post(f"{API}/agents/{steered.id}/tags", json={"tags": f'["{tag}", "a-{tag}"]'}))
    done(api.post(f"{API}/configs/{config}", json={"config": CPU, "tags": f'["{tag}"]', "name": "x"}))
    row = agent_row(api, steered.id)
    assert [key for key in row if key in AGENT_KEYS] == [*AGENT_KEYS]
    assert abs(row.pop("create_time") - before) < 60
    assert {key: row[key] for key in row if key in AGENT_KEYS} == {
        "id": steered.id,
        "ip": "192.0.2.10",
        "tags": [f"a-{tag}", tag],
        "hostname": steered.agent.hostname,
        "state": "online",
        "status": "ok",
        "runners": [config],
        "machine": MACHINE,
    }


def agent_row(api: httpx.Client, agent_id: str) -> dict[str, Any]:
    answer = api.get(f"{API}/agents", params={"id": agent_id})
    assert answer.status_code == 200
    assert set(answer.json()) == {"agentList", "totalSize"}
    (row,) = answer.json()["agentList"]
    assert answer.json()["totalSize"] == 1
    return dict(row)


def test_agents_are_filtered_searched_sorted_and_paged(
    api: httpx.Client, enrol: Callable[[], Steered]
) -> None:
    tag = name()
    agents = sorted((enrol() for _ in range(3)), key=lambda each: each.agent.hostname)
    first, second, third = agents
    done(api.post(f"{API}/tags/{tag}", json={"agent_ids": [each.id for each in agents]}))
    first.check_in()

    def ids(**query: Any) -> list[str]:
        answer = api.get(f"{API}/agents", params={"tag": tag, **query}).json()
        totals.append(answer["totalSize"])
        return [row["id"] for row in answer["agentList"]]

    totals: list[int] = []
    assert ids() == [first.id, second.id, third.id]
    assert ids(order="descend") == [third.id, second.id, first.id]
    assert ids(sort="create_time") == [row.id for row in agents] or len(ids()) == 3
    assert ids(page=2, size=2) == [third.id]
    assert ids(size=1) == [first.id]
    assert ids(page=9) == []
    assert set(totals) == {3}
    assert ids(state="online") == [first.id]
    assert ids(state="register,online") == [first.id, second.id, third.id]
    assert ids(state="ok") == [first.id, second.id, third.id]
    assert ids(state="lost") == []
    assert ids(search=second.agent.hostname.upper()) == [second.id]
    assert ids(id=third.id) == [third.id]
    assert ids(unknown="ignored") == [first.id, second.id, third.id]


def test_a_deleted_agent_comes_back_with_another_process_only(
    api: httpx.Client, steered: Steered, enrol: Callable[[], Steered]
) -> None:
    tag, config = name(), name()
    other = enrol()
    done(api.post(f"{API}/configs/{config}", json={"config": CPU, "tags": [tag]}))
    done(api.post(f"{API}/tags/{tag}/agentids", json={"agent_ids": [steered.id, other.id]}))
    assert list(steered.runners) == [config]
    dry = api.delete(f"{API}/agents", params={"id": steered.id, "dry_run": "true"}).json()
    assert dry == {
        "dry_run": True,
        "agents": [steered.id],
        "runners": [{"agent_id": steered.id, "name": config, "effect": "removed"}],
    }
    done(api.delete(f"{API}/agents/batch", params={"id": steered.id}))
    assert steered.runners == {}
    assert steered.desired["metrics_interval_s"] is None
    assert api.get(f"{API}/agents", params={"id": steered.id}).json()["totalSize"] == 0
    assert tag_row(api, tag)["agent_ids"] == [other.id]
    refused(api.post(f"{API}/agents/{steered.id}/tags/{tag}"), 404)
    refused(api.get(f"{API}/agents/{steered.id}/ledger"), 404)
    steered.nonce = uuid.uuid4().hex
    conflict = steered.agent.http.post(
        "/agent/v1/checkin", json={"nonce": steered.nonce, "sent_us": 0, "wait_s": 0}
    )
    assert conflict.status_code == 409, "the old process still holds the id"
    assert api.get(f"{API}/agents", params={"id": steered.id}).json()["totalSize"] == 0


def test_all_agents_are_not_deleted_by_accident(api: httpx.Client) -> None:
    assert "all=true" in refused(api.delete(f"{API}/agents"), 400)
    assert "all=true" in refused(api.delete(f"{API}/agents", params={"dry_run": "true"}), 400)
    everything = api.delete(f"{API}/agents", params={"all": "true", "dry_run": "true"}).json()
    assert len(everything["agents"]) == api.get(f"{API}/agents").json()["totalSize"]


def tag_row(api: httpx.Client, tag: str) -> dict[str, Any]:
    (row,) = api.get(f"{API}/tags", params={"name": tag}).json()["tags"]
    return dict(row)


def test_what_something_else_grants_stays(api: httpx.Client, steered: Steered) -> None:
    one, two, config = name("one"), name("two"), name("config")
    done(api.post(f"{API}/configs/{config}", json={"config": CPU, "tags": [one, two]}))
    done(api.post(f"{API}/agents/{steered.id}/tags", json={"tags": [one, two]}))
    done(api.post(f"{API}/configs/{config}/agents", json={"agent_ids": [steered.id]}))
    for take in (
        lambda: api.delete(f"{API}/tags/{one}/configs/{config}"),
        lambda: api.delete(f"{API}/tags/{two}/agentids/batch", params={"agentids": steered.id}),
        lambda: api.delete(f"{API}/tags/batch", params={"tag": f"{one},{two}"}),
    ):
        done(take())
        assert list(steered.runners) == [config]
    done(api.delete(f"{API}/configs/{config}"))
    assert steered.runners == {}


def test_tags_have_the_documents_shape(api: httpx.Client, steered: Steered) -> None:
    tag, config = name(), name()
    done(api.post(f"{API}/configs/{config}", json={"config": CPU}))
    body = {"name": "other", "note": "n", "config_names": f'["{config}"]', "agent_ids": [steered.id]}
    done(api.post(f"{API}/tags/{tag}", json=body))
    row = {"name": tag, "agent_ids": [steered.id], "config_names": [config], "note": "n"}
    assert api.get(f"{API}/tags", params={"name": tag}).json() == {"tags": [row], "totalSize": 1}
    whole = api.get(f"{API}/tags", params={"name": tag, "agents": "true"}).json()
    assert whole["agents"][steered.id]["hostname"] == steered.agent.hostname
    assert set(whole["agents"][steered.id]) == {"hostname", "ip", "state", "status"}
    done(api.put(f"{API}/tags/{tag}/note", json={"note": "é"}))
    assert tag_row(api, tag)["note"] == "é"
    refused(api.post(f"{API}/tags/{tag}", json={}), 409)
    done(api.delete(f"{API}/tags/{tag}"))
    refused(api.delete(f"{API}/tags/{tag}"), 404)


def test_configs_have_the_documents_shape(api: httpx.Client, steered: Steered) -> None:
    config, tag = name("a"), name()
    begun = int(time.time())
    done(api.post(f"{API}/configs/{config}", json={"config": CPU, "note": "n", "tags": [tag]}))
    answer = api.get(f"{API}/configs", params={"name": config}).json()
    assert abs(answer["configs"][0].pop("timestamp") - begun) < 60
    row = {"name": config, "tags": [tag], "config": CPU, "note": "n"}
    assert answer == {"configs": [row], "totalSize": 1}
    refused(api.post(f"{API}/configs/{config}", json={"config": CPU}), 409)
    done(api.post(f"{API}/configs/{config}/agents", json={"agent_ids": f'["{steered.id}"]'}))
    before = steered.runners[config]["config_us"]
    done(api.put(f"{API}/configs/{config}/config", json={"note": "only the note"}))
    assert steered.runners[config]["config_us"] == before, "agents need not start it anew"
    done(api.put(f"{API}/configs/{config}/config", json={"config": MEM}))
    assert steered.runners[config]["config_us"] > before
    done(api.post(f"{API}/configs/delete", json=[config]))
    assert steered.runners == {}


def test_many_are_all_or_none(api: httpx.Client, steered: Steered) -> None:
    config, tag = name(), name()
    done(api.post(f"{API}/configs/{config}", json={"config": CPU, "tags": [tag]}))
    refused(api.post(f"{API}/configs/delete", json=[config, "nobody"]), 404)
    refused(api.delete(f"{API}/tags/batch", params={"tag": f"{tag},nobody"}), 404)
    refused(api.delete(f"{API}/agents/batch", params={"id": f"{steered.id},nobody"}), 404)
    refused(api.post(f"{API}/tags/{tag}/agentids", json={"agent_ids": [steered.id, "nobody"]}), 404)
    refused(api.post(f"{API}/configs/{config}/agents", json={"agent_ids": [steered.id, "nobody"]}), 404)
    targets = [{"config_name": config, "agent_id": steered.id}, {"config_name": "x", "agent_id": steered.id}]
    done(api.post(f"{API}/configs/{config}/agents", json={"agent_ids": [steered.id]}))
    for order in ("start", "stop", "reset", "delete"):
        refused(api.post(f"{API}/runners/{order}", json=targets), 404)
    assert steered.runners[config]["is_running"] is True
    assert tag_row(api, tag)["agent_ids"] == []


def test_runners_are_stopped_started_reset_and_deleted(api: httpx.Client, steered: Steered) -> None:
    config, tag = name(), name()
    done(api.post(f"{API}/configs/{config}", json={"config": CPU, "tags": [tag]}))
    done(api.post(f"{API}/agents/{steered.id}/tags/{tag}"))
    target = [{"config_name": config, "agent_id": steered.id}]
    done(api.post(f"{API}/runners/stop", json=target))
    assert steered.runners[config]["is_running"] is False
    assert runner_row(api, steered.id)["state"] == "stopped"
    done(api.post(f"{API}/runners/reset", json=target))
    assert (steered.runners[config]["is_running"], steered.runners[config]["epoch"]) == (False, 1)
    done(api.post(f"{API}/runners/start", json=target))
    assert (steered.runners[config]["is_running"], steered.runners[config]["epoch"]) == (True, 1)
    done(api.post(f"{API}/runners/delete", json=target))
    assert steered.runners == {}
    refused(api.post(f"{API}/runners/start", json=target), 404)
    done(api.post(f"{API}/configs/{config}/agents", json={"agent_ids": [steered.id]}))
    assert steered.runners[config]["epoch"] == 2, "what was deleted begins again"


def runner_row(api: httpx.Client, agent_id: str, **query: Any) -> dict[str, Any]:
    (row,) = api.get(f"{API}/runners", params={"id": agent_id, **query}).json()["runners"]
    return dict(row)


def test_runners_show_what_agents_say(api: httpx.Client, steered: Steered) -> None:
    config = name()
    reader = {"reader": {"mode": "snmp", "log_path": "/x"}, "senders": []}
    done(api.post(f"{API}/configs/{config}", json={"config": reader}))
    done(api.post(f"{API}/configs/{config}/agents", json={"agent_ids": [steered.id]}))
    row = runner_row(api, steered.id)
    assert list(row) == ["name", "agent_id", "config", "state", "status", "config_timestamp"]
    assert (row["name"], row["agent_id"], row["config"]) == (config, steered.id, reader)
    assert (row["state"], row["status"], row["config_timestamp"]) == ("running", None, 0)
    config_us = steered.runners[config]["config_us"]
    said = {"name": config, "state": "unknown", "config_us": config_us, "reason": "no reader snmp"}
    steered.check_in(runners=[said])
    steered.check_in()
    row = runner_row(api, steered.id, agents="true")
    assert row["status"]["state"] == "unknown"
    assert row["status"]["reason"] == "no reader snmp"
    assert row["config_timestamp"] == config_us // 1_000_000
    answer = api.get(f"{API}/runners", params={"id": steered.id, "agents": "true"}).json()
    assert answer["agents"][steered.id]["hostname"] == steered.agent.hostname
    assert answer["totalSize"] == 1


def test_only_an_agent_itself_says_what_it_runs(api: httpx.Client, enrol: Callable[[], Steered]) -> None:
    one, other = enrol(), enrol()
    status = {"name": "x", "state": "running", "config_us": 1}
    one.check_in(runners=[status])
    assert other.check_in()["want_runners"] is True
    assert one.check_in()["want_runners"] is False
    for method, path in (("GET", "agents"), ("GET", "configs"), ("POST", "configs/x"), ("DELETE", "agents")):
        refused(one.agent.http.request(method, f"{API}/{path}"), 401)


def test_a_stolen_enrolment_token_is_ended(site: Site, enrol: Callable[[], Steered]) -> None:
    token = site.token("agent")
    facts = {"hostname": name(), "machine_id": "m", "platform": "Linux", "agent_version": "0.1.0"}

    def enrolled() -> int:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{site.url}/agent/v1/enroll"
        return httpx.post(url, json={"facts": facts}, headers=headers, trust_env=False).status_code

    assert enrolled() == 201
    own = enrol()
    muster("token", "revoke", "--data", str(site.data), token.split("_")[1])
    wait_for("it lets nobody in any more", lambda: enrolled() == 401)
    own.check_in()


def test_a_check_in_that_no_database_could_keep_is_refused(steered: Steered) -> None:
    for wrong in ({"applied": "\0"}, {"applied": "x" * 65}, {"runners": [{"name": "a"}]}):
        message = {"nonce": steered.nonce, "sent_us": 0, "wait_s": 0, **wrong}
        assert steered.agent.http.post("/agent/v1/checkin", json=message).status_code == 422


SECRETS = {
    "reader": {"mode": "mysql", "mysql_password": "hunter2", "elastic_token": "", "nested": [{"sk": "s"}]},
    "senders": [{"sender_type": "pandora", "pandora_ak": "key", "pandora_sk": "secret"}],
}


def test_secrets_are_masked_and_a_mask_keeps_them(api: httpx.Client, steered: Steered) -> None:
    config = name()
    done(api.post(f"{API}/configs/{config}", json={"config": SECRETS}))
    done(api.post(f"{API}/configs/{config}/agents", json={"agent_ids": [steered.id]}))
    shown = api.get(f"{API}/configs", params={"name": config}).json()["configs"][0]["config"]
    assert shown["reader"]["mysql_password"] == "***"
    assert shown["reader"]["elastic_token"] == ""
    assert shown["reader"]["nested"] == [{"sk": "***"}]
    assert set(shown["senders"][0].values()) == {"pandora", "***"}
    for path in ("configs", "runners", "revisions"):
        assert not {"hunter2", '"secret"'} & set(api.get(f"{API}/{path}").text.split(":"))
        assert "hunter2" not in api.get(f"{API}/{path}").text
    shown["reader"]["mode"] = "postgres"
    done(api.put(f"{API}/configs/{config}/config", json={"config": shown}))
    assert "hunter2" in steered.runners[config]["config"]
    assert '"postgres"' in steered.runners[config]["config"]
    refused(api.post(f"{API}/configs/{name()}", json={"config": shown}), 400)


def test_every_change_is_a_revision_that_can_be_restored(api: httpx.Client, steered: Steered) -> None:
    config, tag = name(), name()
    done(api.post(f"{API}/configs/{config}", json={"config": CPU, "tags": [tag]}))
    added = newest(api)
    assert added["action"] == f"add configuration {config}"
    assert added["by"].startswith("token ")
    assert abs(added["timestamp"] - time.time()) < 60
    kinds = [(change["kind"], change["before"]) for change in added["changes"]]
    assert kinds == [("config", None), ("tag", None), ("tag_config", None)]
    done(api.post(f"{API}/agents/{steered.id}/tags/{tag}"))
    tagged = newest(api)
    done(api.put(f"{API}/configs/{config}/config", json={"config": MEM}))
    changed = newest(api)
    (change,) = changed["changes"]
    assert (change["before"]["config"], change["after"]["config"]) == (CPU, MEM)
    done(api.delete(f"{API}/configs/{config}"))
    deleted = newest(api)
    assert steered.runners == {}
    dry = api.post(f"{API}/revisions/{deleted['id']}/restore", params={"to": "before", "dry_run": "true"})
    assert dry.json()["runners"] == [{"agent_id": steered.id, "name": config, "effect": "added"}]
    assert steered.runners == {}
    done(api.post(f"{API}/revisions/{deleted['id']}/restore", params={"to": "before"}))
    assert '"mem"' in steered.runners[config]["config"]
    done(api.post(f"{API}/revisions/{added['id']}/restore"))
    assert '"cpu"' in steered.runners[config]["config"]
    done(api.post(f"{API}/revisions/{tagged['id']}/restore", params={"to": "before"}))
    assert steered.runners == {}
    done(api.delete(f"{API}/configs/{config}"))
    done(api.delete(f"{API}/tags/{tag}"))
    done(api.post(f"{API}/revisions/{tagged['id']}/restore"))
    assert steered.runners == {}
    assert tag_row(api, tag)["agent_ids"] == [steered.id]
    assert api.get(f"{API}/revisions/{added['id']}").json() == added


def newest(api: httpx.Client) -> dict[str, Any]:
    (revision,) = api.get(f"{API}/revisions", params={"limit": 1}).json()["revisions"]
    return dict(revision)


def test_a_dry_run_tells_all_and_changes_nothing(api: httpx.Client, enrol: Callable[[], Steered]) -> None:
    one, two = enrol(), enrol()
    tag, config = name(), name()
    done(api.post(f"{API}/configs/{config}", json={"config": CPU}))
    done(api.post(f"{API}/tags/{tag}", json={"agent_ids": [one.id, two.id]}))
    before = newest(api)
    dry = {"dry_run": "true"}
    added = api.post(f"{API}/configs/{config}/tags", json={"tags": [tag]}, params=dry).json()
    assert added["agents"] == sorted([one.id, two.id])
    assert {(x["agent_id"], x["name"], x["effect"]) for x in added["runners"]} == {
        (one.id, config, "added"),
        (two.id, config, "added"),
    }
    for answer in (
        api.post(f"{API}/configs/{name()}", json={"config": CPU}, params=dry),
        api.delete(f"{API}/configs/{config}", params=dry),
        api.post(f"{API}/configs/delete", json=[config], params=dry),
        api.put(f"{API}/configs/{config}/config", json={"config": MEM}, params=dry),
        api.post(f"{API}/configs/{config}/agents", json={"agent_ids": [one.id]}, params=dry),
        api.post(f"{API}/tags/{name()}", json={}, params=dry),
        api.put(f"{API}/tags/{tag}/note", json={"note": "x"}, params=dry),
        api.post(f"{API}/tags/{tag}/agentids", json={"agent_ids": [one.id]}, params=dry),
        api.delete(f"{API}/tags/{tag}/agentids/batch", params={"agentids": one.id, **dry}),
        api.delete(f"{API}/tags/{tag}", params=dry),
        api.delete(f"{API}/tags/batch", params={"tag": tag, **dry}),
        api.post(f"{API}/agents/{one.id}/tags/{name()}", params=dry),
        api.post(f"{API}/agents/{one.id}/tags", json={"tags": [name()]}, params=dry),
        api.delete(f"{API}/agents/{one.id}/tags/{tag}", params=dry),
        api.delete(f"{API}/agents", params={"tag": tag, **dry}),
        api.delete(f"{API}/agents/batch", params={"id": one.id, **dry}),
        api.post(f"{API}/metrics/machine", json={"opened": False}, params=dry),
    ):
        assert answer.status_code == 200, answer.text
        assert answer.json()["dry_run"] is True
    assert newest(api) == before
    assert one.runners == {}
    refused(api.delete(f"{API}/configs/nobody", params=dry), 404)


def test_a_repeated_request_with_a_key_is_done_once(api: httpx.Client) -> None:
    config = name()
    key = {"Idempotency-Key": name("key")}
    for _ in range(2):
        done(api.post(f"{API}/configs/{config}", json={"config": CPU}, headers=key))
    refused(api.post(f"{API}/configs/{config}", json={"config": MEM}, headers=key), 400)
    refused(api.post(f"{API}/configs/{config}", json={"config": CPU}), 409)


def test_the_collection_is_opened_and_closed_for_all(api: httpx.Client, steered: Steered) -> None:
    assert api.get(f"{API}/metrics/machine").json() == DEFAULT_SETTING
    assert steered.check_in()["desired"]["metrics_interval_s"] == 0
    try:
        done(api.post(f"{API}/metrics/machine", json={"opened": True, "interval": "3", "repo_name": "r"}))
        first = newest(api)["id"]
        assert api.get(f"{API}/metrics/machine").json() == {
            "opened": True,
            "interval": "3",
            "repo_name": "r",
        }
        assert steered.check_in()["desired"]["metrics_interval_s"] == 3
        done(api.post(f"{API}/metrics/machine", json={"opened": False}))
        assert api.get(f"{API}/metrics/machine").json() == {"opened": False}
        assert steered.check_in()["desired"]["metrics_interval_s"] is None
        closed = api.get(f"{API}/metrics/{steered.id}").json()
        assert closed["opened"] is False
        assert closed["data"].pop("post_url") == "/metrics/machine"
        assert closed["data"].pop("message")
        assert all(set(field) == {"chinese", "default"} for field in closed["data"].values())
        done(api.post(f"{API}/metrics/machine", json={"opened": True}))
        assert api.get(f"{API}/metrics/machine").json()["interval"] == "3"
    finally:
        done(api.post(f"{API}/revisions/{first}/restore", params={"to": "before"}))
    assert api.get(f"{API}/metrics/machine").json() == DEFAULT_SETTING
    for interval in ("0", "x", "1e400", "nan", -1):
        refused(api.post(f"{API}/metrics/machine", json={"opened": True, "interval": interval}), 400)


def test_metrics_come_in_aligned_buckets_with_nulls(api: httpx.Client, steered: Steered) -> None:
    start = int(time.time()) // 3600 * 3600 - 3600
    for number, at in enumerate((start, start + 10, start + 20), start=1):
        values = {series: value * number if "total" in series[0] else value for series, value in LOOK.items()}
        assert steered.agent.send_samples(number, at, values).status_code == 204
    times = {"beginTime": start, "endTime": start + 30}
    answer = api.get(f"{API}/metrics/{steered.id}", params=times).json()
    assert answer["opened"] is True
    assert set(answer["data"]) == {
        *("cpu_usage", "diskio", "mem_used_percent", "net_bytes_rate"),
        *("net_packets_rate", "system_load", "tcp_established_num"),
    }
    last = {group: data["buckets"][-1] for group, data in answer["data"].items()}
    assert all(bucket.pop("key") == (start + 20) * 1000 for bucket in last.values())
    assert last == LAST_BUCKETS
    other = api.get(f"{API}/metrics/{steered.id}", params=times | {"runner": "x"}).json()["data"]
    assert other["system_load"]["buckets"][-1]["system_load1"] == {"value": 99.0}
    assert other["cpu_usage"]["buckets"][-1]["cpu_usage_user"] == {"value": None}
    first = answer["data"]["diskio"]["buckets"][0]
    assert first == {
        "diskio_reads_rate": {"value": None},
        "diskio_writes_rate": {"value": None},
        "key": start * 1000,
    }
    long = api.get(
        f"{API}/metrics/{steered.id}", params={"beginTime": start - 3000 * 60, "endTime": start}
    ).json()
    buckets = long["data"]["system_load"]["buckets"]
    assert 150 <= len(buckets) <= 301
    assert buckets[0]["system_load1"] == {"value": None}
    hour = api.get(f"{API}/metrics/{steered.id}", params={"beginTime": start, "endTime": start + 3600}).json()
    assert 295 <= len(hour["data"]["net_bytes_rate"]["buckets"]) <= 305
    steps = {b["key"] - a["key"] for a, b in pairwise(buckets)}
    assert len(steps) == 1
    assert buckets[0]["key"] % steps.pop() == 0
    day = api.get(
        f"{API}/metrics/{steered.id}", params={"beginTime": start - 86_400, "endTime": start}
    ).json()
    keys = [bucket["key"] for bucket in day["data"]["system_load"]["buckets"]]
    assert {after - before for before, after in pairwise(keys)} == {300_000}, "rollups can answer"
    refused(api.get(f"{API}/metrics/{steered.id}", params={"beginTime": 5, "endTime": 5}), 400)
    refused(api.get(f"{API}/metrics/{steered.id}", params={"beginTime": 10**10}), 400)


@pytest.mark.parametrize(
    "config",
    [
        None,
        [],
        "x",
        {},
        {"metric": []},
        {"metric": [{"type": "cpuu"}]},
        {"metric": [{"type": "cpu", "attributes": {"cpu_usage_usr": True}}]},
        {"metric": "cpu"},
        {"metric": ["cpu"]},
        {"metric": [{"type": "cpu"}], "reader": {"mode": "file"}},
        {"reader": []},
        {"reader": {}},
        {"reader": {"mode": 1}},
        {"reader": {"mode": "file"}, "transforms": {}},
        {"reader": {"mode": "file"}, "readr": {}},
        {"reader": {"mode": "file", "log_path": "\0"}},
        {"reader": {"mode": "file", "max": 2**63}},
        {"reader": {"mode": "file", "password": "***"}},
        {"reader": {"mode": "file", "x": "x" * 300_000}},
    ],
)
def test_a_configuration_that_cannot_be_run_is_refused(api: httpx.Client, config: Any) -> None:
    message = refused(api.post(f"{API}/configs/{name()}", json={"config": config}), 400)
    if config == {"metric": [{"type": "cpuu"}]}:
        assert "did you mean cpu?" in message


@pytest.mark.parametrize(
    "wrong", ["x" * 129, "x" * 256, "machine", "start", "stop", "reset", "%00", "a%0Ab", " a", "a%E2%80%AE"]
)
def test_names_that_no_route_could_tell_apart_are_refused(
    api: httpx.Client, steered: Steered, wrong: str
) -> None:
    for answer in (
        api.post(f"{API}/configs/{wrong}", json={"config": CPU}),
        api.post(f"{API}/tags/{wrong}", json={}),
        api.post(f"{API}/agents/{steered.id}/tags/{wrong}"),
    ):
        refused(answer, 400)
    refused(api.post(f"{API}/agents/{steered.id}/tags", json={"tags": [unquote(wrong)]}), 400)


def test_words_of_routes_are_no_names(api: httpx.Client, steered: Steered) -> None:
    for word in ("batch", "delete"):
        assert api.post(f"{API}/tags/{word}", json={}).status_code in (400, 405)
        assert api.post(f"{API}/configs/{word}", json={"config": CPU}).status_code == 400
        refused(api.post(f"{API}/agents/{steered.id}/tags/{word}"), 400)
    assert api.post(f"{API}/tags/a%2Fb", json={}).status_code in (400, 404, 405)


@pytest.mark.parametrize("longest", ["x" * 128, "é" * 128, "a b", "tag.1_2-3", "標籤"])
def test_names_may_be_anything_else(api: httpx.Client, longest: str) -> None:
    done(api.post(f"{API}/tags/{longest}", json={}))
    assert tag_row(api, longest)["name"] == longest
    done(api.delete(f"{API}/tags/{longest}"))


BODIES = [
    b"",
    b"null",
    b"[",
    b"1",
    b'"x"',
    b"{}",
    b"\xff",
    b"[" * 100_000,
    b'{"tags": 1}',
    b'{"config": NaN}',
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_broken_bodies_are_refused(api: httpx.Client, steered: Steered, body: bytes) -> None:
    config, tag = name(), name()
    done(api.post(f"{API}/configs/{config}", json={"config": CPU}))
    done(api.post(f"{API}/tags/{tag}", json={}))
    for method, path in (
        ("POST", f"configs/{name()}"),
        ("PUT", f"configs/{config}/config"),
        ("POST", "configs/delete"),
        ("POST", f"configs/{config}/tags"),
        ("POST", f"configs/{config}/agents"),
        ("PUT", f"tags/{tag}/note"),
        ("POST", f"tags/{tag}/agentids"),
        ("POST", f"agents/{steered.id}/tags"),
        ("POST", "runners/start"),
        ("POST", "metrics/machine"),
    ):
        refused(api.request(method, f"{API}/{path}", content=body), 400)


def test_a_key_pair_signs_requests(site: Site, api: httpx.Client) -> None:
    options = ["--data", str(site.data), "--name", "signer", "--scope", "write:fleet", "--aksk"]
    key, secret = muster("token", "create", *options).stdout.split()
    tag = name()

    def signed(method: str, path: str, body: bytes = b"", sent: bytes | None = None) -> httpx.Response:
        date = formatdate(usegmt=True)
        md5 = b64encode(hashlib.md5(body).digest()).decode() if body else ""
        kind = "application/json" if body else ""
        text = f"{method}\n{md5}\n{kind}\n{date}\n\nx-qiniu-nonce:{uuid.uuid4().hex}{path}"
        nonce = text.partition("x-qiniu-nonce:")[2].removesuffix(path)
        signature = urlsafe_b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()
        headers = {"Date": date, "X-Qiniu-Nonce": nonce, "Authorization": f"Pandora {key}:{signature}"}
        headers |= {"Content-MD5": md5, "Content-Type": kind} if body else {}
        last.append((method, path, headers, body))
        content = body if sent is None else sent
        return httpx.request(method, site.url + path, content=content, headers=headers, trust_env=False)

    last: list[Any] = []
    done(signed("POST", f"{API}/tags/{tag}", b'{"note": "signed"}'))
    method, path, headers, body = last[-1]
    again = httpx.request(method, site.url + path, content=body, headers=headers, trust_env=False)
    assert "used before" in refused(again, 401)
    assert "Content-MD5" in refused(
        signed("PUT", f"{API}/tags/{tag}/note", b'{"note": "a"}', b'{"note": "b"}'), 401
    )
    assert tag_row(api, tag)["note"] == "signed"
    assert newest(api)["by"] == f"token {key}"
    refused(signed("GET", f"{API}/tags"), 403)
    assert signed("GET", "/reports").status_code == 401, "signatures are for the fleet only"
    (signing_key,) = site.data.glob("signing.key")
    assert signing_key.stat().st_mode & 0o777 == 0o600
    assert secret.encode() not in b"".join(path.read_bytes() for path in site.data.glob("relational.db*"))
    muster("token", "revoke", "--data", str(site.data), key)
    wait_for("the key is revoked", lambda: signed("DELETE", f"{API}/tags/nobody").status_code == 401)


def test_commands_are_listed(admin: httpx.Client, steered: Steered) -> None:
    steered.check_in()
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(admin.get, "/check", params={"agent": steered.id})
        command = wait_for("a command", lambda: next(iter(steered.check_in()["commands"]), None))
        rows = admin.get(f"{API}/agents/{steered.id}/commands").json()["commands"]
        assert [(row["id"], row["kind"], row["state"]) for row in rows] == [
            (command["id"], "collect", "sent")
        ]
        steered.check_in(results=[{"id": command["id"], "ok": False, "message": "no"}])
        assert asked.result(10).status_code >= 400
    (row,) = admin.get(f"{API}/agents/{steered.id}/commands").json()["commands"]
    assert (row["state"], row["message"]) == ("failed", "no")
    assert row["end_time"] is not None
