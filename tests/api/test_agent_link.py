"""The agent link as an agent sees it."""

import threading
import time
from collections.abc import Callable

import httpx
import pyarrow as pa
import zstandard

from muster.model.batch import ARROW_STREAM
from muster.model.report import Report, to_json
from tests.api.conftest import NOW, Client, TestAgent
from tests.api.test_hostile_input import SCHEMA, arrow
from tests.processes import Site, wait_for

MakeReport = Callable[..., Report]


def names(admin: httpx.Client, agent: TestAgent) -> list[str]:
    return list(admin.get("/reports/list", params={"agent": agent.id}).json()["reports"])


def test_a_batch_is_stored_once_however_often_it_is_sent(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    report = make_report()
    for _ in range(3):
        answer = agent.send(1, report)
        assert (answer.status_code, answer.content) == (204, b"")
    assert names(admin, agent) == [f"{report.id}.json"]


def test_another_content_under_the_same_sequence_is_409(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    first = make_report()
    agent.send(1, first)
    answer = agent.send(1, make_report())
    assert answer.status_code == 409
    assert answer.json()["code"] == "sequence_conflict"
    assert names(admin, agent) == [f"{first.id}.json"]


def test_arrow_and_compressed_bodies_are_accepted(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    first, second = make_report(date=NOW), make_report(date=NOW + 1)
    body = arrow(pa.table({"report": [to_json(first).decode()]}, schema=SCHEMA))
    assert agent.send_body(1, body, media_type=ARROW_STREAM).status_code == 204
    body = arrow(pa.table({"report": [to_json(second).decode()]}, schema=SCHEMA))
    sent = zstandard.compress(body)
    assert agent.send_body(2, body, media_type=ARROW_STREAM, encoding="zstd", sent=sent).status_code == 204
    assert names(admin, agent) == [f"{second.id}.json", f"{first.id}.json"]


def test_an_agent_can_do_nothing_but_its_own_work(agent: TestAgent) -> None:
    for path in ("/reports", "/metrics", f"/v1/api/agents/{agent.id}/ledger"):
        assert agent.http.get(path).status_code == 401
    assert agent.http.post("/reports", json=[]).status_code == 401
    assert agent.http.post("/reload").status_code == 401


def test_a_second_process_with_the_same_identity_is_refused(agent: TestAgent) -> None:
    assert agent.check_in().status_code == 200
    answer = agent.check_in(nonce="f" * 32)
    assert answer.status_code == 409
    assert answer.json()["code"] == "nonce_conflict"
    assert 1 <= int(answer.headers["retry-after"]) <= 30


def test_a_killed_agents_successor_need_not_wait(site: object, agent: TestAgent) -> None:
    held = httpx.Client(
        base_url=agent.http.base_url, headers=agent.http.headers, timeout=0.3, trust_env=False
    )
    message = {"nonce": agent.epoch, "sent_us": 0, "wait_s": 25}
    try:
        held.post("/agent/v1/checkin", json=message)
    except httpx.ReadTimeout:
        held.close()
    wait_for("the successor is let in", lambda: agent.check_in(nonce="f" * 32).status_code == 200, 5)


def test_check_reaches_a_held_poll_at_once(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    report = make_report()

    def answer_one_command() -> None:
        reply = agent.check_in(wait_s=20).json()
        results = [{"id": c["id"], "ok": True, "report": to_json(report).decode()} for c in reply["commands"]]
        agent.check_in(results=results)

    agent.check_in()
    worker = threading.Thread(target=answer_one_command)
    worker.start()
    started = time.monotonic()
    answer = admin.get("/check", params={"agent": agent.hostname})
    worker.join()
    assert answer.status_code == 200, answer.text
    assert answer.json()["report"]["id"] == report.id
    assert time.monotonic() - started < 5
    assert names(admin, agent) == []


def test_the_ledger_counts_what_is_stored(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    agent.send(1, make_report(), make_report())
    agent.send(4, make_report())
    imported = b"[" + to_json(make_report()) + b"]"
    admin.post(
        "/reports",
        params={"agent": agent.hostname},
        content=imported,
        headers={"content-type": "application/json"},
    )
    ledger = {
        "stream": "reports",
        "collected": 6,
        "dropped": 1,
        "spooled": 5,
        "thinned": 1,
        "quarantined": 0,
        "acknowledged": 3,
        "waiting": 1,
        "waiting_bytes": 10,
    }
    before_us = time.time_ns() // 1000
    agent.check_in(ledger=[ledger])
    account = admin.get(f"/v1/api/agents/{agent.id}/ledger").json()
    assert account["online"] is True
    assert before_us <= account["said_us"] <= time.time_ns() // 1000
    (stream,) = account["streams"]
    assert stream["agent"] == ledger
    assert (stream["stored"], stream["imported"]) == (3, 1)
    assert (stream["missing_batches"], stream["balanced"]) == (2, True)
    agent.check_in(ledger=[ledger | {"acknowledged": 4}])
    assert admin.get(f"/v1/api/agents/{agent.id}/ledger").json()["streams"][0]["balanced"] is False


def test_the_ledger_is_found_by_hostname_unless_several_have_it(
    site: Site, client: Client, admin: httpx.Client, agent: TestAgent
) -> None:
    by_name = admin.get(f"/v1/api/agents/{agent.hostname.upper()}/ledger")
    assert by_name.json()["agent_id"] == agent.id
    twin = TestAgent(site, client, agent.hostname)
    twin.http.close()
    refused = admin.get(f"/v1/api/agents/{agent.hostname}/ledger")
    assert refused.status_code == 409
    assert agent.id in refused.json()["message"]
    assert twin.id in refused.json()["message"]
    assert admin.get(f"/v1/api/agents/{twin.id}/ledger").json()["agent_id"] == twin.id


def test_metrics_tell_of_requests_groups_and_agents(admin: httpx.Client, client: Client) -> None:
    text = admin.get("/metrics").text
    for name in (
        'muster_http_requests_total{method="POST",route="/agent/v1/batches"',
        'muster_http_request_seconds_bucket{le="0.001",route="/metrics"}',
        'muster_commit_group_items_count{writer="reports"}',
        'muster_commit_queue_bytes{writer="reports"}',
        'muster_agents{state="online"}',
        "process_resident_memory_bytes",
    ):
        assert name in text, name
    client().get("/no/such/path/for/metrics")
    assert "no/such/path" not in admin.get("/metrics").text
