"""The core of metrics: the grid, the question, the rollup loop, the overview."""

import asyncio
import struct
from collections.abc import Collection, Sequence
from concurrent.futures import Future

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muster.core.ingest import BatchOutcome
from muster.core.metrics.grid import BUCKETS, MAX_SPAN_S, Grid, parse_grid
from muster.core.metrics.minutes import MINUTES
from muster.core.metrics.overview import CPU, STALE_RATE_S, TRAFFIC, UPTIME, Lines, Overview
from muster.core.metrics.ports import LastSample, SampleBatch, Series, SeriesKey, StaleWindow
from muster.core.metrics.questions import DAY_S, RECENT_US, Answer, Questions
from muster.core.metrics.rollup import SETTLE_S, WINDOWS_AT_ONCE, RollUp
from muster.core.metrics.shortages import (
    DISK,
    DISK_TOTAL,
    DISK_USED,
    MEMORY,
    MEMORY_AVAILABLE,
    Shortage,
)
from muster.errors import InvalidInput, Unavailable
from muster.model.batch import SAMPLES, BatchKey, SampleColumns
from muster.model.ids import AgentId, Epoch
from muster.model.mark import WINDOW_S, Window

US = 1_000_000
NOON = 1_790_000_040
"""A whole minute (Unix seconds) that is no start of a window."""

ONE, TWO = AgentId("1" * 32), AgentId("2" * 32)
YEARS_S = 253_402_300_799

spans = st.tuples(st.integers(0, YEARS_S * US), st.integers(1, MAX_SPAN_S * US))
intervals = st.sampled_from([0.2, 1, 1.5, 7, 10, 60, 299, 300, 301, 3600, 86_400])


