"""`muster logs`: what people read, what is sent, and how a broken connection goes on."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from muster.cli import logs_command
from muster.cli.client import Client
from muster.errors import CallerError, Unavailable

Handler = Callable[[httpx.Request], httpx.Response]


def row(message: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id of {message}",
        "ts_us": 1_790_000_000_123_456,
        "received_us": 0,
        "agent_id": "1" * 32,
        "hostname": "web-1",
        "runner": "nginx",
        "source": "/var/log/x",
        "level": "error",
        "message": message,
        "fields": {},
    } | more


def run(monkeypatch: pytest.MonkeyPatch, handler: Handler, *args: str, stdin: bytes = b"") -> Result:
    def made(url: str, token: str = "", **_: Any) -> Client:
        return Client(url, token, transport=httpx.MockTransport(handler), wait=lambda _: None)

    monkeypatch.setattr("muster.cli.client.Client", made)
    return CliRunner().invoke(logs_command.command, list(args), input=stdin)


def test_a_query_prints_the_newest_line_last(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={"rows": [row("new", fields={"a": "b"}), row("old")], "next": None})

    result = run(monkeypatch, answer, "--agent", "db-1", "disk", "full", "--from", "-2h")
    assert result.exit_code == 0, result.output
    old, new = result.output.splitlines()
    assert old.endswith(" error    web-1 old")
    assert new.endswith(" error    web-1 new a=b")
    (url,) = asked
    assert url.path == "/console/v1/logs"
    assert dict(url.params) == {
        "query": "disk full",
        "agent": "db-1",
        "from": "-2h",
        "to": "now",
        "limit": "100",
    }


def test_pages_are_read_until_there_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        before = int(request.url.params.get("before", 5000))
        size = int(request.url.params["limit"])
        rows = [row(str(n)) for n in range(before - 1, before - 1 - size, -1)]
        return httpx.Response(200, json={"rows": rows, "next": str(before - size)})

    result = run(monkeypatch, answer, "--limit", "2500", "--json")
    found = [json.loads(line)["message"] for line in result.output.splitlines()]
    assert found == [str(n) for n in range(2500, 5000)]


def test_nothing_found_says_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, lambda _: httpx.Response(200, json={"rows": [], "next": None}))
    assert result.exit_code == 0
    assert "--from" in result.output


def test_control_characters_do_not_reach_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = row("a\x1b[2Jb\nc", hostname="h\x07", fields={"x\r": "\u202ey"})
    result = run(monkeypatch, lambda _: httpx.Response(200, json={"rows": [odd], "next": None}))
    assert result.output.splitlines()[0].endswith(r"h\x07 a\x1b[2Jb\nc x\r=" + r"\u202ey")


def test_a_refused_query_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"code": "invalid", "message": "query: at 5: expected a word"}
    result = run(monkeypatch, lambda _: httpx.Response(422, json=problem), "a OR")
    assert isinstance(result.exception, CallerError)
    assert "at 5" in str(result.exception)


def test_lines_are_sent_in_pieces_each_with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if len(sent) == 1:
            return httpx.Response(503, headers={"Retry-After": "1"})
        return httpx.Response(201, json={"rows": request.content.count(b"\n"), "repeated": False})

    line = json.dumps({"message": "x" * 1000}).encode() + b"\n"
    result = run(monkeypatch, answer, "send", "--msg-field", "message", "-", stdin=line * 10_000)
    assert result.output == "10000 lines stored\n"
    keys = [request.headers["idempotency-key"] for request in sent]
    assert keys[0] == keys[1]
    assert len(set(keys)) == len(keys) - 1 == 3
    assert b"".join(request.content for request in sent[1:]) == line * 10_000
    assert dict(sent[0].url.params) == {"_msg_field": "message"}


QUERY = {"query": "a b", "source": "x", "from": "-2h", "to": "now"}
ASKED = ("a", "b", "--source", "x", "--from", "-2h")


@pytest.mark.parametrize(
    ("status", "reason", "kind", "said"),
    [
        (
            422,
            "body: line 7: not JSON; nothing was stored",
            CallerError,
            "lines 1 to {done} are stored; of the rest: body: line {wrong}: not JSON; nothing was stored",
        ),
        (
            503,
            "the store is away",
            Unavailable,
            "lines 1 to {done} are stored; it is not known whether the next ones are: the store is away",
        ),
    ],
    ids=["refused", "unavailable"],
)
def test_sending_that_stops_says_which_lines_are_stored(
    monkeypatch: pytest.MonkeyPatch, status: int, reason: str, kind: type[Exception], said: str
) -> None:
    line = b'{"message": "' + b"x" * 1000 + b'"}\n'
    stored: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if stored:
            return httpx.Response(status, json={"code": "x", "message": reason})
        stored.append(request.content.count(b"\n"))
        return httpx.Response(201, json={"rows": stored[0], "repeated": False})

    result = run(monkeypatch, answer, "send", stdin=line * 10_000)
    assert isinstance(result.exception, kind)
    assert said.format(done=stored[0], wrong=stored[0] + 7) in str(result.exception)


def test_names_and_values_are_printed_with_their_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        counted = [{"value": "st\x1batus", "count": 1200}, {"value": "b", "count": 3}]
        return httpx.Response(200, json={"rows": 5000, "names": counted, "values": counted, "field": "f"})

    fields = run(monkeypatch, answer, "fields", *ASKED, "--prefix", "s")
    assert fields.stdout.splitlines() == [r"     1200 st\x1batus", "        3 b"]
    assert "5000" in fields.stderr
    values = run(monkeypatch, answer, "values", "status", *ASKED, "--limit", "2")
    assert values.stdout == fields.stdout
    assert [url.path for url in asked] == ["/console/v1/logs/fields", "/console/v1/logs/values"]
    assert dict(asked[0].params) == QUERY | {"prefix": "s"}
    assert dict(asked[1].params) == QUERY | {"field": "status", "prefix": "", "limit": "2"}


def test_a_histogram_is_drawn_by_level(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = [
        {"level": "", "counts": [0, 50, 1, 0, 0, 1, 0]},
        {"level": "error", "counts": [0, 50, 0, 0, 0, 0, 0]},
    ]
    body = {"from_us": 1_790_000_000_000_000, "interval_s": 60, "total": 102, "levels": levels}
    result = run(monkeypatch, lambda _: httpx.Response(200, json=body), "histogram")
    ends = [line[19:] or line for line in result.stdout.splitlines()]
    assert ends == [f"       100 {'#' * 50}", "         1 #", "...", "         1 #"]
    assert result.stderr == "102 lines: 52 without level, 50 error\n"
    none = {"from_us": 0, "interval_s": 60, "total": 0, "levels": []}
    empty = run(monkeypatch, lambda _: httpx.Response(200, json=none), "histogram")
    assert (empty.stdout, empty.stderr) == ("", "0 lines\n")


def test_context_marks_the_line_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert dict(request.url.params) == {"id": "1-2-3", "before": "1", "after": "10"}
        return httpx.Response(200, json={"rows": [row("first"), row("asked"), row("last")], "at": 1})

    result = run(monkeypatch, answer, "context", "1-2-3", "-B", "1")
    lines = result.output.splitlines()
    assert [(line[0], line.rpartition(" ")[2]) for line in lines] == [
        (" ", "first"),
        (">", "asked"),
        (" ", "last"),
    ]


def test_an_export_is_written_as_it_comes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert dict(request.url.params) == QUERY | {"format": "csv", "limit": "7"}
        return httpx.Response(200, content=iter([b"a,b\r\n", b"1,2\r\n"]))

    file = tmp_path / "rows.csv"
    wanted = ("export", *ASKED, "--format", "csv", "--limit", "7")
    assert run(monkeypatch, answer, *wanted, "-o", str(file)).exit_code == 0
    assert file.read_bytes() == b"a,b\r\n1,2\r\n"
    assert run(monkeypatch, answer, *wanted).stdout_bytes == file.read_bytes()


def test_an_export_that_breaks_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[bytes]:
        yield b"{}\n"
        raise httpx.RemoteProtocolError("closed")

    result = run(monkeypatch, lambda _: httpx.Response(200, content=broken()), "export")
    assert isinstance(result.exception, Unavailable)
    refused = httpx.Response(413, json={"code": "too_large", "message": "ask for a shorter time"})
    result = run(monkeypatch, lambda _: refused, "export")
    assert isinstance(result.exception, CallerError)
    assert "shorter time" in str(result.exception)


def test_pieces_are_whole_lines() -> None:
    lines = [b"%d\n" % n for n in range(1000)]
    pieces = list(logs_command.pieces(io.BytesIO(b"".join(lines) + b"last"), size_bytes=100))
    assert b"".join(pieces) == b"".join(lines) + b"last"
    assert all(piece.endswith(b"\n") for piece in pieces[:-1])
    assert max(map(len, pieces)) < 120


@pytest.mark.parametrize("how", [("--follow",), ("tail",), ("search", "-f")])
def test_a_tail_goes_on_where_it_broke(monkeypatch: pytest.MonkeyPatch, how: tuple[str, ...]) -> None:
    asked: list[dict[str, str]] = []
    marks: list[str | None] = []
    turns = [
        f"retry: 2000\r\n\r\nid: 1-1\r\nevent: row\r\ndata: {json.dumps(row('one'))}\r\n\r\n",
        f"id: 2-1\nevent: left_out\ndata: 7\n\nid: 2-2\nevent: row\ndata: {json.dumps(row('two'))}\n\n",
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        marks.append(request.headers.get("last-event-id"))
        if not turns:
            return httpx.Response(401, json={"code": "unauthenticated", "message": "expired"})
        return httpx.Response(200, text=turns.pop(0))

    result = run(monkeypatch, answer, *how, "x", "--level", "error")
    assert asked == [{"query": "x", "level": "error"}] * 3
    assert marks == [None, "1-1", "2-2"]
    lines = result.output.splitlines()
    assert [line.rpartition(" ")[2] for line in lines if "web-1" in line] == ["one", "two"]
    assert any("7 lines left out" in line for line in lines)
    assert isinstance(result.exception, CallerError)
