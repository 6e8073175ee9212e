"""The report store keeps its promises, embedded and over HTTP."""

import asyncio
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.core.ingest import BatchOutcome
from muster.core.reports import EVERY_HOST, Hosts, ImportOutcome, ReportBatch, ReportImport
from muster.errors import Conflict, NotFound, Unavailable
from muster.failpoints import ignore
from muster.model.batch import REPORTS, BatchKey
from muster.model.ids import AgentId, Epoch, ReportId
from muster.model.report import OsInfo, Ports, Report, to_json
from muster.settings import CommitSettings
from muster.store.storage import StoredSizes
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.reports import ReportTable
from muster.store.telemetry.retention import drop_older_than
from tests.contract.memory import NOON, Clock, MemoryMarks

ONE, TWO = AgentId("1" * 32), AgentId("2" * 32)
EPOCH = Epoch("e" * 32)


@pytest.fixture
def open_table(
    clients: TelemetryClients, marks: MemoryMarks, clock: Clock
) -> Iterator[Callable[..., ReportTable]]:
    clients.command("TRUNCATE TABLE reports")
    opened: list[ReportTable] = []

    def open_one(reach: Callable[[str], None] = ignore) -> ReportTable:
        opened.append(ReportTable(clients, marks, CommitSettings(), reach=reach, now_us=clock))
        return opened[-1]

    yield open_one
    for table in opened:
        table.close()


@pytest.fixture
def table(open_table: Callable[..., ReportTable]) -> ReportTable:
    return open_table()


def report(name: str, date: int = NOON - 100, cpu: float = 10.0, memory: float = 50.0) -> Report:
    return Report(
        boot_time=1,
        cpu=cpu,
        date=date,
        disk_space={"/": 12.5},
        id=name,
        memory=memory,
        os=OsInfo("x86_64", "web1", "", "6.1", "Linux", "#1"),
        ports=Ports([22], [80]),
        process={"Bash": [10, 20]},
    )


def batch(
    sequence: int, *reports: Report, agent: AgentId = ONE, epoch: Epoch = EPOCH, content: str = ""
) -> ReportBatch:
    sha256 = (content or f"{sequence:x}").rjust(64, "0")
    return ReportBatch(BatchKey(agent, REPORTS, epoch, sequence), sha256, list(reports))


def store(table: ReportTable, item: ReportBatch) -> BatchOutcome:
    return table.submit_batch(item, 100).result(10)


def ids(table: ReportTable, hosts: Hosts = EVERY_HOST, **page: Any) -> list[str]:
    return list(asyncio.run(table.names(hosts, **({"limit": None, "before": None} | page))))


def test_a_report_reads_back_as_it_was_sent(table: ReportTable) -> None:
    sent = report("a")
    assert store(table, batch(1, sent)) == BatchOutcome(repeated=False, rows=1)
    assert asyncio.run(table.find(ReportId("a"))) == to_json(sent)
    assert asyncio.run(table.find(ReportId("b"))) is None


def test_a_repeat_is_answered_and_stored_once(table: ReportTable) -> None:
    store(table, batch(1, report("a")))
    assert store(table, batch(1, report("a"))).repeated
    store(table, batch(2, report("b")))
    assert store(table, batch(1, report("a"))).repeated
    assert sorted(ids(table)) == ["a", "b"]


def test_a_repeat_inside_one_group_is_stored_once(open_table: Callable[..., ReportTable]) -> None:
    table = open_table()
    futures = [table.submit_batch(batch(1, report("a")), 100) for _ in range(20)]
    outcomes = [future.result(10).repeated for future in futures]
    assert sorted(outcomes) == [False] + [True] * 19
    assert ids(table) == ["a"]


@pytest.mark.parametrize("later", [False, True])
def test_the_same_sequence_with_another_content_is_a_conflict(table: ReportTable, later: bool) -> None:
    store(table, batch(1, report("a")))
    if later:
        store(table, batch(2, report("b")))
    with pytest.raises(Conflict) as conflict:
        store(table, batch(1, report("c"), content="f"))
    assert conflict.value.code == "sequence_conflict"
    assert "c" not in ids(table)


