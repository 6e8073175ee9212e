"""The sample store keeps its promises, embedded and over HTTP."""

import asyncio
import datetime
import math
import struct
from collections.abc import Callable, Iterator

import pytest

from muster.core.ingest import BatchOutcome
from muster.core.metrics.grid import Grid, parse_grid
from muster.core.metrics.ports import SampleBatch, Series
from muster.errors import Conflict, Unavailable
from muster.failpoints import ignore
from muster.model.batch import SAMPLES, BatchKey, SampleColumns
from muster.model.ids import AgentId, Epoch
from muster.model.mark import WINDOW_S, Window
from muster.settings import CommitSettings
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.retention import drop_older_than
from muster.store.telemetry.samples import SampleTable
from muster.store.telemetry.window_sql import COLUMNS, windows_of_samples
from tests.contract.memory import NOON, Clock, MemoryMarks

ONE, TWO = AgentId("1" * 32), AgentId("2" * 32)
EPOCH = Epoch("e" * 32)
US = 1_000_000
START = NOON // 86_400 * 86_400
"""A midnight (Unix seconds), so the start of a window and of any bucket of up to a day."""

Look = dict[tuple[str, str], float]


@pytest.fixture
def open_table(
    clients: TelemetryClients, marks: MemoryMarks, clock: Clock
) -> Iterator[Callable[..., SampleTable]]:
    for table in ("samples", "rollups"):
        clients.command(f"TRUNCATE TABLE {table}")
    opened: list[SampleTable] = []

    def open_one(reach: Callable[[str], None] = ignore) -> SampleTable:
        opened.append(SampleTable(clients, marks, CommitSettings(), reach=reach, now_us=clock))
        return opened[-1]

    yield open_one
    for table in opened:
        table.close()


@pytest.fixture
def table(open_table: Callable[..., SampleTable]) -> SampleTable:
    return open_table()


def batch(
    sequence: int, at_s: float, look: Look, *, agent: AgentId = ONE, epoch: Epoch = EPOCH, content: str = ""
) -> SampleBatch:
    columns = SampleColumns(
        ts_us=round(at_s * US),
        metrics=[metric for metric, _ in look],
        labels=[labels for _, labels in look],
        values=struct.pack(f"<{len(look)}d", *look.values()),
    )
    sha256 = (content or f"{sequence:x}").rjust(64, "0")
    return SampleBatch(BatchKey(agent, SAMPLES, epoch, sequence), sha256, columns)


def store(table: SampleTable, item: SampleBatch) -> BatchOutcome:
    return table.submit_batch(item, 100).result(10)


def fill(table: SampleTable, values: list[float], metric: str, *, step_s: float = 10.0) -> None:
    """Store one sample each `step_s` seconds from START."""
    futures = [
        table.submit_batch(batch(n + 1, START + n * step_s, {(metric, ""): value}), 10)
        for n, value in enumerate(values)
    ]
    for future in futures:
        assert not future.result(20).repeated


def ask(
    table: SampleTable, grid: Grid, *metrics: str, agents: tuple[AgentId, ...] = (ONE,), rolled: int = 0
) -> list[Series]:
    return asyncio.run(table.buckets(agents, metrics, grid, rolled_until_s=rolled))


def values(table: SampleTable, grid: Grid, metric: str, *, rolled: int = 0) -> list[float | None]:
    (series,) = ask(table, grid, metric, rolled=rolled)
    return [None if value is None else round(value, 6) for value in series.values]


def test_samples_read_back_as_they_were_sent(table: SampleTable) -> None:
    look: Look = {
        ("cpu.used_percent", ""): 12.25,
        ("disk.used_bytes", "mountpoint=/"): 1e15,
        ("load.1m", ""): -0.0,
    }
    assert store(table, batch(1, START, look)) == BatchOutcome(repeated=False, rows=3)
    last = asyncio.run(table.last(ONE, since_us=0))
    assert [(x.key.metric, x.key.labels, x.value, x.ts_us) for x in last] == [
        ("cpu.used_percent", "", 12.25, START * US),
        ("disk.used_bytes", "mountpoint=/", 1e15, START * US),
        ("load.1m", "", 0.0, START * US),
    ]
    assert asyncio.run(table.count_rows(ONE)) == 3
    assert asyncio.run(table.count_rows(TWO)) == 0


def test_a_repeat_is_answered_and_stored_once(table: SampleTable, marks: MemoryMarks) -> None:
    look: Look = {("load.1m", ""): 1.0}
    futures = [table.submit_batch(batch(1, START, look), 100) for _ in range(20)]
    assert sorted(future.result(10).repeated for future in futures) == [False] + [True] * 19
    store(table, batch(2, START + 10, look))
    assert store(table, batch(1, START, look)).repeated
    marks.marks.clear()
    assert asyncio.run(table.count_rows(ONE)) == 2


