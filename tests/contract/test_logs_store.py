"""The log store keeps its promises, embedded and over HTTP."""

import asyncio
import datetime
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest

from muster.api.agent_link.log_batches import SCHEMA
from muster.core.ingest import BatchOutcome
from muster.core.logs.language import parse_query
from muster.core.logs.ports import (
    FieldNames,
    LevelCounts,
    LineFields,
    LogBatch,
    LogFilter,
    LogRow,
    PostedLines,
    ValueCount,
)
from muster.core.metrics.grid import Grid
from muster.errors import Conflict, InvalidInput, TooLarge, Unavailable
from muster.failpoints import ignore
from muster.model.batch import BatchKey
from muster.model.ids import AgentId, Epoch, StreamName
from muster.model.mark import Mark
from muster.settings import CommitSettings
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.log_lines import LARGE_ROWS
from muster.store.telemetry.log_table import LogTable
from muster.store.telemetry.log_writer import LogWriter, to_rows
from muster.store.telemetry.retention import drop_older_than
from tests.contract.memory import NOON, Clock, MemoryMarks

ONE, TWO = AgentId("1" * 32), AgentId("2" * 32)
EPOCH = Epoch("e" * 32)
US = 1_000_000
START = NOON // 3600 * 3600
FIELDS = LineFields(time=("ts", "time"), message=("msg",), level=("level",), source="test")


@pytest.fixture
def open_table(
    clients: TelemetryClients, marks: MemoryMarks, clock: Clock
) -> Iterator[Callable[..., LogTable]]:
    clients.command("TRUNCATE TABLE logs")
    opened: list[LogTable] = []

    def open_one(**more: Any) -> LogTable:
        opened.append(LogTable(clients, marks, CommitSettings(), reach=ignore, now_us=clock, **more))
        return opened[-1]

    yield open_one
    for table in opened:
        table.close()


@pytest.fixture
def table(open_table: Callable[..., LogTable]) -> LogTable:
    return open_table()


def line(
    message: str, at_s: float = START, level: str = "info", source: str = "a.log", **fields: str
) -> dict[str, Any]:
    ts = datetime.datetime.fromtimestamp(at_s, datetime.UTC)
    names, values = list(fields), list(fields.values())
    return {"ts": ts, "level": level, "source": source, "message": message, "names": names, "values": values}


def batch(
    sequence: int, *lines: dict[str, Any], agent: AgentId = ONE, runner: str = "web", content: str = ""
) -> LogBatch:
    columns = pa.Table.from_pylist(list(lines), schema=SCHEMA)
    sha256 = (content or f"{sequence:x}").rjust(64, "0")
    return LogBatch(BatchKey(agent, StreamName(f"logs:{runner}"), EPOCH, sequence), sha256, columns)


def store(table: LogTable, item: LogBatch) -> BatchOutcome:
    return table.submit_batch(item, 100).result(10)


def post(table: LogTable, *rows: Any, key: str = "", fields: LineFields = FIELDS) -> BatchOutcome:
    body = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows).encode()
    sha256 = f"{hash(body) & (2**63 - 1):064x}"
    return table.submit_lines(PostedLines(body, fields, key, sha256)).result(10)


def everything(query: str = "", **more: Any) -> LogFilter:
    condition = parse_query(query, lambda name: {AgentId(name)})
    return LogFilter(from_us=0, to_us=(NOON + 10**6) * US, query=condition, **more)


def newest(table: LogTable, where: LogFilter | None = None, **more: Any) -> list[LogRow]:
    options = {"before": None, "limit": 1000} | more
    return asyncio.run(table.newest(where or everything(), **options))


def messages(rows: Sequence[LogRow]) -> list[str]:
    return [row.message for row in rows]


