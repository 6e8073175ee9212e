"""What the fleet's pages ask for beside the public routes."""

import uuid
from typing import Any

import httpx
import pytest

from tests.api.conftest import Client, TestAgent

READER = {"mode": "tailx", "log_path": "/var/log/app.log"}


@pytest.fixture
def name() -> str:
    return f"config-{uuid.uuid4().hex[:8]}"


def line_of(admin: httpx.Client, agent: TestAgent) -> dict[str, Any]:
    lines: list[dict[str, Any]] = admin.get("/console/v1/agents").json()["agents"]
    return next(line for line in lines if line["id"] == agent.id)


def test_parts_name_every_section_with_its_options(admin: httpx.Client) -> None:
    parts = admin.get("/console/v1/configs/parts").json()
    assert parts["type_keys"] == {
        "reader": "mode",
        "parser": "type",
        "transform": "type",
        "sender": "sender_type",
    }
    grok = next(each for each in parts["parsers"] if each["names"][0] == "grok")
    options = {option["name"]: option for option in grok["options"]}
    assert options["grok_patterns"]["types"] == ["text"]
    assert options["grok_patterns"]["default"] == "%{COMMON_LOG_FORMAT}"
    assert options["grok_mode"]["choices"] == ["oneline", "multi"]
    assert "batch_size" in {option["name"] for option in parts["runner"]}
    cpu = next(kind for kind in parts["metrics"] if kind["name"] == "cpu")
    assert "cpu_usage" in cpu["attributes"]
    assert "per_cpu" in cpu["keys"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"reader": READER}, []),
        ({"reader": READER | {"log_pth": "x"}}, ["reader.log_pth"]),
        (
            {"reader": READER, "parser": {"type": "grok", "grok_patterns": "%{NOTHING:x}"}},
            ["parser.grok_patterns"],
        ),
        ({"reader": READER, "transforms": [{"type": "discard"}]}, ["transforms[0].key"]),
        ({"metric": [{"type": "cpu"}], "reader": READER}, [""]),
        ([], ["config"]),
    ],
)
def test_a_draft_is_checked_with_the_place_of_each_problem(
    admin: httpx.Client, config: object, expected: list[str]
) -> None:
    answer = admin.post("/console/v1/configs/check", json={"config": config})
    assert answer.status_code == 200, answer.text
    problems = answer.json()["problems"]
    assert [problem["path"] for problem in problems] == expected
    assert all(problem["message"] for problem in problems)


def test_history_of_a_config_leaves_out_what_others_did(admin: httpx.Client, name: str) -> None:
    config = {"reader": READER}
    for path, body in (
        (f"/v1/api/configs/{name}", {"config": config, "tags": [f"{name}-a"], "note": "first"}),
        (f"/v1/api/configs/{name}-other", {"config": config, "tags": [f"{name}-a"]}),
        (f"/v1/api/configs/{name}/tags", {"tags": [f"{name}-b"]}),
    ):
        assert admin.post(path, json=body).status_code == 200
    changed = admin.put(f"/v1/api/configs/{name}/config", json={"note": "second"})
    assert changed.status_code == 200
    answer = admin.get(f"/console/v1/configs/{name}/revisions").json()
    newest, tagged, first = answer["revisions"]
    assert answer["next"] is None
    assert (newest["before"]["note"], newest["after"]["note"]) == ("first", "second")
    assert (tagged["is_written"], tagged["tags_added"], tagged["before"]) == (False, [f"{name}-b"], None)
    assert (first["before"], first["after"]["config"], first["others"]) == (None, config, 1)
    assert first["by"].startswith("token ")
    page = admin.get(f"/console/v1/configs/{name}/revisions", params={"limit": 1}).json()
    assert [row["id"] for row in page["revisions"]] == [newest["id"]]
    older = admin.get(
        f"/console/v1/configs/{name}/revisions", params={"limit": 5, "before": page["next"]}
    ).json()
    assert [row["id"] for row in older["revisions"]] == [tagged["id"], first["id"]]


