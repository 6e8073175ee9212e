"""What agents collect, said in the console: dry run, what agents are told, the way back, refusals."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import Client, TestAgent

COLLECTING = "/console/v1/collecting"
ALL = {"scope": "all"}


@pytest.fixture
def clean(admin: httpx.Client) -> Iterator[httpx.Client]:
    yield admin
    assert put(admin, ALL | {"is_open": True}).status_code == 200


def put(http: httpx.Client, body: dict[str, Any], **query: str) -> httpx.Response:
    return http.put(COLLECTING, json=body, params=query)


def rules(http: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(COLLECTING).json()["rules"]
    return found


def undo(http: httpx.Client, changed: dict[str, Any]) -> None:
    path = f"/v1/api/revisions/{changed['revision']}/restore"
    assert http.post(path, params={"to": "before"}).status_code == 200


def desired(agent: TestAgent) -> dict[str, Any]:
    answer: dict[str, Any] = agent.check_in().json()["desired"]
    return answer


def test_ports_reach_an_agent_and_are_taken_back(clean: httpx.Client, agent: TestAgent) -> None:
    assert "watch" not in desired(agent)
    body = {"scope": "agent", "target": agent.id, "ports": ["443", "3000-3007"]}
    tried = put(clean, body, dry_run="true").json()
    assert tried == {"agents": [agent.id], "revision": None}
    assert "watch" not in desired(agent)
    changed = put(clean, body).json()
    assert desired(agent)["watch"] == {"ports": ["443", "3000-3007"], "off": []}
    row = next(rule for rule in rules(clean) if rule["target"] == agent.id)
    assert (row["scope"], row["name"], row["agents"]) == ("agent", agent.hostname, 1)
    assert (row["ports"], row["groups"], row["interval_s"]) == (["443", "3000-3007"], {}, None)
    undo(clean, changed)
    assert "watch" not in desired(agent)
    assert [rule["scope"] for rule in rules(clean)] == ["all"]


def test_a_tag_says_groups_and_an_interval(clean: httpx.Client, agent: TestAgent) -> None:
    tag = f"tag-{agent.id}"
    assert clean.post(f"/v1/api/agents/{agent.id}/tags/{tag}").status_code == 200
    rule = {"scope": "tag", "target": tag, "groups": {"processes": False}, "interval_s": 60}
    assert put(clean, rule).json()["agents"] == [agent.id]
    wanted = desired(agent)
    assert (wanted["watch"], wanted["metrics_interval_s"]) == ({"ports": None, "off": ["processes"]}, 60)
    host = clean.get(f"/console/v1/hosts/{agent.id}").json()
    assert (host["off"], host["interval_s"]) == (["processes"], 60)
    clean.delete("/v1/api/tags/batch", params={"name": tag})


def test_the_rule_for_all_is_the_setting_of_source_4_too(clean: httpx.Client, agent: TestAgent) -> None:
    changed = put(clean, ALL | {"ports": [], "interval_s": 30}).json()
    assert clean.get("/v1/api/metrics/machine").json()["interval"] == "30"
    assert rules(clean)[0]["interval_s"] == 30
    assert (desired(agent)["metrics_interval_s"], desired(agent)["watch"]["ports"]) == (30, [])
    undo(clean, changed)
    assert rules(clean)[0] | {"agents": 0} == {
        **{"scope": "all", "target": "", "name": "", "agents": 0},
        **{"ports": None, "groups": {}, "interval_s": None},
    }
    closed = put(clean, ALL | {"is_open": False}).json()
    assert clean.get(COLLECTING).json()["is_open"] is False
    assert desired(agent)["metrics_interval_s"] is None
    undo(clean, closed)
    assert clean.get(COLLECTING).json()["is_open"] is True


def test_a_change_is_a_revision_of_who_made_it(clean: httpx.Client) -> None:
    changed = put(clean, ALL | {"groups": {"tcp": False}}).json()
    newest = clean.get("/v1/api/revisions", params={"size": 1}).json()["revisions"][0]
    assert (newest["id"], newest["action"]) == (changed["revision"], "change what all agents collect")
    assert put(clean, ALL | {"groups": {"tcp": False}}).json()["revision"] is None


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"scope": "agent", "target": "nobody"}, 404, ""),
        ({"scope": "tag", "target": "nobody"}, 404, ""),
        ({"scope": "tag"}, 422, "target"),
        ({"scope": "all", "target": "x"}, 422, "target"),
        ({"scope": "all", "ports": ["0"]}, 422, "ports[0]"),
        ({"scope": "all", "groups": {"nothing": True}}, 422, "groups.nothing"),
        ({"scope": "all", "interval_s": 0}, 422, "interval"),
        ({"scope": "x"}, 422, "body"),
        ({"scope": "all", "nothing": 1}, 422, "body"),
    ],
)
def test_what_is_refused(clean: httpx.Client, body: dict[str, Any], status: int, field: str) -> None:
    answer = put(clean, body)
    assert answer.status_code == status, answer.text
    assert field in answer.text


def test_who_may(client: Client) -> None:
    reader, writer = client("read"), client("write:fleet")
    assert reader.get(COLLECTING).status_code == 200
    assert put(reader, ALL).status_code == 403
    assert put(writer, ALL, dry_run="true").status_code == 200