def test_rows_read_back_as_they_were_sent(table: LogTable) -> None:
    odd = 'tab\t quote\' back\\ "ü" \x00 \U0001f600'
    rows = [line(odd, START, "error", odd="ü\\'\n", empty=""), line("", START + 1, "")]
    assert store(table, batch(1, *rows)) == BatchOutcome(repeated=False, rows=2)
    second, first = newest(table)
    assert (first.message, first.level, first.source, first.runner, first.agent_id) == (
        odd,
        "error",
        "a.log",
        "web",
        ONE,
    )
    assert first.fields == {"odd": "ü\\'\n", "empty": ""}
    assert (second.message, second.level, second.fields) == ("", "", {})
    assert [row.place.ts_us for row in (first, second)] == [START * US, (START + 1) * US]
    assert asyncio.run(table.count_rows(ONE)) == {"web": 2}
    assert asyncio.run(table.count_rows(TWO)) == {}


def test_fields_of_a_batch_in_several_pieces_stay_with_their_rows(table: LogTable) -> None:
    pieces = [
        pa.Table.from_pylist([line(f"{n}", START + n, **{f"k{i}": f"{n}.{i}" for i in range(n % 4)})], SCHEMA)
        for n in range(9)
    ]
    columns = pa.concat_tables(pieces).slice(2, 6)
    store(table, LogBatch(batch(1, line("")).key, "0" * 64, columns))
    assert [(row.message, row.fields) for row in reversed(newest(table))] == [
        (f"{n}", {f"k{i}": f"{n}.{i}" for i in range(n % 4)}) for n in range(2, 8)
    ]


def test_a_repeat_is_answered_and_stored_once(table: LogTable, marks: MemoryMarks) -> None:
    futures = [table.submit_batch(batch(1, line("once")), 100) for _ in range(20)]
    assert sorted(future.result(10).repeated for future in futures) == [False] + [True] * 19
    store(table, batch(2, line("next")))
    assert store(table, batch(1, line("once"))).repeated
    assert messages(newest(table)) == ["next", "once"]


def test_runners_of_one_start_of_an_agent_have_their_own_sequences(table: LogTable) -> None:
    store(table, batch(1, line("web")))
    assert not store(table, batch(1, line("db"), runner="db 'x'", content="f")).repeated
    assert not store(table, batch(1, line("two"), agent=TWO)).repeated
    assert asyncio.run(table.count_rows(ONE)) == {"web": 1, "db 'x'": 1}
    with pytest.raises(Conflict) as conflict:
        store(table, batch(1, line("other"), content="f"))
    assert conflict.value.code == "sequence_conflict"


def test_a_gap_is_filled_once_by_what_the_rows_say(table: LogTable) -> None:
    store(table, batch(1, line("1")))
    store(table, batch(3, line("3")))
    assert not store(table, batch(2, line("2"))).repeated
    assert store(table, batch(2, line("2"))).repeated
    with pytest.raises(Conflict):
        store(table, batch(1, line("other"), content="f"))


def test_marks_that_fell_behind_are_raised_at_start(
    open_table: Callable[..., LogTable], marks: MemoryMarks
) -> None:
    table = open_table()
    for runner in ("web", "db"):
        store(table, batch(1, line("1"), runner=runner))
        store(table, batch(2, line("2"), line("2b"), runner=runner))
    post(table, {"msg": "no stream"}, key="a" * 64)
    marks.marks.clear()
    again = open_table()
    assert sorted((mark.stream, mark.sequence) for mark in marks.marks.values()) == [
        ("logs:db", 2),
        ("logs:web", 2),
    ]
    assert store(again, batch(2, line("2"), line("2b"))).repeated
    assert post(again, {"msg": "no stream"}, key="a" * 64).repeated
    assert len(newest(again)) == 7


def test_rows_whose_mark_failed_are_not_stored_again(table: LogTable, marks: MemoryMarks) -> None:
    marks.fail = True
    with pytest.raises(Unavailable):
        store(table, batch(1, line("1")))
    marks.fail = False
    assert store(table, batch(1, line("1"))).repeated
    assert isinstance(next(iter(marks.marks.values())), Mark)
    assert len(newest(table)) == 1


def test_a_group_at_midnight_is_one_part(
    open_table: Callable[..., LogTable], clients: TelemetryClients, clock: Clock
) -> None:
    clock.us = START // 86_400 * 86_400 * US - 1
    store(open_table(), batch(1, *(line(f"{n}", START - n * 3600) for n in range(5000))))
    parts = clients.rows("SELECT partition, rows FROM system.parts WHERE active AND table = 'logs'")
    assert [rows for _, rows in parts] == [5000]