def test_another_content_is_a_conflict_and_harms_no_neighbour(table: SampleTable) -> None:
    store(table, batch(1, START, {("load.1m", ""): 1.0}))
    bad = table.submit_batch(batch(1, START, {("load.1m", ""): 9.0}, content="f"), 10)
    good = table.submit_batch(batch(2, START + 10, {("load.1m", ""): 2.0}), 10)
    with pytest.raises(Conflict) as conflict:
        bad.result(10)
    assert conflict.value.code == "sequence_conflict"
    assert not good.result(10).repeated
    assert asyncio.run(table.count_rows(ONE)) == 2


def test_marks_and_windows_that_fell_behind_are_raised_at_start(
    open_table: Callable[..., SampleTable], marks: MemoryMarks
) -> None:
    table = open_table()
    store(table, batch(1, START, {("load.1m", ""): 1.0}))
    before = dict(marks.marks)
    marks.windows.clear()
    store(table, batch(2, START + 400, {("load.1m", ""): 1.0}))
    store(table, batch(4, START + 800, {("load.1m", ""): 1.0}))
    marks.marks, marks.windows = before, set()
    again = open_table()
    (mark,) = marks.marks.values()
    assert (mark.sequence, mark.gaps) == (4, ((3, 3),))
    assert marks.windows == {Window(ONE, START + 300), Window(ONE, START + 600)}
    assert store(again, batch(4, START + 800, {("load.1m", ""): 1.0})).repeated
    assert asyncio.run(again.count_rows(ONE)) == 3


def test_rows_whose_mark_failed_are_not_stored_again(table: SampleTable, marks: MemoryMarks) -> None:
    marks.fail = True
    with pytest.raises(Unavailable):
        store(table, batch(1, START, {("load.1m", ""): 1.0}))
    marks.fail = False
    assert store(table, batch(1, START, {("load.1m", ""): 1.0})).repeated
    assert marks.windows == {Window(ONE, START)}
    assert asyncio.run(table.count_rows(ONE)) == 1


def test_a_large_batch_at_midnight_is_one_part(
    open_table: Callable[..., SampleTable], clients: TelemetryClients, clock: Clock
) -> None:
    clock.us = START * US - 1
    look: Look = {(f"m{n}", ""): 1.0 for n in range(20_000)}
    store(open_table(), batch(1, START + 5, look))
    parts = clients.rows("SELECT partition, rows FROM system.parts WHERE active AND table = 'samples'")
    assert parts == [("2026-09-20", 20_001)]


def test_a_clock_in_the_future_counts_as_the_time_of_receipt(table: SampleTable, clock: Clock) -> None:
    store(table, batch(1, NOON + 10**8, {("load.1m", ""): 1.0}))
    (last,) = asyncio.run(table.last(ONE, since_us=0))
    assert last.ts_us == clock.us


def test_gauges_are_means_and_holes_are_none(table: SampleTable) -> None:
    fill(table, [1.0, 3.0, 5.0, 7.0], "load.1m")
    store(table, batch(5, START + 75, {("load.1m", ""): 9.0}))
    assert values(table, Grid(START, 20, 5), "load.1m") == [2.0, 6.0, None, 9.0, None]


def test_rates_are_exact_over_restarts_and_holes(table: SampleTable) -> None:
    """+100 in 10 s; then a restart from zero that counted 50; then a hole of 30 s with +600."""
    fill(table, [1000.0, 1100.0, 50.0], "network.sent_bytes_total")
    store(table, batch(4, START + 50, {("network.sent_bytes_total", ""): 650.0}))
    assert values(table, Grid(START, 10, 6), "network.sent_bytes_total") == [
        None,
        10.0,
        5.0,
        None,
        None,
        20.0,
    ]


def test_the_first_rate_of_a_grid_looks_back(table: SampleTable) -> None:
    fill(table, [0.0, 100.0, 300.0], "disk.reads_total")
    assert values(table, Grid(START + 20, 10, 1), "disk.reads_total") == [20.0]


def test_series_are_told_apart_by_agent_metric_and_labels(table: SampleTable) -> None:
    store(table, batch(1, START, {("load.1m", ""): 1.0, ("cpu.core_percent", "core=0"): 2.0, ("x", ""): 9.0}))
    store(table, batch(1, START, {("load.1m", ""): 3.0}, agent=TWO))
    found = ask(table, Grid(START, 10, 1), "load.1m", "cpu.core_percent", agents=(ONE, TWO))
    assert {(s.key.agent_id, s.key.metric, s.key.labels): s.values for s in found} == {
        (ONE, "cpu.core_percent", "core=0"): [2.0],
        (ONE, "load.1m", ""): [1.0],
        (TWO, "load.1m", ""): [3.0],
    }
    assert ask(table, Grid(START, 10, 1), "nothing") == []
    assert ask(table, Grid(START, 10, 1), "load.1m", agents=()) == []


