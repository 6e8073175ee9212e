"""Agents shut out, and let in again."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from muster.model.report import Report
from tests.api.conftest import Client, TestAgent
from tests.processes import Site, wait_for

TOKENS = "/console/v1/tokens"
AGENTS = "/console/v1/agents"
SHUT_OUT = "/console/v1/shut-out"
WEB = {"machine_id": "web", "platform": "Linux", "agent_version": "0.1.0"}


def change(admin: httpx.Client, agent_id: str, what: str, **query: str) -> dict[str, Any]:
    answer = admin.post(f"{AGENTS}/{agent_id}/{what}", params=query)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


def state_of(admin: httpx.Client, agent_id: str) -> str:
    agents: list[dict[str, Any]] = admin.get(AGENTS).json()["agents"]
    return next(agent["state"] for agent in agents if agent["id"] == agent_id)


def is_refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (401, "shut_out")


def test_nothing_of_an_agent_that_is_shut_out_is_taken_until_it_is_let_in(
    admin: httpx.Client, agent: TestAgent, make_report: Callable[..., Report]
) -> None:
    assert agent.check_in().status_code == 200
    changed = change(admin, agent.id, "shut-out")
    assert (changed["is_shut_out"], changed["agents"]) == (True, [agent.id])
    assert is_refused(agent.check_in())
    assert is_refused(agent.send(1, make_report()))
    assert is_refused(agent.http.get(f"/agent/v1/releases/{'0' * 64}"))
    assert "an administrator shut this agent out" in agent.check_in().json()["message"]
    assert state_of(admin, agent.id) == "shut out"
    assert change(admin, agent.id, "shut-out") == {"is_shut_out": True, "agents": [], "revision": None}
    assert change(admin, agent.id, "let-in")["agents"] == [agent.id]
    assert state_of(admin, agent.id) == "offline"
    assert agent.check_in().status_code == 200
    assert agent.send(1, make_report()).status_code == 204
    assert state_of(admin, agent.id) == "online"


def test_a_dry_run_shuts_nobody_out(admin: httpx.Client, agent: TestAgent) -> None:
    assert change(admin, agent.id, "shut-out", dry_run="true")["agents"] == [agent.id]
    assert agent.check_in().status_code == 200


def test_a_held_check_in_and_whoever_waits_for_an_answer_end_at_once(
    admin: httpx.Client, agent: TestAgent
) -> None:
    assert agent.check_in().status_code == 200
    with ThreadPoolExecutor(2) as threads:
        asked = threads.submit(admin.get, "/check", params={"agent": agent.hostname})
        wait_for("the agent is asked", lambda: bool(agent.check_in().json().get("commands")))
        held = threads.submit(agent.check_in, wait_s=25)
        change(admin, agent.id, "shut-out")
        assert is_refused(held.result(timeout=5))
        answer = asked.result(timeout=5)
    assert answer.status_code == 504
    assert "is shut out" in answer.text
    refused = admin.get("/check", params={"agent": agent.hostname})
    assert (refused.status_code, "is shut out" in refused.text) == (504, True)


def test_one_that_is_shut_out_does_not_come_back_when_it_was_deleted_as_well(
    admin: httpx.Client, agent: TestAgent
) -> None:
    assert agent.check_in().status_code == 200
    assert admin.delete("/v1/api/agents/batch", params={"id": agent.id}).status_code == 200
    change(admin, agent.id, "shut-out")
    assert is_refused(agent.check_in(nonce=uuid.uuid4().hex))
    assert agent.id not in {line["id"] for line in admin.get(AGENTS).json()["agents"]}
    change(admin, agent.id, "let-in")
    assert agent.check_in(nonce=uuid.uuid4().hex).status_code == 200
    assert state_of(admin, agent.id) == "online"


def test_a_token_is_revoked_with_the_agents_that_it_let_in(site: Site, admin: httpx.Client) -> None:
    body = {"name": "web", "scopes": ["agent"], "valid_s": 3600}
    made = admin.post(TOKENS, json=body).json()
    let_in = httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {made['text']}"})
    with let_in:
        ids = [
            let_in.post("/agent/v1/enroll", json={"facts": {"hostname": name, **WEB}}).json()["agent_id"]
            for name in ("one", "two")
        ]
        path = f"{TOKENS}/{made['token']['id']}"
        assert admin.delete(path).status_code == 204
        assert {state_of(admin, agent_id) for agent_id in ids} == {"register"}
        assert admin.delete(path, params={"agents": "true"}).status_code == 204
        assert {state_of(admin, agent_id) for agent_id in ids} == {"shut out"}
        assert let_in.post("/agent/v1/enroll", json={"facts": {"hostname": "x", **WEB}}).status_code == 401
    assert admin.delete(f"{TOKENS}/000000000000", params={"agents": "true"}).status_code == 404


def test_it_is_in_the_audit_log_and_only_administrators_do_and_undo_it(
    admin: httpx.Client, client: Client, agent: TestAgent
) -> None:
    revision = change(admin, agent.id, "shut-out")["revision"]
    writer = client("read", "write:fleet")
    assert writer.post(f"{AGENTS}/{agent.id}/let-in").status_code == 403
    restore = f"/v1/api/revisions/{revision}/restore"
    assert writer.post(restore, params={"to": "before"}).status_code == 403
    asked = {"application_name": "muster", "event_kind": "FleetChanged"}
    wait_for(
        "the audit log has it",
        lambda: f"shut out agent {agent.id}" in admin.get("/api/event", params=asked).text,
    )
    assert admin.post(restore, params={"to": "before"}).status_code == 200
    assert agent.check_in().status_code == 200
    assert admin.post(f"{AGENTS}/{'0' * 32}/shut-out").status_code == 404


def test_all_that_are_shut_out_are_listed_deleted_ones_too(
    admin: httpx.Client, client: Client, agent: TestAgent
) -> None:
    assert agent.check_in().status_code == 200
    change(admin, agent.id, "shut-out")
    [row] = [row for row in client("read").get(SHUT_OUT).json() if row["agent_id"] == agent.id]
    assert (row["hostname"], row["is_deleted"]) == (agent.hostname, False)
    assert row["token"]
    assert admin.delete("/v1/api/agents/batch", params={"id": agent.id}).status_code == 200
    [row] = [row for row in admin.get(SHUT_OUT).json() if row["agent_id"] == agent.id]
    assert row["is_deleted"]
    change(admin, agent.id, "let-in")
    assert agent.id not in {row["agent_id"] for row in admin.get(SHUT_OUT).json()}