def test_batches_of_a_group_are_one_part(
    open_table: Callable[..., LogTable], clients: TelemetryClients, marks: MemoryMarks, clock: Clock
) -> None:
    open_table()
    writer = LogWriter(clients, marks, reach=ignore, now_us=clock, stored=lambda _: None)
    agents = [AgentId(f"{n:032x}") for n in range(1, 30)]
    items = [
        batch(1, *(line(f"{n}.{i}", START - n, k=f"{i}") for i in range(50)), agent=agents[n])
        for n in range(29)
    ]
    outcomes = writer.write_group([LogBatch(x.key, x.sha256, to_rows(x.columns)) for x in items])
    assert outcomes == [BatchOutcome(repeated=False, rows=50)] * 29
    parts = clients.rows("SELECT rows FROM system.parts WHERE active AND table = 'logs'")
    assert parts == [(29 * 50,)]
    for row in newest(reader := open_table(), everything("*.49")):
        number = agents.index(row.agent_id)
        assert (row.message, row.fields) == (f"{number}.49", {"k": "49"})
        assert row.place[::2] == ((START - number) * US, number * 50 + 49)
    assert len(newest(reader, everything("*.49"))) == 29


def test_words_are_found_before_and_after_they_are_indexed(
    table: LogTable, clients: TelemetryClients
) -> None:
    """The index of words of many rows is built by merges."""
    lines = [f"request {n} {'refused' if n == 700 else 'taken'} by shop" for n in range(LARGE_ROWS)]
    store(table, batch(1, *(line(text, START + n / 1000) for n, text in enumerate(lines))))
    body = "\n".join(json.dumps({"msg": "by hand", "ts": START}) for _ in range(LARGE_ROWS))
    post(table, {"msg": "Refused by hand", "ts": START}, body)
    for _ in range(2):
        assert messages(newest(table, everything("refused"))) == [lines[700], "Refused by hand"]
        assert messages(newest(table, everything('"700 refu"'))) == [lines[700]]
        assert messages(newest(table, everything("nothing"))) == []
        clients.command("OPTIMIZE TABLE logs FINAL")


def test_a_time_in_the_future_counts_as_the_time_of_receipt(table: LogTable, clock: Clock) -> None:
    store(table, batch(1, line("future", NOON + 10**7)))
    post(table, {"msg": "future too", "ts": "2099-01-01T00:00:00Z"})
    assert [row.place.ts_us for row in newest(table)] == [clock.us + 1, clock.us]


def test_old_days_are_dropped(table: LogTable, clients: TelemetryClients) -> None:
    store(table, batch(1, line("old")))
    today = datetime.datetime.fromtimestamp(NOON, datetime.UTC).date()
    assert drop_older_than(clients, "logs", today=today + datetime.timedelta(days=14), days=14) == []
    later = today + datetime.timedelta(days=15)
    assert drop_older_than(clients, "logs", today=later, days=14) == [today]
    assert newest(table) == []
    assert store(table, batch(1, line("old"))).repeated