def test_a_gap_is_stored_shown_and_can_be_filled_once(table: ReportTable, marks: MemoryMarks) -> None:
    store(table, batch(1, report("a")))
    store(table, batch(4, report("d")))
    (mark,) = marks.marks.values()
    assert mark.gaps == ((2, 3),)
    assert not store(table, batch(3, report("c"))).repeated
    assert store(table, batch(3, report("c"))).repeated
    (mark,) = marks.marks.values()
    assert (mark.sequence, mark.gaps) == (4, ((2, 2),))
    assert sorted(ids(table)) == ["a", "c", "d"]


def test_marks_that_fell_behind_their_rows_are_raised_at_start(
    open_table: Callable[..., ReportTable], marks: MemoryMarks
) -> None:
    table = open_table()
    store(table, batch(1, report("a")))
    before = dict(marks.marks)
    store(table, batch(2, report("b")))
    store(table, batch(5, report("e")))
    marks.marks = before
    again = open_table()
    (mark,) = marks.marks.values()
    assert (mark.sequence, mark.gaps) == (5, ((3, 4),))
    assert store(again, batch(5, report("e"))).repeated
    assert sorted(ids(again)) == ["a", "b", "e"]


def test_rows_whose_mark_failed_are_not_stored_again(table: ReportTable, marks: MemoryMarks) -> None:
    store(table, batch(1, report("a")))
    marks.fail = True
    with pytest.raises(Unavailable):
        store(table, batch(2, report("b")))
    marks.fail = False
    assert store(table, batch(2, report("b"))).repeated
    assert not store(table, batch(3, report("c"))).repeated
    assert sorted(ids(table)) == ["a", "b", "c"]


def test_epochs_and_agents_are_separate_sequences(table: ReportTable) -> None:
    store(table, batch(1, report("a")))
    assert not store(table, batch(1, report("b"), epoch=Epoch("f" * 32))).repeated
    assert not store(table, batch(1, report("c"), agent=TWO)).repeated
    assert asyncio.run(table.count_rows(ONE)) == 2


def test_an_import_stores_what_is_new_and_counts_what_is_known(table: ReportTable) -> None:
    store(table, batch(1, report("a")))
    item = ReportImport(TWO, [report("a"), report("b"), report("b")])
    assert table.submit_import(item, 100).result(10) == ImportOutcome(stored=1, known=2)
    assert table.submit_import(item, 100).result(10) == ImportOutcome(stored=0, known=3)
    assert sorted(ids(table)) == ["a", "b"]
    assert asyncio.run(table.count_imported(TWO)) == 1
    assert asyncio.run(table.count_rows(TWO)) == 0
    assert asyncio.run(table.count_rows(ONE)) == 1
    assert asyncio.run(table.count_imported(ONE)) == 0


def test_an_import_that_contradicts_what_is_stored_stores_nothing(table: ReportTable) -> None:
    store(table, batch(1, report("a")))
    item = ReportImport(TWO, [report("b"), report("a", cpu=99.0)])
    with pytest.raises(Conflict, match="report a"):
        table.submit_import(item, 100).result(10)
    assert ids(table) == ["a"]


