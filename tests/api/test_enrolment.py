"""Tokens that let machines in: so many, for so long, with tags."""

import uuid
from typing import Any

import httpx
import pytest

from tests.api.conftest import Client, TestAgent
from tests.processes import Site, muster

TOKENS = "/console/v1/tokens"


def make(admin: httpx.Client, **fields: Any) -> dict[str, Any]:
    body = {"name": "web", "scopes": ["agent"], "valid_s": 3600} | fields
    answer = admin.post(TOKENS, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def enrol(site: Site, text: str, hostname: str = "web1") -> httpx.Response:
    facts = {"hostname": hostname, "machine_id": hostname, "platform": "Linux", "agent_version": "0.1.0"}
    headers = {"Authorization": f"Bearer {text}"}
    return site.http.post("/agent/v1/enroll", json={"facts": facts}, headers=headers)


def tags_of(admin: httpx.Client, agent_id: str) -> list[str]:
    agents: list[dict[str, Any]] = admin.get("/console/v1/agents").json()["agents"]
    return next(agent["tags"] for agent in agents if agent["id"] == agent_id)


def test_a_token_lets_in_as_many_machines_as_it_says(site: Site, admin: httpx.Client) -> None:
    made = make(admin, max_agents=2)
    path = f"{TOKENS}/{made['token']['id']}"
    assert (made["token"]["max_agents"], made["token"]["enrolled"]) == (2, 0)
    assert enrol(site, made["text"], "first").status_code == 201
    page = admin.get(path).json()
    assert (page["token"]["state"], page["token"]["enrolled"]) == ("valid", 1)
    assert [agent["hostname"] for agent in page["agents"]] == ["first"]
    assert enrol(site, made["text"], "second").status_code == 201
    assert admin.get(path).json()["token"]["state"] == "used"
    refused = enrol(site, made["text"], "third")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert "all the machines that it may" in refused.json()["message"]
    page = admin.get(path).json()
    assert page["token"]["enrolled"] == 2
    assert {agent["hostname"] for agent in page["agents"]} == {"first", "second"}


def test_a_revoked_token_lets_nobody_in(site: Site, admin: httpx.Client) -> None:
    made = make(admin)
    assert admin.delete(f"{TOKENS}/{made['token']['id']}").status_code == 204
    refused = enrol(site, made["text"])
    assert (refused.status_code, refused.json()["message"]) == (401, "this token was revoked")
    page = admin.get(f"{TOKENS}/{made['token']['id']}").json()
    assert (page["token"]["state"], page["agents"]) == ("revoked", [])


def test_machines_get_the_tags_of_their_token(site: Site, admin: httpx.Client) -> None:
    tag = f"tag {uuid.uuid4().hex[:8]}"
    made = make(admin, tags=[tag])
    agent_id = enrol(site, made["text"]).json()["agent_id"]
    assert tags_of(admin, agent_id) == [tag]


def test_the_page_of_a_token_says_whether_figures_came(
    site: Site, client: Client, admin: httpx.Client
) -> None:
    made = make(admin)
    reply = enrol(site, made["text"]).json()
    page = admin.get(f"{TOKENS}/{made['token']['id']}").json()
    assert [(agent["agent_id"], agent["has_samples"]) for agent in page["agents"]] == [
        (reply["agent_id"], False)
    ]
    other = TestAgent(site, client, "elsewhere")
    assert other.id not in {agent["agent_id"] for agent in page["agents"]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"max_agents": 0}, "max_agents"),
        ({"max_agents": 100_001}, "max_agents"),
        ({"scopes": ["read"], "max_agents": 1}, "max_agents"),
        ({"tags": ["a/b"]}, "tags"),
        ({"tags": [""]}, "tags"),
    ],
)
def test_what_cannot_be_is_named(admin: httpx.Client, fields: dict[str, Any], field: str) -> None:
    answer = admin.post(TOKENS, json={"name": "web", "scopes": ["agent"]} | fields)
    assert answer.status_code == 422
    assert field in answer.json()["message"]


def test_the_command_line_makes_such_a_token(site: Site, admin: httpx.Client) -> None:
    options = ["--data", str(site.data), "--scope", "agent", "--name", "rack"]
    text = muster(
        "token", "create", *options, "--expires", "1h", "--agents", "1", "--tag", "rack"
    ).stdout.strip()
    agent_id = enrol(site, text, "rack1").json()["agent_id"]
    assert enrol(site, text, "rack2").status_code == 401
    listed = muster("token", "list", "--data", str(site.data)).stdout
    assert "1 of 1 agents" in listed
    assert tags_of(admin, agent_id) == ["rack"]
    refused = muster("token", "create", *options, "--aksk", "--agents", "1", code=2)
    assert "--aksk" in refused.stderr