def test_pages_follow_each_other_without_gap_or_repeat(table: LogTable) -> None:
    for sequence in range(1, 8):
        lines = [line(f"{sequence}.{n}", START + n // 3) for n in range(10)]
        store(table, batch(sequence, *lines))
    whole = newest(table)
    assert len(whole) == 70
    assert whole == sorted(whole, key=lambda row: row.place, reverse=True)
    seen: list[LogRow] = []
    while page := newest(table, before=seen[-1].place if seen else None, limit=7):
        seen += page
    assert seen == whole


def test_rows_after_a_place_are_those_that_follow_next(table: LogTable) -> None:
    store(table, batch(1, *(line(f"{n}", START + n // 3) for n in range(20))))
    whole = newest(table)[::-1]
    seen = whole[:1]
    while page := asyncio.run(table.oldest(everything(), after=seen[-1].place, limit=7)):
        seen += page
    assert seen == whole
    picked = asyncio.run(table.oldest(everything("15 OR 18"), after=whole[3].place, limit=1))
    assert messages(picked) == ["15"]


def test_names_of_fields_are_counted(table: LogTable) -> None:
    assert asyncio.run(table.field_names(everything(), limit=10)) == FieldNames(0, [])
    rows = [line("a", START, status="200", Size="1"), line("b", START + 1, status="500"), line("", START, "")]
    store(table, batch(1, *rows))
    post(table, {"msg": "posted", "": "no name", "level": "strange"})
    found = asyncio.run(table.field_names(everything(), limit=10))
    assert found.rows == 4
    counts = [("source", 4), ("agent", 3), ("message", 3), ("runner", 3), ("level", 2), ('"level"', 1)]
    assert sorted(found.names) == sorted([*counts, ("status", 2), ("Size", 1)])
    assert [name.times for name in found.names] == sorted((n.times for n in found.names), reverse=True)
    some = asyncio.run(table.field_names(everything(), limit=10, prefix="s"))
    assert some == FieldNames(4, [ValueCount("source", 4), ValueCount("status", 2), ValueCount("Size", 1)])
    assert asyncio.run(table.field_names(everything("b"), limit=1, prefix="STAT")).names == [("status", 1)]
    assert len(asyncio.run(table.field_names(everything(), limit=3)).names) == 3


def test_a_field_called_as_a_column_is_asked_for_in_quotes(table: LogTable) -> None:
    store(table, batch(1, line("a", agent="curl/8", runner="x"), line("b", agent="Mozilla")))
    assert messages(newest(table, everything('"agent":curl*'))) == ["a"]
    assert messages(newest(table, everything('"agent":* NOT "runner":x'))) == ["b"]
    found = asyncio.run(table.top_values(everything(), '"agent"', limit=5))
    assert found == [ValueCount("Mozilla", 1), ValueCount("curl/8", 1)]


SEARCHED = [
    line("GET /api/v1/items?id=4711 HTTP/1.1 200", START, "info", status="200", path="/api/v1/items"),
    line("Connection REFUSED by db-1: timeout=30ms", START + 1, "error", status="503"),
    line("Größe naïve café 日本語 ok", START + 2, "", "b.log", status="n/a"),
    line("user_id=12ab34cd foo-bar 100% done", START + 3, "warning", size="1.5e3"),
    line("a\\b 'quoted' \"twice\" [x] (y) *star* $1^", START + 4, "debug", **{"odd name": "v w"}),
]

SEARCHES = [
    ("", [0, 1, 2, 3, 4]),
    ("refused", [1]),
    ("REFUSED Connection", [1]),
    ("refuse", []),
    ("refuse*", [1]),
    ("*fused", [1]),
    ("*efuse*", [1]),
    ("*EFUSE*", [1]),
    ("r*d", [1]),
    ('"REFUSED by"', [1]),
    ('"refused by"', []),
    ('"ion REFU"', [1]),
    ("/api/v1/items", [0]),
    ("/api/*/items", [0]),
    ("4711", [0]),
    ("471*", [0]),
    ("47", []),
    ("30ms", [1]),
    ("ms", []),
    ("12ab34cd", [3]),
    ("ab", []),
    ("user_id", [3]),
    ("foo-bar", [3]),
    ("100%", [3]),
    ("Größe", [2]),
    ("naïve café", [2]),
    ("日本語", [2]),
    ('"日本"', [2]),
    ("日*", [2]),
    ("NOT ok", [0, 1, 3, 4]),
    ("refused OR done", [1, 3]),
    ("refused AND done", []),
    ("NOT (refused OR done) NOT ok", [0, 4]),
    ("get OR refused timeout", [0, 1]),
    ("status:200", [0]),
    ("status:>=200", [0, 1]),
    ("status:>200 status:<600", [1]),
    ("NOT status:>=200", [2, 3, 4]),
    ("size:1.5e3", [3]),
    ("size:>=1500", [3]),
    ("size:<-1", []),
    ("status:*", [0, 1, 2]),
    ("status:5*", [1]),
    ("status:*0*", [0, 1]),
    ("path:*V1*", [0]),
    ('"odd name":"v w"', [4]),
    ('missing:""', [0, 1, 2, 3, 4]),
    ("level:error", [1]),
    ("level:warn", [3]),
    ("level:>=warning", [1, 3]),
    ("level:<info", [4]),
    ('level:""', [2]),
    ("source:b.log", [2]),
    ("source:*.log runner:web", [0, 1, 2, 3, 4]),
    ("message:refused", [1]),
    (f"agent:{ONE}", [0, 1, 2, 3, 4]),
    (f"agent:{TWO}", []),
    (r'"a\\b"', [4]),
    ("a\\b", [4]),
    ("\"'quoted'\"", [4]),
    (r'"\"twice\""', [4]),
    ("[x]", [4]),
    ('"(y)"', [4]),
    ("$1^", [4]),
    ("'; DROP TABLE logs --", []),
    ("{p0:String}", []),
    ("x" * 200, []),
]


@pytest.fixture(scope="module")
def searched(clients: TelemetryClients) -> Iterator[LogTable]:
    clients.command("TRUNCATE TABLE logs")
    table = LogTable(clients, MemoryMarks(), CommitSettings(), reach=ignore, now_us=Clock())
    store(table, batch(1, *SEARCHED))
    yield table
    table.close()


@pytest.mark.parametrize(("query", "found"), SEARCHES, ids=[query for query, _ in SEARCHES])
def test_a_search_finds_the_rows_it_names(searched: LogTable, query: str, found: list[int]) -> None:
    rows = newest(searched, everything(query))
    assert sorted(messages(rows)) == sorted(SEARCHED[index]["message"] for index in found)


def test_filters_narrow_a_search(table: LogTable) -> None:
    store(table, batch(1, line("a", START), line("b", START + 1, "error", "b.log")))
    store(table, batch(1, line("c", START + 2), agent=TWO, runner="db"))
    for options, found in (
        ({"agents": frozenset({TWO})}, ["c"]),
        ({"agents": frozenset()}, []),
        ({"runners": frozenset({"web", "nothing"})}, ["b", "a"]),
        ({"sources": frozenset({"b.log"})}, ["b"]),
        ({"levels": frozenset({"info", "error"}), "runners": frozenset({"web"})}, ["b", "a"]),
    ):
        assert messages(newest(table, everything(**options))) == found, options
    where = LogFilter(from_us=(START + 1) * US, to_us=(START + 2) * US)
    assert messages(newest(table, where)) == ["b"]


@pytest.mark.parametrize("step_s", [10, 60, 120])
@pytest.mark.parametrize("query", ["", "tick"])
def test_a_histogram_counts_every_row_in_its_bucket(table: LogTable, step_s: int, query: str) -> None:
    lines = [line(f"tick {n}", START + 7 * n, "error" if n % 5 else "") for n in range(100)]
    store(table, batch(1, *lines, line("before", START - 1), line("after", START + 720)))
    grid = Grid(START, step_s, 720 // step_s)
    where = LogFilter(from_us=START * US, to_us=(START + 720) * US, query=parse_query(query, lambda _: ()))
    expected = {"": [0] * grid.count, "error": [0] * grid.count}
    for n in range(100):
        expected["error" if n % 5 else ""][7 * n // step_s] += 1
    assert asyncio.run(table.histogram(where, grid)) == [
        LevelCounts(level, counts) for level, counts in expected.items()
    ]


def test_the_most_frequent_values_come_first(table: LogTable) -> None:
    store(table, batch(1, *(line("x", status=str(200 + n % 3 // 2)) for n in range(9)), line("none")))
    assert asyncio.run(table.top_values(everything(), "status", limit=5)) == [
        ValueCount("200", 6),
        ValueCount("201", 3),
    ]
    assert asyncio.run(table.top_values(everything(), "status", limit=1)) == [ValueCount("200", 6)]
    assert asyncio.run(table.top_values(everything("none"), "message", limit=5)) == [ValueCount("none", 1)]
    assert asyncio.run(table.top_values(everything(), "agent", limit=5)) == [ValueCount(ONE, 10)]
    assert asyncio.run(table.top_values(everything(), "message", limit=5, prefix="NO")) == [
        ValueCount("none", 1)
    ]


def test_context_is_of_the_same_source_in_order(table: LogTable) -> None:
    mixed = [line(f"{n}", START + n // 4, source="ab"[n % 2]) for n in range(40)]
    store(table, batch(1, *mixed))
    store(table, batch(1, *mixed, agent=TWO))
    row = next(r for r in newest(table, everything(f"agent:{ONE}")) if r.message == "20")
    rows = asyncio.run(table.around(row.place, before=3, after=2))
    assert messages(rows) == ["14", "16", "18", "20", "22", "24"]
    assert {(r.agent_id, r.source) for r in rows} == {(ONE, "a")}
    gone = row.place._replace(row=999)
    assert asyncio.run(table.around(gone, before=3, after=2)) == []


def test_arrivals_come_in_the_order_of_receipt_and_none_twice(table: LogTable, clock: Clock) -> None:
    store(table, batch(1, line("late", START), line("early", START - 100)))
    clock.us += 10
    store(table, batch(2, line("older", START - 500)))
    whole = asyncio.run(table.arrivals(everything(), after=(0, 0), until_us=clock.us + US, limit=10))
    assert (messages(whole.rows), whole.left_out) == (["late", "early", "older"], 0)
    first = whole.rows[0].place
    rest = asyncio.run(
        table.arrivals(everything(), after=(first.received_us, first.row), until_us=clock.us + US, limit=10)
    )
    assert messages(rest.rows) == ["early", "older"]
    few = asyncio.run(table.arrivals(everything(), after=(0, 0), until_us=clock.us + US, limit=1))
    assert (messages(few.rows), few.left_out) == (["older"], 2)
    none = asyncio.run(table.arrivals(everything(), after=(0, 0), until_us=first.received_us - 1, limit=9))
    assert none.rows == []
    assert asyncio.run(table.newest_receipt_us()) == whole.rows[-1].place.received_us


def test_the_writer_tells_of_each_time_of_receipt(open_table: Callable[..., LogTable]) -> None:
    heard: list[int] = []
    table = open_table(stored=heard.append)
    store(table, batch(1, line("a")))
    post(table, {"msg": "b"})
    store(table, batch(1, line("a")))
    assert heard == sorted(row.place.received_us for row in newest(table))


def test_json_lines_become_rows(table: LogTable, clock: Clock) -> None:
    outcome = post(
        table,
        {"ts": "2026-09-21T10:00:00.123456+02:00", "msg": "hi é\n", "level": "WARN", "n": 5, "o": {"a": [1]}},
        "",
        {"time": 1_789_000_000.5, "level": "strange", "b": True, "nothing": None},
        '  {"msg": "\\u00fc", "level": "Fatal", "ts": ""}\r',
    )
    assert outcome == BatchOutcome(repeated=False, rows=3)
    rows = {row.place.row: row for row in newest(table)}
    assert (rows[0].message, rows[0].level, rows[0].source) == ("hi é\n", "warning", "test")
    assert rows[0].fields == {"n": "5", "o": '{"a":[1]}'}
    assert rows[0].place.ts_us == 1_789_977_600_123_456
    assert (rows[1].message, rows[1].level, rows[1].place.ts_us) == ("", "", 1_789_000_000_500_000)
    assert (rows[1].fields["level"], rows[1].fields["b"]) == ("strange", "true")
    assert (rows[2].message, rows[2].level, rows[2].place.ts_us) == ("ü", "critical", clock.us)


def test_a_field_without_a_name_is_a_field(table: LogTable) -> None:
    post(table, {"": "nameless"}, {"msg": "m", "": "nameless"})
    assert [(row.message, row.fields) for row in newest(table)] == [
        ("m", {"": "nameless"}),
        ("", {"": "nameless"}),
    ]


BAD_LINES = [
    ('{"msg": 1', 2),
    ("[1]", 2),
    ("{}", 2),
    ("5", 2),
    ('"text"', 2),
    ('{"a":1} x', 2),
    ('{"ts":"yesterday"}', 2),
    ('{"ts":"2026-13-01"}', 2),
    ("nonsense", 2),
    ("[" * 5000, 2),
    ('{"a":' * 5000, 2),
]


@pytest.mark.parametrize(("bad", "number"), BAD_LINES, ids=[bad[:20] for bad, _ in BAD_LINES])
def test_a_bad_line_is_named_and_nothing_is_stored(table: LogTable, bad: str, number: int) -> None:
    with pytest.raises(InvalidInput, match=rf"^body: line {number}: .*nothing was stored"):
        post(table, {"msg": "good"}, bad, {"msg": "good too"})
    assert newest(table) == []
    assert post(table, {"msg": "good"}).rows == 1


def test_a_bad_line_harms_no_neighbour(table: LogTable) -> None:
    futures = [
        table.submit_lines(PostedLines(body, FIELDS, "", ""))
        for body in (b'{"msg":"1"}', b"bad", b'{"msg":"2"}')
    ]
    good = table.submit_batch(batch(1, line("3")), 10)
    assert [future.exception(10) is None for future in (*futures, good)] == [True, False, True, True]
    assert sorted(messages(newest(table))) == ["1", "2", "3"]


def test_a_key_stores_a_body_once(table: LogTable) -> None:
    assert not post(table, {"msg": "1"}, key="a" * 64).repeated
    assert post(table, {"msg": "1"}, key="a" * 64).repeated
    assert not post(table, {"msg": "1"}, key="b" * 64).repeated
    assert not post(table, {"msg": "1"}).repeated
    with pytest.raises(InvalidInput, match="Idempotency-Key"):
        post(table, {"msg": "2"}, key="a" * 64)
    assert messages(newest(table)) == ["1", "1", "1"]


def test_lines_of_a_request_are_one_part(
    open_table: Callable[..., LogTable], clients: TelemetryClients
) -> None:
    table = open_table()
    body = b'{"msg":"x"}\n' * 300_000
    assert table.submit_lines(PostedLines(body, FIELDS, "", "")).result(30).rows == 300_000
    parts = clients.rows("SELECT rows FROM system.parts WHERE active AND table = 'logs'")
    assert parts == [(300_000,)]


def test_an_expensive_search_says_how_to_narrow_it(open_table: Callable[..., LogTable]) -> None:
    table = open_table(memory_bytes=1000)
    store(table, batch(1, *(line(f"word{n}", START + n) for n in range(2000))))
    with pytest.raises(TooLarge, match="shorter time"):
        newest(table)


def test_lines_of_requests_that_wait_together_are_one_part(
    open_table: Callable[..., LogTable], clients: TelemetryClients
) -> None:
    table = open_table()
    bodies = [f'{{"msg":"{n}"}}\n\n{{"msg":"{n}b"}}'.encode() for n in range(50)]
    futures = [table.submit_lines(PostedLines(body, FIELDS, "", "")) for body in bodies]
    assert [future.result(10) for future in futures] == [BatchOutcome(repeated=False, rows=2)] * 50
    assert len(set(messages(newest(table)))) == 100
    assert clients.rows("SELECT count() < 10 FROM system.parts WHERE table = 'logs' AND rows < 100") == [(1,)]


def test_lines_beside_batches_that_fail_are_stored_once_if_they_are_acknowledged(
    table: LogTable, marks: MemoryMarks
) -> None:
    marks.fail = True
    batches = [table.submit_batch(batch(n, line("b"), runner=f"r{n}"), 10) for n in range(1, 6)]
    lines = [table.submit_lines(PostedLines(b'{"msg":"%d"}' % n, FIELDS, "", "")) for n in range(20)]
    assert all(isinstance(future.exception(30), Unavailable) for future in batches)
    acknowledged = [str(n) for n, future in enumerate(lines) if future.exception(30) is None]
    found = [message for message in messages(newest(table)) if message != "b"]
    assert sorted(found, key=int) == acknowledged