def test_history_shows_no_secret(admin: httpx.Client, name: str) -> None:
    config = {"reader": {"mode": "mysql", "mysql_password": "open sesame"}}
    assert admin.post(f"/v1/api/configs/{name}", json={"config": config}).status_code == 200
    text = admin.get(f"/console/v1/configs/{name}/revisions").text
    assert "mysql_password" in text
    assert "open sesame" not in text


def test_lines_tell_tags_runners_rows_and_what_really_runs(
    admin: httpx.Client, agent: TestAgent, name: str
) -> None:
    assert line_of(admin, agent)["state"] == "register"
    admin.post(f"/v1/api/configs/{name}", json={"config": {"metric": [{"type": "cpu"}]}, "tags": [name]})
    admin.post(f"/v1/api/agents/{agent.id}/tags/{name}")
    ledger = {
        "stream": "samples",
        **{"collected": 9, "dropped": 1, "spooled": 8, "thinned": 0, "quarantined": 0},
        **{"acknowledged": 5, "waiting": 3, "waiting_bytes": 10},
    }
    desired = agent.check_in(ledger=[ledger]).json()["desired"]
    line = line_of(admin, agent)
    assert (line["state"], line["tags"], line["is_applied"], line["upgrade"]) == (
        "online",
        [name],
        False,
        "fixed",
    )
    assert line["runners"] == {"wanted": 1, "running": 0, "stopped": 0, "failed": 0, "unknown": 0}
    assert line["rows"] == {"collected": 9, "acknowledged": 5, "waiting": 3, "lost": 1}
    [runner] = desired["runners"]
    said = {"name": name, "state": "failed", "config_us": runner["config_us"], "reason": "no room"}
    agent.check_in(applied=desired["version"], runners=[said])
    line = line_of(admin, agent)
    assert line["is_applied"]
    assert line["runners"]["failed"] == 1
    rows = admin.get("/console/v1/runners").json()["runners"]
    row = next(each for each in rows if each["name"] == name)
    assert (row["hostname"], row["kind"], row["wanted"]) == (agent.hostname, "metric", "running")
    assert row["config_us"] == row["status"]["config_us"]
    assert row["status"]["reason"] == "no room"


def test_a_runner_that_an_agent_runs_by_itself_is_listed_and_counts_as_nobodys_wish(
    admin: httpx.Client, agent: TestAgent, name: str
) -> None:
    admin.post(f"/v1/api/configs/{name}", json={"config": {"metric": [{"type": "cpu"}]}, "tags": [name]})
    admin.post(f"/v1/api/agents/{agent.id}/tags/{name}")
    [wanted] = agent.check_in().json()["desired"]["runners"]
    states = [
        {"name": name, "state": "running", "config_us": wanted["config_us"]},
        {"name": "system", "state": "failed", "config_us": 0, "reason": "no journal"},
    ]
    agent.check_in(runners=states)
    rows = [row for row in lines(admin) if row["agent_id"] == agent.id]
    assert [(row["name"], row["is_built_in"]) for row in rows] == [(name, False), ("system", True)]
    assert (rows[1]["wanted"], rows[1]["status"]["reason"]) == ("running", "no journal")
    assert line_of(admin, agent)["runners"]["wanted"] == 1
    admin.delete(f"/v1/api/tags/{name}")
    rows = [row for row in lines(admin) if row["agent_id"] == agent.id]
    assert [row["name"] for row in rows] == ["system"], "a runner that is gone is not built in"


def lines(admin: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = admin.get("/console/v1/runners").json()["runners"]
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/console/v1/agents",
        "/console/v1/runners",
        "/console/v1/configs/parts",
        "/console/v1/configs/x/revisions",
    ],
)
def test_lines_need_the_scope_read(client: Client, path: str) -> None:
    assert client().get(path).status_code == 401
    assert client("write:logs").get(path).status_code == 403
    assert client("read").get(path).status_code == 200
