"""Logs over HTTP: batches in, JSON lines in, searches, histogram, values, context and the live tail."""

import csv
import io
import json
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx
import pyarrow as pa
import pytest
import zstandard

from muster.api.agent_link.log_batches import SCHEMA
from muster.model.batch import ARROW_STREAM
from tests.api.conftest import Client, TestAgent
from tests.processes import Site, wait_for

US = 1_000_000
LOGS = "/console/v1/logs"
Fields = dict[str, str]


@pytest.fixture
def http(client: Client) -> httpx.Client:
    return client("read")


@pytest.fixture
def word() -> str:
    """A word that no other test uses."""
    return f"w{uuid.uuid4().hex}"


def arrow(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def columns(*rows: tuple[float, str, str, Fields], source: str = "/var/log/app.log") -> pa.Table:
    """Return rows of (Unix seconds, level, message, fields)."""
    values = {
        "ts": [round(at_s * US) for at_s, *_ in rows],
        "level": [level for _, level, *_ in rows],
        "source": [source] * len(rows),
        "message": [message for _, _, message, _ in rows],
        "names": [list(fields) for *_, fields in rows],
        "values": [list(fields.values()) for *_, fields in rows],
    }
    return pa.table(values, schema=SCHEMA)


def send(agent: TestAgent, sequence: int, table: pa.Table, runner: str = "web") -> httpx.Response:
    body = arrow(table)
    return agent.send_body(
        sequence,
        body,
        stream=f"logs:{runner}",
        media_type=ARROW_STREAM,
        encoding="zstd",
        sent=zstandard.compress(body),
    )


def search(http: httpx.Client, query: str = "", path: str = "", **more: Any) -> Any:
    answer = http.get(f"{LOGS}{path}", params={"query": query} | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def messages(page: Any) -> list[str]:
    return [row["message"] for row in page["rows"]]


def test_a_batch_is_stored_once_and_found(http: httpx.Client, agent: TestAgent, word: str) -> None:
    now_s = round(time.time(), 3)
    table = columns((now_s - 2, "error", f"{word} first", {"status": "503"}), (now_s - 1, "", word, {}))
    for _ in range(2):
        answer = send(agent, 1, table)
        assert (answer.status_code, answer.content) == (204, b"")
    page = search(http, f"{word} status:>=500")
    (row,) = page["rows"]
    assert page["next"] is None
    assert row.pop("received_us") >= row["ts_us"]
    assert row.pop("id").startswith(f"{row['ts_us']}-")
    assert row == {
        "ts_us": round((now_s - 2) * US),
        "agent_id": agent.id,
        "hostname": agent.hostname,
        "runner": "web",
        "source": "/var/log/app.log",
        "level": "error",
        "message": f"{word} first",
        "fields": {"status": "503"},
    }
    assert messages(search(http, word, agent=agent.hostname)) == [word, f"{word} first"]
    assert messages(search(http, f"agent:{agent.hostname} level:error")) == [f"{word} first"]
    assert messages(search(http, word, runner="db")) == []
    assert messages(search(http, word, level="error")) == [f"{word} first"]
    assert messages(search(http, word, tag="no-such-tag")) == []
    other = send(agent, 1, columns((now_s, "", "other", {})))
    assert (other.status_code, other.json()["code"]) == (409, "sequence_conflict")


def test_the_ledger_counts_the_rows_of_each_runner(admin: httpx.Client, agent: TestAgent, word: str) -> None:
    send(agent, 1, columns((time.time(), "", word, {}), (time.time(), "", word, {})))
    send(agent, 1, columns((time.time(), "", word, {})), runner="db")
    counts = {"collected": 2, "dropped": 0, "spooled": 2, "thinned": 0, "quarantined": 0}
    said = counts | {"acknowledged": 2, "waiting": 0, "waiting_bytes": 0}
    streams = ("logs:web", "logs:db", "logs:idle", "inventory")
    agent.check_in(ledger=[{"stream": stream} | said for stream in streams])
    account = admin.get(f"/v1/api/agents/{agent.id}/ledger").json()
    assert {x["agent"]["stream"]: x["stored"] for x in account["streams"]} == {
        "logs:web": 2,
        "logs:db": 1,
        "logs:idle": 0,
        "inventory": None,
    }


def change(name: str, values: list[Any], kind: pa.DataType | None = None) -> pa.Table:
    """Return a good batch of one row with one column replaced."""
    table = columns((time.time(), "info", "good", {"a": "b"}))
    at = SCHEMA.get_field_index(name)
    return table.set_column(
        at, pa.field(name, kind or SCHEMA.field(name).type), pa.array(values, kind or SCHEMA.field(name).type)
    )


HOSTILE: list[tuple[str, pa.Table, str]] = [
    ("no rows", columns().slice(0, 0), "row"),
    ("a null", change("message", [None]), "message"),
    ("a null list", change("names", [None]), "names"),
    ("a null name", change("names", [[None]]), "names"),
    ("a null value", change("values", [[None]]), "values"),
    ("fewer values", change("values", [[]]), "values"),
    ("more values", change("values", [["b", "c"]]), "values"),
    ("an unknown level", change("level", ["loud"]), "level"),
    ("a time before 1970", change("ts", [-1]), "ts"),
    ("a time far away", change("ts", [2**62]), "ts"),
    ("a long message", change("message", ["x" * (2**20 + 1)]), "message"),
    ("a long name", change("names", [["x" * 129]]), "names"),
    ("a long source", change("source", ["x" * 5000]), "source"),
    ("another type", change("message", [5], pa.int64()), "schema"),
    ("small text", change("message", ["x"], pa.string()), "schema"),
    ("other columns", columns((1, "", "", {})).drop_columns(["source"]), "schema"),
    ("one more column", columns((1, "", "", {})).append_column("x", pa.array([1])), "schema"),
]


@pytest.mark.parametrize(("table", "named"), [(t, n) for _, t, n in HOSTILE], ids=[i for i, *_ in HOSTILE])
def test_a_wrong_batch_is_refused_whole(
    http: httpx.Client, agent: TestAgent, table: pa.Table, named: str
) -> None:
    answer = send(agent, 1, table)
    assert answer.status_code == 422, answer.text
    assert named in answer.json()["message"]
    assert search(http, agent=agent.id, **{"from": "1970-01-01"})["rows"] == []


def broken(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 0xFF]) + body[at + 1 :]


def test_broken_arrow_never_harms_the_server(agent: TestAgent, client: Client) -> None:
    body = arrow(columns((time.time(), "info", "some text", {"a": "b", "c": "d"})))
    bodies = [broken(body, at) for at in range(0, len(body), 7)] + [
        body[:at] for at in range(0, len(body), 97)
    ]
    for number, each in enumerate(bodies, 1):
        answer = agent.send_body(number, each, stream="logs:web", media_type=ARROW_STREAM)
        assert answer.status_code in (204, 422), answer.text
    invalid = arrow(columns((time.time(), "info", "QQQQ", {}))).replace(b"QQQQ", b"\xff\xfe\xff\xfe")
    assert agent.send_body(9999, invalid, stream="logs:web", media_type=ARROW_STREAM).status_code == 422
    assert client().get("/health").status_code == 200


@pytest.mark.parametrize("stream", ["logs:", "logs", "logs:a\nb", f"logs:{'x' * 129}", "LOGS:web"])
def test_a_wrong_stream_is_refused(agent: TestAgent, stream: str) -> None:
    body = arrow(columns((1, "", "x", {})))
    answer = agent.send_body(1, body, stream=stream, media_type=ARROW_STREAM)
    assert answer.status_code == 422
    assert "stream" in answer.json()["message"]


def post(client: Client, body: bytes, headers: Fields | None = None, **query: str) -> httpx.Response:
    kind = {"Content-Type": "application/x-ndjson"}
    return client("write:logs").post(LOGS, content=body, params=query, headers=kind | (headers or {}))


def test_json_lines_are_stored_and_found(http: httpx.Client, client: Client, word: str) -> None:
    now = time.time()
    lines = [
        {"time": now - 5, "message": f"{word} one", "level": "WARN", "user": "ann", "ms": 12.5},
        {"time": "2020-01-01T00:00:00Z", "message": f"{word} old", "nested": {"a": [1]}},
    ]
    body = "\n".join(map(json.dumps, lines)).encode()
    answer = post(client, body, source="deploy")
    assert (answer.status_code, answer.json()) == (201, {"rows": 2, "repeated": False})
    (row,) = search(http, word)["rows"]
    assert (row["level"], row["source"], row["agent_id"], row["hostname"]) == ("warning", "deploy", "", "")
    assert row["fields"] == {"user": "ann", "ms": "12.5"}
    assert messages(search(http, f"{word} ms:>12 user:ann")) == [f"{word} one"]
    assert messages(search(http, word, **{"from": "2019-12-31"})) == [f"{word} one", f"{word} old"]


def test_fields_of_json_lines_are_named_by_the_request(http: httpx.Client, client: Client, word: str) -> None:
    body = json.dumps({"t": time.time(), "text": word, "sev": "fatal", "message": "m"}).encode()
    assert post(client, body, _time_field="t,ts", _msg_field="text", _level_field="sev").status_code == 201
    (row,) = search(http, word)["rows"]
    assert (row["level"], row["fields"]) == ("critical", {"message": "m"})


def test_a_repeat_with_a_key_is_stored_once(http: httpx.Client, client: Client, word: str) -> None:
    body = json.dumps({"message": word}).encode()
    key = {"Idempotency-Key": word}
    assert post(client, body, key).json() == {"rows": 1, "repeated": False}
    assert post(client, body, key).json() == {"rows": 0, "repeated": True}
    other = post(client, body + b"\n" + body, key)
    assert (other.status_code, other.json()["code"]) == (422, "invalid")
    assert len(search(http, word)["rows"]) == 1


def test_a_bad_line_is_named_and_nothing_is_stored(http: httpx.Client, client: Client, word: str) -> None:
    good = json.dumps({"message": word}).encode()
    for bad in (b'{"message":', b"[]", b'{"time":"soon"}', b"\xff", b"null"):
        answer = post(client, good + b"\n\n" + bad + b"\n" + good)
        assert answer.status_code == 422, answer.text
        assert "line 3" in answer.json()["message"]
    assert search(http, word)["rows"] == []
    assert post(client, b"").json() == {"rows": 0, "repeated": False}
    assert post(client, good, {"Content-Type": "image/png"}).status_code == 422
    assert post(client, good, _time_field="").status_code == 422


def test_pages_follow_each_other(http: httpx.Client, agent: TestAgent, word: str) -> None:
    start = time.time() - 100
    send(agent, 1, columns(*((start + n // 4, "", f"{word} {n}", {}) for n in range(25))))
    seen: list[str] = []
    before: str | None = None
    while True:
        page = search(http, word, limit=10, **({"before": before} if before else {}))
        seen += messages(page)
        before = page["next"]
        if before is None:
            break
    assert seen == [f"{word} {n}" for n in reversed(range(25))]


def test_pages_lead_both_ways(http: httpx.Client, agent: TestAgent, word: str) -> None:
    start = time.time() - 100
    send(agent, 1, columns(*((start + n, "", f"{word} {n}", {}) for n in range(7))))
    older = search(http, word, limit=3, before=search(http, word, limit=3)["next"])
    assert messages(older) == [f"{word} {n}" for n in (3, 2, 1)]
    newer = search(http, word, limit=2, after=older["prev"])
    assert messages(newer) == [f"{word} {n}" for n in (5, 4)]
    assert messages(search(http, word, limit=2, before=newer["next"])) == [f"{word} {n}" for n in (3, 2)]
    last = search(http, word, after=search(http, word, limit=1)["prev"])
    assert (last["rows"], last["next"]) == ([], None)
    send(agent, 2, columns((start + 50, "", f"{word} late", {})))
    assert messages(search(http, word, after=last["prev"])) == [f"{word} late"]
    assert search(http, f"{word}x")["prev"] is None


def test_names_and_values_are_completed(http: httpx.Client, agent: TestAgent, word: str) -> None:
    fields = [{"status": "200", f"{word}_a": "x"}, {"status": "301"}, {"Stage": "prod"}]
    send(agent, 1, columns(*((time.time(), "info", word, each) for each in fields)))
    found = search(http, word, "/fields", prefix="st")
    assert found == {"rows": 3, "names": [{"value": "status", "count": 2}, {"value": "Stage", "count": 1}]}
    names = [each["value"] for each in search(http, "", "/fields", agent=agent.id)["names"]]
    assert {*names} == {"level", "runner", "source", "message", "agent", "status", "Stage", f"{word}_a"}
    values = search(http, word, "/values", field="status", prefix="3")
    assert values["values"] == [{"value": "301", "count": 1}]


def test_a_search_is_exported_as_lines(http: httpx.Client, agent: TestAgent, word: str) -> None:
    start = time.time() - 3000
    send(agent, 1, columns(*((start + n, "info", f"{word} {n}", {"n": str(n)}) for n in range(2500))))
    answer = http.get(f"{LOGS}/export", params={"query": word, "from": "-2h"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    name = r'attachment; filename="logs-\d{8}T\d{6}Z\.ndjson"'
    assert re.fullmatch(name, answer.headers["content-disposition"])
    rows = [json.loads(text) for text in answer.text.splitlines()]
    assert [row["message"] for row in rows] == [f"{word} {n}" for n in reversed(range(2500))]
    assert rows[:1000] == search(http, word, limit=1000, **{"from": "-2h"})["rows"]
    few = http.get(f"{LOGS}/export", params={"query": word, "from": "-2h", "limit": 1001})
    assert few.text.splitlines() == answer.text.splitlines()[:1001]
    rest = http.get(f"{LOGS}/export", params={"query": word, "from": "-2h", "before": rows[1000]["id"]})
    assert rest.text.splitlines() == answer.text.splitlines()[1001:]
    none = http.get(f"{LOGS}/export", params={"query": f"{word}x"})
    assert (none.status_code, none.text) == (200, "")


def test_a_search_is_exported_as_a_table(
    http: httpx.Client, admin: httpx.Client, agent: TestAgent, word: str
) -> None:
    now = time.time()
    odd = f'=HYPERLINK("http://x") {word}'
    send(agent, 1, columns((now - 1, "error", f'{word}, "quoted"\nline', {"a": "=1"}), (now, "", odd, {})))
    answer = http.get(f"{LOGS}/export", params={"query": word, "format": "csv"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    name = r'attachment; filename="logs-\d{8}T\d{6}Z\.csv"'
    assert re.fullmatch(name, answer.headers["content-disposition"])
    formula, row = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert formula["message"] == f"'{odd}"
    assert row["message"] == f'{word}, "quoted"\nline'
    assert (row["level"], row["hostname"], row["fields"]) == ("error", agent.hostname, '{"a":"=1"}')
    assert datetime.fromisoformat(row["time"]).timestamp() == pytest.approx(now - 1, abs=1e-5)

    chosen = {"query": word, "format": "csv", "column": ["a", "=b"]}
    table = list(csv.reader(io.StringIO(http.get(f"{LOGS}/export", params=chosen).text, newline="")))
    assert [line[-4:] for line in table] == [
        ["message", "a", "'=b", "fields"],
        [f"'{odd}", "", "", ""],
        [row["message"], "'=1", "", row["fields"]],
    ]

    def is_told() -> bool:
        query = {"application_name": "muster", "event_kind": "LogsExported", "page_size": "100"}
        events = admin.get("/api/event", params=query).json()["data"]
        return any(event["payload"]["query"] == word for event in events)

    wait_for("the export is an audit event", is_told, 10)


def test_a_histogram_has_aligned_buckets_that_count_every_row(
    http: httpx.Client, agent: TestAgent, word: str
) -> None:
    start = int(time.time()) // 60 * 60 - 600
    rows: list[tuple[float, str, str, Fields]] = [
        (start + n, "error" if n % 3 else "info", word, {}) for n in range(90)
    ]
    send(agent, 1, columns(*rows))
    span = {"from": str((start + 7) * US), "to": str((start + 307) * US)}
    answer = search(http, word, "/histogram", **span)
    assert (answer["from_us"], answer["to_us"], answer["interval_s"]) == (
        (start + 5) * US,
        (start + 310) * US,
        5,
    )
    assert {x["level"] for x in answer["levels"]} == {"error", "info"}
    assert answer["total"] == sum(sum(x["counts"]) for x in answer["levels"]) == 85
    hour = {"from": str((start - 3600) * US), "to": str((start + 3600) * US)}
    assert search(http, f"agent:{agent.id}", "/histogram", **hour)["total"] == 90
    assert search(http, "", "/histogram", agent=agent.id, **hour)["total"] == 90


def test_values_and_context(http: httpx.Client, agent: TestAgent, word: str) -> None:
    start = time.time() - 50
    rows = [(start + n, "info", f"{word} {n}", {"status": str(200 + n % 3 // 2)}) for n in range(9)]
    send(agent, 1, columns(*rows))
    send(agent, 1, columns(*rows, source="other"), runner="other")
    values = search(http, "", "/values", agent=agent.id, runner="web", field="status")
    assert values == {
        "field": "status",
        "values": [{"value": "200", "count": 6}, {"value": "201", "count": 3}],
    }
    row = next(r for r in search(http, word, runner="web")["rows"] if r["message"] == f"{word} 4")
    context = http.get(f"{LOGS}/context", params={"id": row["id"], "before": 2, "after": 10}).json()
    assert [r["message"] for r in context["rows"]] == [f"{word} {n}" for n in range(2, 9)]
    assert context["rows"][context["at"]] == row


REFUSED = [
    ({"query": "a OR"}, "at 5"),
    ({"query": "status:"}, "at 8"),
    ({"query": "x" * 4097}, "query: expected at most 4096 characters"),
    ({"level": "loud"}, "level"),
    ({"from": "now", "to": "now"}, "to"),
    ({"from": "yesterday"}, "from"),
    ({"before": "1-2"}, "before"),
    ({"before": "1-2-99999999999"}, "before"),
    ({"after": "1-2"}, "after"),
    ({"after": "1-2-3", "before": "1-2-3"}, "after"),
]


@pytest.mark.parametrize(("query", "said"), REFUSED, ids=[str(q)[:60] for q, _ in REFUSED])
def test_a_wrong_question_names_the_field(http: httpx.Client, query: Fields, said: str) -> None:
    answer = http.get(LOGS, params=query)
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "message"}
    assert said in answer.json()["message"]


def test_a_wrong_format_of_an_export_is_named(http: httpx.Client) -> None:
    answer = http.get(f"{LOGS}/export", params={"format": "xml"})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("format: ")


class Watch:
    """Events of a live tail, read by a thread."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.events: list[tuple[str, str, str]] = []
        self.came = threading.Condition()
        self._thread = threading.Thread(target=self._read, args=(lines,), daemon=True)
        self._thread.start()

    def _read(self, lines: Iterator[str]) -> None:
        event = {"event": "", "data": "", "id": ""}
        try:
            for text in lines:
                name, _, value = text.partition(": ")
                if text:
                    event[name] = value
                    continue
                with self.came:
                    self.events.append((event["event"], event["data"], event["id"]))
                    self.came.notify_all()
                event = {"event": "", "data": "", "id": ""}
        except httpx.HTTPError:
            pass

    def rows(self, count: int) -> list[tuple[str, str]]:
        """Wait for so many rows; return message and id of each."""
        with self.came:
            assert self.came.wait_for(lambda: len(self._rows()) >= count, 10), self.events
            return self._rows()

    def first(self) -> str:
        """Wait for the first sign of life; return its id."""
        with self.came:
            assert self.came.wait_for(lambda: self.events, 10)
            return self.events[0][2]

    def last(self) -> tuple[str, str]:
        """Wait for the end; return kind and data of the last event."""
        self._thread.join(10)
        assert not self._thread.is_alive(), self.events
        return self.events[-1][:2]

    def _rows(self) -> list[tuple[str, str]]:
        return [(json.loads(data)["message"], at) for event, data, at in self.events if event == "row"]


@contextmanager
def watching(http: httpx.Client, query: str, last: str | None = None) -> Iterator[Watch]:
    headers = {"Last-Event-ID": last} if last else {}
    with http.stream("GET", f"{LOGS}/tail", params={"query": query}, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Watch(answer.iter_lines())


def test_a_watcher_sees_what_arrives_and_goes_on_where_it_stopped(
    site: Site, http: httpx.Client, client: Client, word: str
) -> None:
    def store(*texts: str) -> None:
        body = "\n".join(json.dumps({"message": f"{word} {text}"}) for text in texts).encode()
        assert post(client, body).status_code == 201

    store("before")
    with watching(http, word) as watch:
        watch.first()
        store("1", "2")
        seen = watch.rows(2)
        assert [message for message, _ in seen] == [f"{word} 1", f"{word} 2"]
    store("3")
    with watching(http, word, last=seen[0][1]) as watch:
        assert [message for message, _ in watch.rows(2)] == [f"{word} 2", f"{word} 3"]
        store("4")
        assert [message for message, _ in watch.rows(3)][-1] == f"{word} 4"


def test_a_watcher_is_told_what_it_missed(http: httpx.Client, client: Client, word: str) -> None:
    with watching(http, word) as watch:
        mark = watch.first()
    body = "\n".join(json.dumps({"message": f"{word} {n}"}) for n in range(700)).encode()
    assert post(client, body).status_code == 201
    with watching(http, word, last=mark) as watch:
        rows = watch.rows(500)
        assert [message for message, _ in rows] == [f"{word} {n}" for n in range(200, 700)]
        assert [data for event, data, _ in watch.events if event == "left_out"] == ["200"]


def test_a_watcher_whose_token_ends_sees_no_more(
    site: Site, client: Client, admin: httpx.Client, word: str
) -> None:
    token = site.token("read")
    with httpx.Client(
        base_url=site.url, headers={"Authorization": f"Bearer {token}"}, timeout=20, trust_env=False
    ) as http:

        def is_refused() -> bool:
            return http.get(LOGS, params={"limit": 1}).status_code == 401

        with watching(http, word) as watch:
            watch.first()
            token_id = token.split("_")[1]
            revoked = admin.delete(f"/console/v1/tokens/{token_id}")
            assert revoked.is_success, revoked.text
            wait_for("the token to be refused", is_refused)
            assert post(client, json.dumps({"message": word}).encode()).status_code == 201
            event, data = watch.last()
    assert (event, json.loads(data)["code"]) == ("failed", "unauthenticated")
    assert "row" not in [event for event, *_ in watch.events]


def test_a_wrong_mark_is_refused(http: httpx.Client) -> None:
    answer = http.get(f"{LOGS}/tail", headers={"Last-Event-ID": "x"})
    assert answer.status_code == 422
    assert "Last-Event-ID" in answer.json()["message"]
