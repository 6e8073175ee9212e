"""Drafts over HTTP: pasted lines, an agent's lines, stored rows, and drafts that mean harm."""

import json
import threading
import time
import uuid
from typing import Any

import httpx
import pyarrow as pa
import pytest

from muster.api.agent_link.log_batches import SCHEMA
from muster.model.batch import ARROW_STREAM
from tests.api.conftest import Client, TestAgent
from tests.processes import wait_for

TRY, BACKTEST = "/console/v1/tryout", "/console/v1/backtest"
FILE = {"reader": {"mode": "file", "log_path": "/var/log/a.log"}}


def grok(pattern: str) -> dict[str, Any]:
    return {"parser": {"type": "grok", "grok_patterns": pattern}}


def post(http: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_pasted_lines_are_parsed_and_coloured(client: Client) -> None:
    config = grok("%{IP:ip} %{INT:n:long}")
    found = post(client("write:fleet"), TRY, config=config, lines=["10.0.0.1 7", "no"])
    assert found["lines"] == [
        {
            "raw": "10.0.0.1 7",
            "fields": {"ip": "10.0.0.1", "n": 7},
            "error": None,
            "spans": [{"name": "ip", "start": 0, "end": 8}, {"name": "n", "start": 9, "end": 10}],
            "stages": [{"name": "parser", "fields": {"ip": "10.0.0.1", "n": 7}}],
        },
        {
            "raw": "no",
            "fields": None,
            "error": "no pattern matches",
            "spans": None,
            "stages": [{"name": "parser", "fields": None}],
        },
    ]
    assert found["columns"] == ["ip", "n"]
    assert found["counts"] == {"read": 2, "parsed": 1, "failed": 1, "filtered": 0}
    assert found["lines_per_s"] > 0
    assert found["errors"] == found["notes"] == []


def test_nothing_and_odd_lines(client: Client) -> None:
    http = client("admin")
    assert post(http, TRY, config={}, lines=[])["counts"]["read"] == 0
    found = post(http, TRY, config={"parser": {"type": "json"}}, lines=["", "\x00\x01", "\ufffd", "é"])
    assert found["counts"] == {"read": 4, "parsed": 0, "failed": 3, "filtered": 1}
    assert len(post(http, TRY, config={}, lines=["a", "b", "c"], max_lines=2)["lines"]) == 2


def test_an_unknown_key_is_named_with_the_nearest(client: Client) -> None:
    config = {"parser": {"type": "grok", "grok_pattern": "x"}}
    found = post(client("admin"), TRY, config=config, lines=["x"])
    wrong = {
        "key": "parser.grok_pattern",
        "message": "unknown; did you mean grok_patterns?",
        "nearest": "grok_patterns",
    }
    assert (found["errors"], found["lines"]) == ([wrong], [])
    of_agent = post(client("admin"), TRY, config=FILE | config, agent_id="nobody")
    assert of_agent["errors"] == [wrong]
    assert post(client("admin"), BACKTEST, config=config, runner="x")["errors"] == [wrong]


def test_files_of_the_server_are_not_read(client: Client) -> None:
    config = {"parser": {"type": "grok", "grok_custom_pattern_files": "/etc/passwd"}}
    (error,) = post(client("admin"), TRY, config=config, lines=["x"])["errors"]
    assert error["key"] == "parser"
    assert "is a file of the agents" in error["message"]


HOSTILE = [
    grok("(a+)+$"),
    grok("((a{1000}){1000})"),
    grok("(?P<x>(?:a?){1000}){500}"),
    grok("".join(f"(?P<a{n}>a?)" for n in range(900)) + "(?:(?:a?){1000}){20}"),
    {"transforms": [{"type": "concat", "key": ["raw"] * 40, "new": f"raw{n}"} for n in range(5)]},
    {"transforms": [{"type": "replace", "key": "raw", "old": "a", "new": "a" * 30_000}]},
]


@pytest.mark.parametrize("config", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_a_hostile_draft_is_answered_and_the_next_one_too(client: Client, config: dict[str, Any]) -> None:
    http = client("admin")
    began = time.monotonic()
    answer = http.post(TRY, json={"config": config, "lines": ["a" * 50_000] * 15})
    assert time.monotonic() - began < 15
    assert answer.status_code in (200, 413)
    assert http.get("/health").status_code == 200
    assert post(http, TRY, config=grok("%{WORD:w}"), lines=["a"])["lines"][0]["fields"] == {"w": "a"}


def test_lines_have_bounds(client: Client) -> None:
    http = client("admin")
    assert http.post(TRY, json={"config": {}, "lines": ["a" * 1_100_000]}).status_code == 413
    assert http.post(TRY, json={"config": {}, "lines": ["a"] * 1001}).status_code == 422
    note = {"note": "x" * 300_000}
    assert http.post(TRY, json={"config": note, "lines": []}).status_code == 413


def test_an_agent_is_asked_and_its_lines_are_tried(client: Client, agent: TestAgent) -> None:
    assert agent.check_in().status_code == 200
    config = FILE | grok("%{MINE:m}") | {"senders": [{"sender_type": "discard"}]}
    config["parser"] |= {"grok_custom_pattern_files": "/etc/p"}
    answers: list[httpx.Response] = []
    body = {"config": config, "agent_id": agent.hostname, "max_lines": 7}
    asking = threading.Thread(target=lambda: answers.append(client("admin").post(TRY, json=body)))
    asking.start()
    (command,) = wait_for("the command", lambda: agent.check_in().json()["commands"])
    asked = json.loads(command["argument"])
    assert (command["kind"], asked["max_lines"]) == ("sample", 7)
    assert "senders" not in asked["config"]
    sampled = {
        "lines": [{"source": "a.log", "lines": ["x", "y"]}],
        "files": {"/etc/p": "MINE x"},
        "notes": ["n"],
    }
    result = {"id": command["id"], "ok": True, "report": json.dumps(sampled)}
    agent.check_in(results=[result])
    asking.join(20)
    found = answers[0].json()
    assert [(x["raw"], x["fields"]) for x in found["lines"]] == [("x", {"m": "x"}), ("y", None)]
    assert found["notes"] == ["n"]


def test_an_agent_that_refuses_is_quoted(client: Client, agent: TestAgent) -> None:
    agent.check_in()
    answers: list[httpx.Response] = []
    body = {"config": FILE, "agent_id": agent.id}
    asking = threading.Thread(target=lambda: answers.append(client("admin").post(TRY, json=body)))
    asking.start()
    (command,) = wait_for("the command", lambda: agent.check_in().json()["commands"])
    agent.check_in(results=[{"id": command["id"], "ok": False, "message": "not allowed"}])
    asking.join(20)
    assert answers[0].json()["errors"] == [
        {"key": "reader", "message": "the agent refuses: not allowed", "nearest": None}
    ]


def test_an_agent_that_is_offline_is_said_so(client: Client, agent: TestAgent) -> None:
    answer = client("admin").post(TRY, json={"config": FILE, "agent_id": agent.id})
    assert answer.status_code == 504
    assert answer.json() == {"code": "agent_silent", "message": f"{agent.hostname} is offline"}
    assert client("admin").post(TRY, json={"config": FILE, "agent_id": "nobody"}).status_code == 404


def test_lines_of_an_agent_need_a_reader_and_the_scope_read(client: Client, agent: TestAgent) -> None:
    (error,) = post(client("admin"), TRY, config={}, agent_id=agent.id)["errors"]
    assert error["key"] == "reader"
    body = {"config": FILE, "agent_id": agent.id}
    assert client("write:fleet").post(TRY, json=body).status_code == 403
    socket = {"reader": {"mode": "socket", "socket_service_address": "tcp://127.0.0.1:1"}}
    (error,) = post(client("admin"), TRY, config=socket, agent_id=agent.id)["errors"]
    assert (error["key"], error["message"]) == ("reader.mode", "its lines cannot be read twice; paste some")
    both = post(client("admin"), TRY, config=FILE, agent_id=agent.id, lines=[])
    assert both["errors"][0]["message"] == "lines or an agent, not both"


def store(agent: TestAgent, runner: str, *rows: dict[str, str]) -> None:
    """Store rows: `message` and their fields."""
    table = pa.table(
        {
            "ts": [1_780_000_000_000_000 + number for number in range(len(rows))],
            "level": [""] * len(rows),
            "source": ["a.log"] * len(rows),
            "message": [row["message"] for row in rows],
            "names": [[name for name in row if name != "message"] for row in rows],
            "values": [[value for name, value in row.items() if name != "message"] for row in rows],
        },
        schema=SCHEMA,
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    sent = agent.send_body(1, bytes(sink.getvalue()), stream=f"logs:{runner}", media_type=ARROW_STREAM)
    assert sent.status_code == 204, sent.text


def test_a_draft_is_held_against_stored_rows_and_changes_none(client: Client, agent: TestAgent) -> None:
    http, runner = client("admin"), f"r{uuid.uuid4().hex[:8]}"
    rows = [{"message": f"10.0.0.{n} {n}", "ip": f"10.0.0.{n}", "n": str(n)} for n in range(20)]
    rows.append({"message": "half", "raw_data": "10.0.0.9 99", "ip": "10.0.0.9", "n": "99"})
    rows.append({"message": "bad", "parse_error": "no pattern matches"})
    store(agent, runner, *rows)
    current = FILE | grok("%{IP:ip} %{INT:n}")
    assert http.post(f"/v1/api/configs/{runner}", json={"config": current}).status_code == 200
    before = http.get("/console/v1/logs", params={"runner": runner, "from": "2026-01-01"}).json()
    found = post(http, BACKTEST, config=grok("%{IP:address} %{INT:n}"), runner=runner)
    assert (found["lines"], found["same"]) == (22, 1)
    assert (found["draft"]["parsed"], found["draft"]["failed"]) == (21, 1)
    assert found["draft"]["match_rate"] == found["current"]["match_rate"] == 21 / 22
    assert found["draft"]["lines_per_s"] > 0
    assert found["current"]["lines_per_s"] > 0
    counts = {x["field"]: (x["only_draft"], x["only_current"], x["differs"]) for x in found["fields"]}
    assert counts == {"address": (21, 0, 0), "ip": (0, 21, 0), "_message": (0, 0, 1)}
    assert found["repeated"] == 21
    assert all(len(x["examples"]) <= 5 for x in found["fields"])
    assert http.get("/console/v1/logs", params={"runner": runner, "from": "2026-01-01"}).json() == before


def test_a_backtest_takes_some_rows_of_some_agents(client: Client, agent: TestAgent) -> None:
    http, runner = client("admin"), f"r{uuid.uuid4().hex[:8]}"
    store(agent, runner, *({"message": str(n)} for n in range(30)))
    draft = grok("%{INT:n}")
    assert post(http, BACKTEST, config=draft, runner=runner, lines=10)["lines"] == 10
    newest = post(http, BACKTEST, config=draft, runner=runner, lines=1)["fields"][0]["examples"][0]
    assert newest["raw"] == "29"
    assert post(http, BACKTEST, config=draft, runner=runner, agent_ids=[agent.id])["lines"] == 30
    assert post(http, BACKTEST, config=draft, runner=runner, tags=["nothing"])["lines"] == 0
    body = {"config": draft, "runner": runner, "agent_ids": ["nobody"]}
    assert http.post(BACKTEST, json=body).status_code == 404


def test_both_are_in_the_document(client: Client) -> None:
    paths = client("admin").get("/openapi.json").json()["paths"]
    for path in (TRY, BACKTEST):
        operation = paths[path]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert "config" in schema["properties"]
        assert operation["responses"]["200"]["content"]
    assert "504" in paths[TRY]["post"]["responses"]