WAVE = [round(50 + 40 * math.sin(n / 7), 2) for n in range(200)]
RISE = [float(sum(range(n % 90))) for n in range(200)]
"""A counter that restarts twice."""


@pytest.mark.parametrize("rolled", [0, START + 900, START + 10**6])
@pytest.mark.parametrize(("metric", "data"), [("load.1m", WAVE), ("disk.reads_total", RISE)])
def test_rollups_and_samples_give_the_same_answer(
    table: SampleTable, metric: str, data: list[float], rolled: int
) -> None:
    fill(table, data, metric)
    grid = Grid(START + 300, 600, 3)
    expected = values(table, grid, metric, rolled=0)
    assert None not in expected
    table.roll_up([Window(ONE, START + n * WINDOW_S) for n in range(7)])
    assert values(table, grid, metric, rolled=rolled) == expected


def test_a_late_sample_changes_its_rollup(
    table: SampleTable, clients: TelemetryClients, clock: Clock
) -> None:
    fill(table, [10.0, 20.0], "load.1m")
    window = [Window(ONE, START)]
    table.roll_up(window)
    table.roll_up(window)
    grid = Grid(START, 300, 1)
    assert values(table, grid, "load.1m", rolled=START + 300) == [15.0]
    store(table, batch(3, START + 200, {("load.1m", ""): 60.0}))
    assert values(table, grid, "load.1m", rolled=START + 300) == [15.0]
    clock.us += 1
    table.roll_up(window)
    assert values(table, grid, "load.1m", rolled=START + 300) == [30.0]
    rolled = clients.rows(f"SELECT {COLUMNS} FROM rollups FINAL")
    assert rolled == clients.rows(windows_of_samples("1"))


def test_the_latest_roll_up_counts_though_the_clock_was_set_back(
    table: SampleTable, clients: TelemetryClients, clock: Clock
) -> None:
    fill(table, [10.0, 20.0], "load.1m")
    table.roll_up([Window(ONE, START)])
    store(table, batch(3, START + 200, {("load.1m", ""): 60.0}))
    clock.us -= 3600 * US
    table.roll_up([Window(ONE, START), Window(TWO, START + 300)])
    assert clients.rows(f"SELECT {COLUMNS} FROM rollups FINAL") == clients.rows(windows_of_samples("1"))


def test_only_the_named_windows_are_rolled_up(table: SampleTable, clients: TelemetryClients) -> None:
    fill(table, [1.0] * 100, "load.1m")
    store(table, batch(1, START, {("load.1m", ""): 1.0}, agent=TWO))
    table.roll_up([Window(ONE, START), Window(ONE, START + 600), Window(TWO, START + 300)])
    rows = clients.rows("SELECT agent_id, toUnixTimestamp(ts), samples FROM rollups ORDER BY ts")
    assert rows == [(ONE, START, 30), (ONE, START + 600, 30)]


def test_a_late_sample_harms_no_rollup_of_samples_that_are_gone(
    table: SampleTable, clients: TelemetryClients, clock: Clock
) -> None:
    """A window that had none before is made from late samples, however they come."""
    fill(table, [10.0, 20.0], "load.1m")
    window = [Window(ONE, START), Window(TWO, START)]
    table.roll_up(window)
    clock.us += 40 * 86_400 * US
    today = datetime.datetime.fromtimestamp(clock.us / US, datetime.UTC).date()
    assert len(drop_older_than(clients, "samples", today=today, days=30)) == 1
    store(table, batch(3, START + 200, {("load.1m", ""): 60.0, ("cpu.used_percent", ""): 7.0}))
    store(table, batch(1, START + 100, {("load.1m", ""): 1.0}, agent=TWO))
    table.roll_up(window)
    store(table, batch(2, START + 110, {("load.1m", ""): 3.0}, agent=TWO))
    table.roll_up(window)
    grid = Grid(START, 300, 1)
    assert values(table, grid, "load.1m", rolled=START + 300) == [15.0]
    assert values(table, grid, "cpu.used_percent", rolled=START + 300) == [7.0]
    (other,) = ask(table, grid, "load.1m", agents=(TWO,), rolled=START + 300)
    assert other.values == [2.0]
    assert asyncio.run(table.count_rows(ONE)) == 2


def test_samples_may_go_and_rollups_stay(table: SampleTable, clients: TelemetryClients, clock: Clock) -> None:
    fill(table, WAVE[:60], "load.1m")
    table.roll_up([Window(ONE, START), Window(ONE, START + 300)])
    today = datetime.datetime.fromtimestamp(clock.us / US + 40 * 86_400, datetime.UTC).date()
    assert len(drop_older_than(clients, "samples", today=today, days=30)) == 1
    grid = parse_grid(START * US, (START + 600) * US, interval_s=10, raw_since_s=START + 1000)
    assert values(table, grid, "load.1m", rolled=START + 600) == [
        round(sum(WAVE[:30]) / 30, 6),
        round(sum(WAVE[30:60]) / 30, 6),
    ]