@given(spans, intervals, st.sampled_from([0, NOON, YEARS_S]))
@example((YEARS_S // 300 * 300 * US, 300 * US + 1), 300, 0)
def test_a_grid_covers_its_span_in_few_aligned_buckets(
    span: tuple[int, int], interval_s: float, raw_since_s: int
) -> None:
    from_us, to_us = span[0], span[0] + span[1]
    grid = parse_grid(from_us, to_us, interval_s=interval_s, raw_since_s=raw_since_s)
    assert grid.start_s % grid.step_s == 0
    assert grid.start_s * US <= from_us < (grid.start_s + grid.step_s) * US
    assert (grid.end_s - grid.step_s) * US < to_us <= grid.end_s * US
    assert 1 <= grid.count <= 1.5 * BUCKETS + 2
    assert grid.step_s >= interval_s
    if from_us < raw_since_s * US or grid.step_s >= WINDOW_S or to_us - from_us >= 86_400 * US:
        assert grid.is_rolled


@pytest.mark.parametrize(
    ("span_s", "interval_s", "step_s"),
    [
        (600, 10, 10),
        (3000, 10, 10),
        (3001, 10, 20),
        (60, 60, 60),
        (60, 0.5, 1),
        (60, 1.5, 2),
        (86_399, 10, 290),
        (86_400, 10, 300),
        (90_001, 10, 300),
        (36 * 3600, 10, 300),
        (39 * 3600, 10, 600),
        (7 * 86_400, 10, 2100),
        (86_400, 301, 600),
        (60, 3601, 3900),
    ],
)
def test_the_length_of_a_bucket(span_s: int, interval_s: float, step_s: int) -> None:
    grid = parse_grid(NOON * US, (NOON + span_s) * US, interval_s=interval_s, raw_since_s=0)
    assert grid.step_s == step_s


def test_where_samples_are_gone_buckets_are_whole_windows() -> None:
    span = {"from_us": NOON * US, "to_us": (NOON + 600) * US, "interval_s": 10.0}
    assert parse_grid(**span, raw_since_s=NOON).step_s == 10  # type: ignore[arg-type]
    assert parse_grid(**span, raw_since_s=NOON + 1).step_s == WINDOW_S  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("from_us", "to_us", "field"),
    [(1, 1, "to"), (2, 1, "to"), (0, MAX_SPAN_S * US + US, "from"), (0, YEARS_S * US, "from")],
)
def test_a_wrong_span_names_the_field(from_us: int, to_us: int, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_grid(from_us, to_us, interval_s=10, raw_since_s=0)
    assert refused.value.field == field


class MemoryWindows:
    """A WindowStore in memory; a touched window gets another revision."""

    def __init__(self) -> None:
        self.stale: dict[Window, int] = {}
        self.revision = 0

    def touch(self, *windows: Window) -> None:
        for window in windows:
            self.revision += 1
            self.stale[window] = self.revision

    def load_stale(self, *, before_s: int, limit: int) -> list[StaleWindow]:
        rows = sorted((w.start_s, w.agent_id, r) for w, r in self.stale.items() if w.start_s < before_s)
        return [StaleWindow(Window(AgentId(agent), start_s), r) for start_s, agent, r in rows[:limit]]

    def forget_stale(self, windows: Sequence[StaleWindow]) -> None:
        for window, revision in windows:
            if self.stale.get(window) == revision:
                del self.stale[window]

    async def oldest_stale(self, agents: Collection[AgentId]) -> int | None:
        return min((w.start_s for w in self.stale if w.agent_id in agents), default=None)


class MemorySamples:
    """A SampleStore that answers what it was given and remembers how it was asked."""

    def __init__(self, *series: Series) -> None:
        self.series = series
        self.asked: list[tuple[Collection[AgentId], Collection[str], Grid, int]] = []
        self.last_since_us: list[int] = []

    def submit_batch(self, batch: SampleBatch, size_bytes: int) -> "Future[BatchOutcome]":
        raise NotImplementedError

    async def buckets(
        self, agents: Collection[AgentId], metrics: Collection[str], grid: Grid, *, rolled_until_s: int
    ) -> list[Series]:
        self.asked.append((agents, metrics, grid, rolled_until_s))
        return [s for s in self.series if s.key.agent_id in agents and s.key.metric in metrics]

    async def last(self, agent_id: AgentId, *, since_us: int) -> list[LastSample]:
        self.last_since_us.append(since_us)
        return []

    async def count_rows(self, agent_id: AgentId) -> int:
        return 0


def questions(samples: MemorySamples, windows: MemoryWindows) -> Questions:
    return Questions(samples, windows, interval_s=10, raw_days=lambda: 30, now_us=lambda: NOON * US)


def rolled_until(windows: MemoryWindows, span_s: int) -> int:
    """Ask for a span that ends now; return until when rollups answer, in seconds before now."""
    samples = MemorySamples()
    times = {"from_us": (NOON - span_s) * US, "to_us": NOON * US}
    answer = asyncio.run(questions(samples, windows).over_time({ONE}, {CPU}, **times))
    ((agents, metrics, grid, rolled_until_s),) = samples.asked
    assert (agents, metrics, answer) == ({ONE}, {CPU}, Answer(grid, []))
    return NOON - rolled_until_s if rolled_until_s < grid.end_s else 0


def test_rollups_answer_up_to_the_first_window_that_is_out_of_date() -> None:
    windows, this = MemoryWindows(), NOON // WINDOW_S * WINDOW_S
    assert rolled_until(windows, 7 * DAY_S) == 0
    windows.touch(Window(TWO, this - 9000))
    assert rolled_until(windows, 7 * DAY_S) == 0
    windows.touch(Window(ONE, this - 3000), Window(ONE, this - 600))
    assert rolled_until(windows, 7 * DAY_S) == NOON - this + 3000


def test_rollups_answer_wherever_samples_may_be_gone() -> None:
    windows, kept = MemoryWindows(), NOON - 30 * DAY_S
    windows.touch(Window(ONE, kept // WINDOW_S * WINDOW_S - 5 * DAY_S))
    assert rolled_until(windows, 60 * DAY_S) == NOON - kept // WINDOW_S * WINDOW_S


@pytest.mark.parametrize(
    ("from_s", "interval_s", "step_s"),
    [(NOON - 600, None, 10), (NOON - 600, 60.0, 60), (NOON - 31 * DAY_S, None, WINDOW_S)],
)
def test_a_bucket_is_as_long_as_asked_or_as_what_is_kept(
    from_s: int, interval_s: float | None, step_s: int
) -> None:
    samples = MemorySamples()
    times = {"from_us": from_s * US, "to_us": (from_s + 600) * US}
    asyncio.run(questions(samples, MemoryWindows()).over_time({ONE}, {CPU}, **times, interval_s=interval_s))
    assert [grid.step_s for _, _, grid, _ in samples.asked] == [step_s]


def test_newest_values_are_of_the_last_15_minutes() -> None:
    samples = MemorySamples()
    asyncio.run(questions(samples, MemoryWindows()).last(ONE))
    assert samples.last_since_us == [NOON * US - RECENT_US]


class Rollups:
    """A RollupStore that notes what it was told, and can fail or be overtaken."""

    def __init__(self, windows: MemoryWindows) -> None:
        self.windows = windows
        self.rolled: list[list[Window]] = []
        self.fails = False
        self.overtaken: list[Window] = []

    def roll_up(self, windows: Sequence[Window]) -> None:
        if self.fails:
            raise Unavailable("the disk is gone")
        self.rolled.append(list(windows))
        self.windows.touch(*self.overtaken)
        self.overtaken = []


def test_a_window_is_rolled_up_once_it_is_over_and_settled() -> None:
    windows, start_s = MemoryWindows(), NOON // 300 * 300
    windows.touch(Window(ONE, start_s), Window(TWO, start_s), Window(ONE, start_s + WINDOW_S))
    rollups = Rollups(windows)
    now_s = float(start_s + WINDOW_S + SETTLE_S)
    early = RollUp(windows, rollups, now_s=lambda: now_s - 0.1)
    assert early.run() == 0
    assert RollUp(windows, rollups, now_s=lambda: now_s).run() == 2
    assert rollups.rolled == [[Window(ONE, start_s), Window(TWO, start_s)]]
    assert set(windows.stale) == {Window(ONE, start_s + WINDOW_S)}
    assert RollUp(windows, rollups, now_s=lambda: now_s).run() == 0


def test_a_window_that_gets_samples_meanwhile_stays_out_of_date() -> None:
    windows, window = MemoryWindows(), Window(ONE, 0)
    windows.touch(window)
    rollups = Rollups(windows)
    rollups.overtaken = [window]
    job = RollUp(windows, rollups, now_s=lambda: float(NOON))
    assert job.run() == 1
    assert set(windows.stale) == {window}
    assert job.run() == 1
    assert windows.stale == {}


def test_nothing_is_forgotten_when_rolling_up_fails() -> None:
    windows = MemoryWindows()
    windows.touch(Window(ONE, 0))
    rollups = Rollups(windows)
    rollups.fails = True
    with pytest.raises(Unavailable):
        RollUp(windows, rollups, now_s=lambda: float(NOON)).run()
    assert set(windows.stale) == {Window(ONE, 0)}


def test_a_backlog_is_rolled_up_in_pieces_the_oldest_first() -> None:
    windows = MemoryWindows()
    backlog = [Window(ONE, n * WINDOW_S) for n in range(WINDOWS_AT_ONCE + 1)]
    windows.touch(*reversed(backlog))
    rollups = Rollups(windows)
    assert RollUp(windows, rollups, now_s=lambda: float(NOON)).run() == len(backlog)
    assert rollups.rolled == [backlog[:-1], backlog[-1:]]


Look = dict[tuple[str, str], float]
RECEIVED, SENT = TRAFFIC


def look(at_s: float, values: Look, *, agent: AgentId = ONE) -> SampleBatch:
    columns = SampleColumns(
        ts_us=round(at_s * US),
        metrics=[metric for metric, _ in values],
        labels=[labels for _, labels in values],
        values=struct.pack(f"<{len(values)}d", *values.values()),
    )
    return SampleBatch(BatchKey(agent, SAMPLES, Epoch("e" * 32), 1), "0" * 64, columns)


@pytest.fixture
def overview() -> Overview:
    return Overview()


def traffic(received: float, sent: float = 0.0, interface: str = "eth0") -> Look:
    return {(RECEIVED, f"interface={interface}"): received, (SENT, f"interface={interface}"): sent}


def rate(overview: Overview) -> float | None:
    now = overview.now(ONE)
    assert now is not None
    return now.network_bytes_per_s


def lines(overview: Overview, at_s: float) -> Lines:
    found = overview.lines(ONE, now_us=round(at_s * US))
    assert found is not None
    return found


def test_now_is_what_the_last_look_saw(overview: Overview) -> None:
    full: Look = {
        (CPU, ""): 50.0,
        (MEMORY, ""): 60.0,
        (UPTIME, ""): 70.0,
        ("cpu.core_percent", "core=0"): 9.0,
    }
    disks: Look = {(DISK, f"mountpoint=/{n}"): value for n, value in enumerate((10.0, 90.0, 40.0))}
    overview.note([look(NOON, full | disks)])
    now = overview.now(ONE)
    assert now is not None
    assert (now.ts_us, now.cpu_percent, now.memory_percent) == (NOON * US, 50.0, 60.0)
    assert (now.disk_percent, now.uptime_s, now.network_bytes_per_s) == (90.0, 70.0, None)
    overview.note([look(NOON + 1, {(CPU, ""): 51.0})])
    now = overview.now(ONE)
    assert now is not None
    assert (now.cpu_percent, now.memory_percent, now.disk_percent, now.uptime_s) == (51.0, None, None, None)
    assert overview.now(TWO) is None


def test_an_older_look_is_left_out(overview: Overview) -> None:
    overview.note(
        [look(NOON, {(CPU, ""): 1.0}), look(NOON - 1, {(CPU, ""): 2.0}), look(NOON, {(CPU, ""): 3.0})]
    )
    now = overview.now(ONE)
    assert now is not None
    assert now.cpu_percent == 1.0
    assert [value for value in lines(overview, NOON).cpu if value is not None] == [1.0]


def test_what_a_metric_runner_sees_is_no_look_of_the_machine(overview: Overview) -> None:
    overview.note([look(NOON, {(CPU, ""): 50.0})])
    overview.note([look(NOON + 1, {(CPU, "runner=often"): 99.0})])
    now = overview.now(ONE)
    assert now is not None
    assert (now.ts_us, now.cpu_percent) == (NOON * US, 50.0)


def test_traffic_is_the_rise_of_all_counters_per_second(overview: Overview) -> None:
    overview.note([look(NOON, traffic(1000.0, 500.0) | traffic(7.0, 7.0, "lo"))])
    assert rate(overview) is None
    overview.note([look(NOON + 10, traffic(1100.0, 600.0) | traffic(17.0, 7.0, "lo"))])
    assert rate(overview) == 21.0
    overview.note([look(NOON + 20, traffic(50.0, 700.0))])
    assert rate(overview) == 15.0
    overview.note([look(NOON + 30, traffic(60.0, 700.0) | traffic(10**9, 0.0, "new0"))])
    assert rate(overview) == 1.0
    overview.note([look(NOON + 40, {(CPU, ""): 1.0})])
    assert rate(overview) is None


def test_over_an_outage_there_is_no_rate(overview: Overview) -> None:
    overview.note([look(NOON, traffic(0.0))])
    overview.note([look(NOON + STALE_RATE_S, traffic(1200.0))])
    assert rate(overview) == 10.0
    overview.note([look(NOON + 2 * STALE_RATE_S + 0.001, traffic(2400.0))])
    assert rate(overview) is None


def test_sparklines_are_means_by_minute_the_newest_last(overview: Overview) -> None:
    for second, value in ((0, 10.0), (30, 20.0), (60, 30.0), (240, 50.0)):
        overview.note([look(NOON + second, {(CPU, ""): value})])
    cpu = lines(overview, NOON + 299).cpu
    assert len(cpu) == MINUTES
    assert cpu[-5:] == [15.0, 30.0, None, None, 50.0]
    assert cpu[:-5] == [None] * (MINUTES - 5)
    later = lines(overview, NOON + (MINUTES + 3) * 60)
    assert later.cpu == [50.0 if n == 0 else None for n in range(MINUTES)]


def test_a_minute_of_half_an_hour_ago_does_not_mix_with_this_one(overview: Overview) -> None:
    overview.note([look(NOON, {(CPU, ""): 10.0})])
    overview.note([look(NOON + MINUTES * 60, {(CPU, ""): 90.0})])
    assert lines(overview, NOON + MINUTES * 60).cpu == [None] * (MINUTES - 1) + [90.0]


def series(metric: str, labels: str, values: dict[int, float]) -> Series:
    """Return a series of half an hour, by minutes before the one that runs."""
    return Series(SeriesKey(ONE, metric, labels), [values.get(MINUTES - 1 - n) for n in range(MINUTES)])


def test_after_a_start_the_history_comes_from_the_store(overview: Overview) -> None:
    store = MemorySamples(
        series(CPU, "", {1: 11.0, 0: 10.0}),
        series(MEMORY, "", {2: 22.0}),
        series(RECEIVED, "interface=a", {3: 5.0}),
        series(SENT, "interface=b", {3: 6.0, 4: 1.0}),
        series(DISK, "mountpoint=/", {0: 40.0, 1: 50.0}),
        series(DISK, "mountpoint=/var", {0: 60.0, 1: 10.0}),
    )
    asyncio.run(overview.load(store, [ONE, TWO], now_us=(NOON + 59) * US))
    assert {grid for _, _, grid, _ in store.asked} == {Grid(NOON + 60 - MINUTES * 60, 60, MINUTES)}
    assert overview.now(ONE) is None
    found = lines(overview, NOON + 59)
    assert found.cpu[-3:] == [None, 11.0, 10.0]
    assert found.memory[-3] == 22.0
    assert found.disk[-3:] == [None, 50.0, 60.0]
    assert found.network[-5:] == [1.0, 11.0, None, None, None]


def test_what_came_while_the_history_was_read_is_kept(overview: Overview) -> None:
    overview.note([look(NOON, {(CPU, ""): 90.0})])
    store = MemorySamples(series(CPU, "", {0: 10.0, 1: 20.0}))
    asyncio.run(overview.load(store, [ONE], now_us=NOON * US))
    now = overview.now(ONE)
    assert now is not None
    assert now.cpu_percent == 90.0
    assert lines(overview, NOON).cpu[-3:] == [None, 20.0, 90.0]


def full(mountpoint: str, percent: float, total: float = 1000.0) -> Look:
    labels = f"mountpoint={mountpoint}"
    return {
        (DISK, labels): percent,
        (DISK_TOTAL, labels): total,
        (DISK_USED, labels): total * percent / 100,
    }


def test_what_is_nearly_full_is_kept_with_the_first_look_of_the_row(overview: Overview) -> None:
    memory: Look = {(MEMORY, ""): 96.0, (MEMORY_AVAILABLE, ""): 7.0}
    overview.note([look(NOON, full("/", 89.9) | full("/var", 90.0))])
    overview.note([look(NOON + 10, full("/", 95.0) | full("/var", 91.0) | memory)])
    now = overview.now(ONE)
    assert now is not None
    assert now.step_us == 10 * US
    assert now.shortages == (
        Shortage("", 96.0, 7.0, (NOON + 10) * US),
        Shortage("/", 95.0, 50.0, (NOON + 10) * US),
        Shortage("/var", 91.0, 90.0, NOON * US, is_older=True),
    )
    overview.note([look(NOON + 20, full("/", 50.0) | full("/var", 91.0))])
    overview.note([look(NOON + 30, full("/", 95.0) | {(DISK, "mountpoint=/x"): 99.0})])
    now = overview.now(ONE)
    assert now is not None
    assert now.shortages == (
        Shortage("/x", 99.0, None, (NOON + 30) * US),
        Shortage("/", 95.0, 50.0, (NOON + 30) * US),
    )
