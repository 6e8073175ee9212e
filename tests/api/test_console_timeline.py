"""What happened to one machine: marks of each kind, bounds, and that other machines' are not shown."""

import time
import uuid
from typing import Any

import httpx
import pytest

from muster.core.timeline import MAX_MARKS
from muster.model.inventory import Interface, Inventory
from tests.api.conftest import Client, TestAgent
from tests.processes import Site, wait_for

READER = {"mode": "tailx", "log_path": "/var/log/app.log"}
CONFIG = {"reader": READER}
ALIVE = ("system.uptime_s", "")

Marks = list[dict[str, Any]]


@pytest.fixture
def name() -> str:
    return f"timeline-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def other(site: Site, client: Client) -> TestAgent:
    return TestAgent(site, client, f"other-{uuid.uuid4().hex[:12]}")


def timeline(http: httpx.Client, agent: TestAgent, **params: str | int) -> dict[str, Any]:
    answer = http.get(f"/console/v1/hosts/{agent.id}/timeline", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def marks(http: httpx.Client, agent: TestAgent, kind: str, **params: str | int) -> Marks:
    found = timeline(http, agent, **params)["marks"]
    return [mark for mark in found if mark["kind"] == kind]


def make_inventory(agent: TestAgent, at_s: float, **fields: Any) -> Inventory:
    values: dict[str, Any] = {"system": "Linux", "user": "root", "boot_time_s": 1_000}
    return Inventory(ts_us=int(at_s * 1e6), hostname=agent.hostname, **(values | fields))


def done(answer: httpx.Response) -> None:
    assert answer.status_code in (200, 201, 204), answer.text


def test_the_enrolment_is_a_mark_in_its_span_only(admin: httpx.Client, agent: TestAgent) -> None:
    (mark,) = marks(admin, agent, "enrolled")
    assert abs(mark["ts_us"] / 1e6 - time.time()) < 30
    assert marks(admin, agent, "enrolled", **{"from": "-2h", "to": "-1h"}) == []
    exact = {"from": mark["ts_us"], "to": mark["ts_us"] + 1}
    assert len(marks(admin, agent, "enrolled", **exact)) == 1
    assert marks(admin, agent, "enrolled", **{"from": mark["ts_us"] - 1, "to": mark["ts_us"]}) == []


def test_log_rows_are_counted_by_level_and_of_this_machine_only(
    admin: httpx.Client, agent: TestAgent, other: TestAgent
) -> None:
    line = {"message": "hello", "level": "error", "time": time.time()}
    done(admin.post("/console/v1/logs", json=line))
    found = timeline(admin, agent)
    assert found["logs"]["total"] == 0
    assert found["from_us"] >= found["logs"]["from_us"]
    assert found["to_us"] <= found["logs"]["to_us"]
    assert timeline(admin, other)["logs"]["levels"] == []


def test_changes_of_a_config_count_while_the_machine_had_it(
    admin: httpx.Client, agent: TestAgent, other: TestAgent, name: str
) -> None:
    done(admin.post(f"/v1/api/configs/{name}", json={"config": CONFIG, "tags": [name]}))
    assert marks(admin, agent, "config") == []
    done(admin.post(f"/v1/api/agents/{agent.id}/tags/{name}"))
    changed = CONFIG | {"reader": READER | {"log_path": "/var/log/other.log"}}
    done(admin.put(f"/v1/api/configs/{name}/config", json={"config": changed, "note": "moved"}))
    done(admin.delete(f"/v1/api/agents/{agent.id}/tags/{name}"))
    done(admin.put(f"/v1/api/configs/{name}/config", json={"config": CONFIG, "note": "back"}))
    found = marks(admin, agent, "config")
    assert len(found) == 3
    assert [mark["ts_us"] for mark in found] == sorted(mark["ts_us"] for mark in found)
    assert all(mark["by"].startswith("token ") and mark["subject"] for mark in found)
    revision = admin.get(f"/v1/api/revisions/{found[1]['id']}").json()
    assert revision["changes"][0]["name"] == name
    assert marks(admin, other, "config") == []


def test_what_was_changed_for_all_before_a_machine_came_is_no_mark_of_it(
    admin: httpx.Client, site: Site, client: Client
) -> None:
    done(admin.put("/console/v1/collecting", json={"scope": "all", "ports": ["8443"]}))
    late = TestAgent(site, client, f"late-{uuid.uuid4().hex[:12]}")
    assert marks(admin, late, "config") == []
    done(admin.put("/console/v1/collecting", json={"scope": "all"}))
    assert len(marks(admin, late, "config")) == 1


def test_a_new_look_of_the_machine_is_a_mark_with_what_differs(
    admin: httpx.Client, agent: TestAgent, other: TestAgent
) -> None:
    now_s = time.time()
    first = make_inventory(agent, now_s - 600, interfaces=[])
    eth0 = Interface(name="eth0", is_up=True, mtu=1500)
    second = make_inventory(agent, now_s - 300, interfaces=[eth0], user="ada")
    third = make_inventory(agent, now_s - 200, interfaces=[eth0], user="ada", memory_used_bytes=5)
    for sequence, inventory in enumerate((first, second, third), 1):
        done(agent.send_inventory(sequence, inventory))
    created, changed = marks(admin, agent, "inventory")
    assert (created["state"], created["count"]) == ("created", 0)
    assert (changed["state"], changed["changes"]) == ("changed", ["user", "interfaces.eth0"])
    assert changed["ts_us"] == second.ts_us
    since = {"from": second.ts_us - 1}
    assert [mark["id"] for mark in marks(admin, agent, "inventory", **since)] == [changed["id"]]
    assert marks(admin, other, "inventory") == []


def test_a_start_of_the_machine_is_a_mark_of_its_own(admin: httpx.Client, agent: TestAgent) -> None:
    now_s = int(time.time())
    done(agent.send_inventory(1, make_inventory(agent, now_s - 1_000, boot_time_s=now_s - 9_000)))
    done(agent.send_inventory(2, make_inventory(agent, now_s - 100, boot_time_s=now_s - 150)))
    assert [mark["ts_us"] for mark in marks(admin, agent, "boot")] == [(now_s - 150) * 1_000_000]
    assert len(marks(admin, agent, "inventory")) == 1
    assert marks(admin, agent, "boot", **{"to": "-5m"}) == []


def test_a_machine_that_measured_nothing_was_silent(admin: httpx.Client, agent: TestAgent) -> None:
    now_s = time.time()
    enrolled_us = marks(admin, agent, "enrolled")[0]["ts_us"]
    ahead = {"from": enrolled_us - 3_600_000_000, "to": enrolled_us + 1_000_000}
    assert marks(admin, agent, "silence", **ahead) == []
    for sequence, at_s in enumerate((now_s + 5, now_s + 15), 1):
        done(agent.send_samples(sequence, at_s, {ALIVE: 100.0}))
    assert marks(admin, agent, "silence") == []


def test_the_state_of_a_runner_is_a_mark(admin: httpx.Client, agent: TestAgent, name: str) -> None:
    since_us = int((time.time() - 60) * 1e6)
    status = {"name": name, "state": "failed", "config_us": 1, "reason": "no such file", "since_us": since_us}
    done(agent.check_in(runners=[status], applied="x"))
    (mark,) = marks(admin, agent, "runner")
    assert (mark["subject"], mark["state"], mark["detail"]) == (name, "failed", "no such file")
    assert mark["ts_us"] == since_us


def test_every_state_that_a_runner_was_in_is_a_mark(
    admin: httpx.Client, agent: TestAgent, other: TestAgent, name: str
) -> None:
    now_us = int(time.time() * 1e6)

    def say(state: str, ago_s: int, reason: str = "") -> None:
        since_us = now_us - ago_s * 1_000_000
        status = {"name": name, "state": state, "config_us": 1, "reason": reason, "since_us": since_us}
        done(agent.check_in(runners=[status], applied="x"))

    say("running", 500)
    say("running", 500, "waits for a file")
    say("failed", 400, "no such file")
    say("running", 300)
    say("stopped", 200)
    found = marks(admin, agent, "runner")
    assert [(mark["state"], mark["detail"]) for mark in found] == [
        ("running", ""),
        ("failed", "no such file"),
        ("recovered", ""),
        ("stopped", ""),
    ]
    assert len(marks(admin, agent, "runner", **{"from": now_us - 450_000_000})) == 3
    assert marks(admin, other, "runner") == []


def test_audit_events_that_name_the_machine_are_marks(
    admin: httpx.Client, client: Client, agent: TestAgent, other: TestAgent, name: str
) -> None:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for host in (agent.hostname, agent.hostname + "-2", agent.id):
        event = {
            "event_ts": now,
            "application_name": name,
            "event_kind": "restarted",
            "payload": {"host": host},
        }
        done(admin.post("/api/event", json=[event]))
    found = marks(admin, agent, "audit")
    assert [(mark["subject"], mark["state"]) for mark in found] == [(name, "restarted")] * 2
    assert marks(admin, other, "audit") == []
    assert timeline(admin, agent)["has_more"] is False, "the search came to its end"


def test_what_was_done_to_the_machine_is_told_to_administrators_only(
    admin: httpx.Client, client: Client, agent: TestAgent
) -> None:
    export = {"format": "ndjson", "query": f"agent:{agent.id}"}
    done(admin.get("/console/v1/logs/export", params=export))
    (mark,) = wait_for("the export is in the log", lambda: marks(admin, agent, "audit"), 20)
    assert (mark["subject"], mark["state"]) == ("muster", "LogsExported")
    assert marks(client("read"), agent, "audit") == []


def test_marks_are_bounded_and_the_newest_stay(admin: httpx.Client, agent: TestAgent, name: str) -> None:
    done(admin.post(f"/v1/api/configs/{name}", json={"config": CONFIG}))
    for number in range(160):
        done(admin.put(f"/v1/api/configs/{name}/config", json={"note": str(number)}))
    assert timeline(admin, agent)["has_more"] is False
    done(admin.post(f"/v1/api/configs/{name}/agents", json={"agent_ids": [agent.id]}))
    found = timeline(admin, agent)
    assert found["has_more"] is False
    for number in range(155):
        done(admin.put(f"/v1/api/configs/{name}/config", json={"note": f"more {number}"}))
    found = timeline(admin, agent)
    assert found["has_more"] is True
    assert len(found["marks"]) <= MAX_MARKS


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, 200),
        ({"from": "x"}, 422),
        ({"from": "-1h", "to": "-2h"}, 422),
        ({"from": "-500d"}, 422),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}, 200),
    ],
)
def test_the_span_is_checked(
    admin: httpx.Client, agent: TestAgent, params: dict[str, str], status: int
) -> None:
    answer = admin.get(f"/console/v1/hosts/{agent.id}/timeline", params=params)
    assert answer.status_code == status, answer.text


def test_who_may_not_read_is_refused(client: Client, agent: TestAgent) -> None:
    path = f"/console/v1/hosts/{agent.id}/timeline"
    assert client().get(path).status_code == 401
    assert client("write:events").get(path).status_code == 403
    assert client("read").get(path).status_code == 200
    assert client("read").get("/console/v1/hosts/nobody/timeline").status_code == 404