def test_pages_are_newest_first_and_join_without_overlap(table: ReportTable) -> None:
    names = [f"r{n:03d}" for n in range(100)]
    store(table, batch(1, *(report(name, date=NOON - 1000 + n // 3) for n, name in enumerate(names))))
    pages: list[str] = []
    while page := ids(table, limit=7, before=ReportId(pages[-1]) if pages else None):
        pages += page
    assert pages == names[::-1]
    bodies = asyncio.run(table.newest(EVERY_HOST, limit=2, before=ReportId("r050")))
    assert [b'"id":"r049"' in bodies[0], b'"id":"r048"' in bodies[1]] == [True, True]
    with pytest.raises(NotFound):
        ids(table, before=ReportId("nobody"))


def test_hosts_are_kept_apart(table: ReportTable) -> None:
    store(table, batch(1, report("a", cpu=10.0)))
    store(table, batch(1, report("b", cpu=30.0), agent=TWO))
    assert ids(table, Hosts(frozenset({ONE}))) == ["a"]
    assert ids(table, Hosts(frozenset({AgentId("nobody")}))) == []
    everything = asyncio.run(table.average(EVERY_HOST, since_us=0))
    assert everything is not None
    assert everything.cpu == 20.0


def test_the_average_covers_reports_since_a_time(table: ReportTable) -> None:
    store(table, batch(1, report("a", date=NOON - 7200, cpu=90.0), report("b", date=NOON - 60, cpu=10.0)))
    average = asyncio.run(table.average(EVERY_HOST, since_us=(NOON - 3600) * 1_000_000))
    assert average is not None
    assert (average.cpu, average.memory) == (10.0, 50.0)
    assert asyncio.run(table.average(EVERY_HOST, since_us=NOON * 1_000_000)) is None


def test_a_clock_in_the_future_does_not_hide_the_newest_report(table: ReportTable, clock: Clock) -> None:
    store(table, batch(1, report("future", date=NOON + 10**8)))
    clock.us += 60_000_000
    store(table, batch(2, report("now", date=NOON + 30)))
    assert ids(table)[0] == "now"
    stored = asyncio.run(table.find(ReportId("future")))
    assert stored is not None
    assert b'"date":%d' % (NOON + 10**8) in stored


def test_a_large_batch_over_midnight_is_one_part(
    table: ReportTable, clients: TelemetryClients, clock: Clock
) -> None:
    midnight = NOON // 86_400 * 86_400
    clock.us = midnight * 1_000_000 - 1
    dates = [midnight - 30_000 + n for n in range(60_000)]
    store(table, batch(1, *(report(f"r{n}", date=date) for n, date in enumerate(dates))))
    parts = clients.rows("SELECT rows FROM system.parts WHERE active AND table = 'reports'")
    assert parts == [(60_000,)]


def test_a_backfill_of_three_days_keeps_its_times(table: ReportTable) -> None:
    days = [report(f"d{n}", date=NOON - n * 86_400) for n in range(4)]
    store(table, batch(1, *days))
    assert ids(table) == ["d0", "d1", "d2", "d3"]


def test_retention_drops_whole_days_and_keeps_the_marks(
    open_table: Callable[..., ReportTable], clients: TelemetryClients, clock: Clock, tmp_path: Path
) -> None:
    table = open_table()
    store(table, batch(1, report("old")))
    clock.us += 10 * 86_400 * 1_000_000
    store(table, batch(2, report("new")))
    today = datetime.datetime.fromtimestamp(clock.us / 1e6, datetime.UTC).date()
    sizes = StoredSizes(None, None, clients, tmp_path)  # type: ignore[arg-type]
    announced = asyncio.run(sizes.droppable("reports", today - datetime.timedelta(days=9)))
    assert (len(announced.days), announced.rows) == (1, 1)
    assert announced.stored_bytes > 0
    assert asyncio.run(sizes.droppable("reports", today - datetime.timedelta(days=10))).rows == 0
    assert drop_older_than(clients, "reports", today=today, days=10) == []
    assert len(drop_older_than(clients, "reports", today=today, days=9)) == 1
    assert ids(table) == ["new"]
    assert store(open_table(), batch(1, report("old"))).repeated
    assert ids(table) == ["new"]


def test_the_clock_may_be_set_back_without_harm(
    open_table: Callable[..., ReportTable], marks: MemoryMarks, clock: Clock
) -> None:
    table = open_table()
    store(table, batch(1, report("a")))
    clock.us -= 1_800 * 1_000_000
    store(table, batch(2, report("b")))
    marks.marks.clear()
    assert store(open_table(), batch(2, report("b"))).repeated
    assert sorted(ids(table)) == ["a", "b"]


def test_the_reports_around_a_moment(table: ReportTable) -> None:
    one, two = Hosts(frozenset({ONE})), Hosts(frozenset({TWO}))
    first, second, third = (report(name, NOON - age) for name, age in (("a", 300), ("b", 200), ("c", 100)))
    store(table, batch(1, second, first, third))
    store(table, batch(1, report("other", NOON - 150), agent=TWO))

    def around(hosts: Hosts, at_s: float) -> tuple[bytes | None, list[int | None]]:
        found = asyncio.run(table.around(hosts, int(at_s * 1_000_000)))
        times = (found.ts_us, found.earlier_us, found.later_us)
        return found.report, [None if ts_us is None else ts_us // 1_000_000 - NOON for ts_us in times]

    assert around(one, NOON - 150) == (to_json(second), [-200, -300, -100])
    assert around(one, NOON - 200) == (to_json(second), [-200, -300, -100])
    assert around(one, NOON - 200.5) == (to_json(first), [-300, None, -200])
    assert around(one, NOON) == (to_json(third), [-100, -200, None])
    assert around(one, NOON - 301) == (None, [None, None, -300])
    assert around(two, NOON - 151) == (None, [None, None, -150])
