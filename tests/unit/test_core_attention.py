"""What needs a person: each kind when it should and not when not, thresholds, lines, and one look for all."""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Collection, Sequence

import msgspec
import pytest

from muster.core.attention.finding import Amount, Finding, Kind, Severity, Subject
from muster.core.attention.lines import ALONE, MAX_LINES, SUBJECTS, to_lines
from muster.core.attention.machines import LOSS_S
from muster.core.attention.ports import Disk, LevelCount, Span
from muster.core.attention.spikes import LEVELS, find_spikes
from muster.core.attention.watch import FRESH_S, FRESH_SPIKES_S, Attention, Overall
from muster.core.fleet.collection import Collection as Samples
from muster.core.fleet.collection import set_collection
from muster.core.fleet.edits import delete_agents
from muster.core.fleet.runners import Order, Target, order_runners
from muster.core.metrics.grid import parse_grid
from muster.core.metrics.overview import Overview
from muster.core.metrics.ports import SampleBatch, Series, SeriesKey
from muster.core.metrics.questions import Answer
from muster.errors import Unavailable
from muster.model.batch import SAMPLES, BatchKey, SampleColumns
from muster.model.desired import ConfigName, RunnerState, RunnerStatus
from muster.model.ids import AgentId, Epoch, StreamName
from muster.model.link import StreamLedger
from muster.model.release import Target as System
from muster.model.release import UpgradeState, UpgradeStatus
from tests.unit.test_core_fleet import FACTS, request
from tests.unit.test_core_fleet_desired import Site

US = 1_000_000
MINUTE_US = 60 * US
ROOMY = Disk(1_000, 900)
LEDGER = StreamLedger(
    stream=StreamName("samples"),
    collected=0,
    dropped=0,
    spooled=0,
    thinned=0,
    quarantined=0,
    acknowledged=0,
    waiting=0,
    waiting_bytes=0,
)
DISK, TOTAL, USED = "disk.used_percent", "disk.total_bytes", "disk.used_bytes"
MEMORY = "memory.used_percent"


class MemoryLevels:
    """A LevelStore with the errors of some minutes, and a count of the questions."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, int, int]] = []
        self.asked = 0
        self.fails = False

    async def count_levels(
        self, levels: Collection[str], spans: Sequence[Span], *, agents: Collection[AgentId] | None = None
    ) -> list[LevelCount]:
        assert levels == LEVELS
        self.asked += 1
        if self.fails:
            raise Unavailable("gone")
        found = []
        for agent, runner in sorted({row[:2] for row in self.rows}):
            own = [row[2:] for row in self.rows if row[:2] == (agent, runner)]
            own = [(at, count) for at, count in own if any(s.from_us <= at < s.to_us for s in spans)]
            if own and (agents is None or agent in agents):
                sums = tuple(
                    sum(count for at, count in own if span.from_us <= at < span.to_us) for span in spans
                )
                found.append(LevelCount(AgentId(agent), runner, sums, min(at for at, _ in own)))
        return found


class MemoryHistory:
    """A ValueHistory of samples (time in microseconds, series, value), and a count of the questions."""

    def __init__(self) -> None:
        self.samples: list[tuple[int, SeriesKey, float]] = []
        self.asked = 0
        self.fails = False

    async def over_time(
        self, agents: Collection[AgentId], metrics: Collection[str], *, from_us: int, to_us: int
    ) -> Answer:
        self.asked += 1
        if self.fails:
            raise Unavailable("gone")
        grid = parse_grid(from_us, to_us, interval_s=10, raw_since_s=0)
        values: dict[SeriesKey, list[list[float]]] = {}
        for ts_us, key, value in self.samples:
            at = (ts_us // US - grid.start_s) // grid.step_s
            if key.agent_id in agents and key.metric in metrics and 0 <= at < grid.count:
                values.setdefault(key, [[] for _ in range(grid.count)])[at].append(value)
        return Answer(
            grid,
            [
                Series(key, [sum(each) / len(each) if each else None for each in buckets])
                for key, buckets in values.items()
            ],
        )


class Watched:
    """A fleet that is watched: agents, what they say, and the clock."""

    def __init__(self) -> None:
        self.site = Site()
        self.site.clock.s = 1_000_000.0
        self.overview = Overview()
        self.levels = MemoryLevels()
        self.disk: Disk | None = ROOMY
        self.history = MemoryHistory()
        self.attention = Attention(
            self.site.fleet,
            self.overview,
            self.levels,
            self.read_disk,
            self.history,
            now_us=lambda: self.now_us,
            monotonic_s=self.site.clock,
        )

    @property
    def now_us(self) -> int:
        return round(self.site.clock.s * US)

    def read_disk(self) -> Disk:
        if self.disk is None:
            raise OSError("no such disk")
        return self.disk

    async def enrol(self, hostname: str = "web1") -> AgentId:
        facts = msgspec.structs.replace(FACTS, hostname=hostname)
        agent = (await self.site.fleet.enrol(facts, "")).agent_id
        await self.say(agent)
        return agent

    async def say(self, agent: AgentId, *, skew_s: float = 0, **more: object) -> None:
        self.site.fleet.presence.touch(agent)
        message = request(**more)  # type: ignore[arg-type]
        sent_us = self.now_us + round(skew_s * US)
        await self.site.check_in(agent, msgspec.structs.replace(message, sent_us=sent_us))

    def look(self, agent: AgentId, values: dict[tuple[str, str], float]) -> None:
        columns = SampleColumns(
            ts_us=self.now_us,
            metrics=[metric for metric, _ in values],
            labels=[labels for _, labels in values],
            values=struct.pack(f"<{len(values)}d", *values.values()),
        )
        for (metric, labels), value in values.items():
            self.history.samples.append((self.now_us, SeriesKey(agent, metric, labels), value))
        key = BatchKey(agent, SAMPLES, Epoch("e" * 32), 1)
        self.overview.note([SampleBatch(key, "0" * 64, columns)])

    async def after(self, seconds: float, *alive: AgentId) -> Overall:
        """Return what is told some seconds later; these agents have said something just then."""
        self.site.clock.s += seconds
        for agent in alive:
            self.site.fleet.presence.touch(agent)
        return await self.attention.overall()

    async def kinds(self, seconds: float, *alive: AgentId) -> list[tuple[Kind, Severity]]:
        return [(line.kind, line.severity) for line in (await self.after(seconds, *alive)).lines]


Work = Callable[[Watched], Awaitable[None]]


def run(work: Work) -> None:
    asyncio.run(work(Watched()))  # type: ignore[arg-type]


def test_a_calm_fleet_has_no_line() -> None:
    async def work(watched: Watched) -> None:
        assert await watched.after(0) == Overall(
            server_us=watched.now_us, machines=0, online=0, lines=[], left_out=0, unknown=[]
        )
        agent = await watched.enrol()
        watched.look(agent, {(DISK, "mountpoint=/"): 89.99, (MEMORY, ""): 94.99})
        overall = await watched.after(100, agent)
        assert (overall.machines, overall.online, overall.lines) == (1, 1, [])

    run(work)


@pytest.mark.parametrize(
    ("silent_s", "expected"),
    [(59, []), (60, [Severity.WARNING]), (299, [Severity.WARNING]), (300, [Severity.CRITICAL])],
)
def test_a_silent_agent_is_told_after_a_minute_and_grave_after_five(
    silent_s: float, expected: list[Severity]
) -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        seen_us = watched.now_us
        lines = (await watched.after(silent_s)).lines
        assert [line.severity for line in lines] == expected
        for line in lines:
            assert (line.kind, line.since_us) == (Kind.SILENT, seen_us)
            assert line.subjects == [Subject(agent_id=agent, hostname="web1")]
        assert await watched.kinds(FRESH_S, agent) == []

    run(work)


def test_after_a_start_agents_have_time_to_come_back() -> None:
    async def work(watched: Watched) -> None:
        await watched.enrol()
        watched.site.clock.s += 3_600
        restarted = Attention(
            watched.site.fleet,
            watched.overview,
            watched.levels,
            watched.read_disk,
            watched.history,
            now_us=lambda: watched.now_us,
            monotonic_s=watched.site.clock,
        )
        assert (await restarted.overall()).lines == []
        watched.site.clock.s += 60
        [line] = (await restarted.overall()).lines
        assert (line.kind, line.since_us) == (Kind.SILENT, watched.now_us - 3_660 * US)

    run(work)


def test_a_deleted_agent_is_nobody() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        await watched.site.steering.change(
            lambda draft: delete_agents(draft, [(agent, "")], now_us=1), by="", action="", agents=[agent]
        )
        assert (await watched.after(1_000)).machines == 0

    run(work)


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(89.99, []), (90.0, [Severity.WARNING]), (96.99, [Severity.WARNING]), (97.0, [Severity.CRITICAL])],
)
def test_a_disk_is_told_with_its_mount_and_what_is_free(percent: float, expected: list[Severity]) -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        root = "mountpoint=/"
        watched.look(agent, {(DISK, root): percent, (TOTAL, root): 1000.0, (USED, root): 900.0})
        lines = (await watched.after(1, agent)).lines
        assert [line.severity for line in lines] == expected
        for line in lines:
            assert line.subjects == [Subject(agent_id=agent, hostname="web1", mountpoint="/")]
            assert line.since_us == watched.now_us - US
            assert line.amounts == [Amount("used", percent, "percent"), Amount("free", 100.0, "bytes")]
        assert await watched.kinds(1_000) == [(Kind.SILENT, Severity.CRITICAL)]

    run(work)


DAY_S = 86_400


@pytest.mark.parametrize("hours", [0.5, 1, 3, 200])
def test_a_disk_that_was_full_before_a_start_is_so_since_its_samples_say(hours: float) -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        key = SeriesKey(agent, DISK, "mountpoint=/")
        began_us = watched.now_us - int(hours * 3_600) * US
        for back_s in range(0, int((hours + 12) * 3_600), 60):
            ts_us = watched.now_us - back_s * US
            watched.history.samples.append((ts_us, key, 95.0 if ts_us >= began_us else 40.0))
        watched.history.samples.append((began_us + US, SeriesKey(agent, DISK, "mountpoint=/boot"), 10.0))
        watched.look(agent, {(DISK, "mountpoint=/"): 95.0})
        [line] = (await watched.after(1, agent)).lines
        assert line.since_us is not None
        assert 0 <= line.since_us - began_us + 60 * US <= 120 * US
        asked = watched.history.asked
        assert (await watched.after(FRESH_S, agent)).lines[0].since_us == line.since_us
        assert watched.history.asked == asked
        [of_machine] = await watched.attention.of(watched.site.fleet.get(agent))
        assert of_machine == line

    run(work)


def test_a_disk_that_was_full_in_all_samples_is_so_since_the_first() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        first_us = watched.now_us - DAY_S * US
        watched.history.samples.append((first_us, SeriesKey(agent, DISK, "mountpoint=/"), 95.0))
        watched.look(agent, {(DISK, "mountpoint=/"): 95.0})
        [line] = (await watched.after(1, agent)).lines
        assert line.since_us is not None
        assert abs(line.since_us - first_us) <= 60 * US

    run(work)


def test_a_beginning_that_cannot_be_found_is_left_open_and_looked_for_again() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        watched.history.fails = True
        watched.look(agent, {(DISK, "mountpoint=/"): 95.0})
        [line] = (await watched.after(1, agent)).lines
        assert line.since_us is None
        watched.history.fails = False
        [line] = (await watched.after(FRESH_S, agent)).lines
        assert line.since_us is not None

    run(work)


def test_memory_is_told_once_it_was_full_for_five_minutes() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        full = {(MEMORY, ""): 95.0}
        watched.look(agent, full)
        assert await watched.kinds(299, agent) == []
        watched.look(agent, full)
        assert await watched.kinds(FRESH_S, agent) == [(Kind.MEMORY, Severity.WARNING)]
        watched.look(agent, {(MEMORY, ""): 99.0})
        assert await watched.kinds(FRESH_S, agent) == [(Kind.MEMORY, Severity.CRITICAL)]
        watched.look(agent, {(MEMORY, ""): 94.0})
        watched.site.clock.s += 1
        watched.look(agent, full)
        assert await watched.kinds(FRESH_S, agent) == []

    run(work)


def test_samples_that_stay_away_are_told_after_five_of_their_intervals() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        watched.look(agent, {(MEMORY, ""): 1.0})
        assert await watched.kinds(10_000, agent) == []
        watched.site.clock.s += 60
        watched.look(agent, {(MEMORY, ""): 1.0})
        watched.site.clock.s += 60
        watched.look(agent, {(MEMORY, ""): 1.0})
        assert await watched.kinds(300, agent) == []
        lines = (await watched.after(FRESH_S, agent)).lines
        assert [(line.kind, line.amounts) for line in lines] == [
            (Kind.NO_SAMPLES, [Amount("interval", 60.0, "s")])
        ]
        await watched.site.steering.change(
            lambda draft: set_collection(draft, Samples(is_open=False)), by="", action=""
        )
        watched.site.clock.s += FRESH_S
        said = watched.site.fleet.desired.of(agent).version
        await watched.say(agent, applied=said, runners=[])
        assert await watched.kinds(FRESH_S, agent) == []

    run(work)


def runner(state: RunnerState, **more: object) -> RunnerStatus:
    return RunnerStatus(name=ConfigName("nginx"), state=state, config_us=1, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (RunnerState.FAILED, [Severity.CRITICAL]),
        (RunnerState.UNKNOWN, [Severity.WARNING]),
        (RunnerState.RUNNING, []),
        (RunnerState.STOPPED, []),
    ],
)
def test_a_failing_runner_is_told_with_its_reason(state: RunnerState, expected: list[Severity]) -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        await watched.site.give(agent, "nginx")
        version = watched.site.fleet.desired.of(agent).version
        said = runner(state, reason="no such file", since_us=5)
        await watched.say(agent, applied=version, runners=[said])
        lines = (await watched.after(0)).lines
        assert [line.severity for line in lines] == expected
        for line in lines:
            assert (line.kind, line.reason, line.since_us) == (Kind.RUNNER, "no such file", 5)
            assert line.subjects == [Subject(agent_id=agent, hostname="web1", runner="nginx")]

    run(work)


def test_a_runner_that_should_not_run_may_fail() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        failed = [runner(RunnerState.FAILED)]
        await watched.say(agent, runners=failed)
        assert await watched.kinds(0) == []
        await watched.site.give(agent, "nginx")
        target = Target("nginx", agent)
        await watched.site.steering.change(
            lambda draft: order_runners(draft, Order.STOP, [target]), by="", action=""
        )
        version = watched.site.fleet.desired.of(agent).version
        await watched.say(agent, applied=version, runners=failed)
        assert await watched.kinds(FRESH_S) == []

    run(work)


def test_the_last_error_stands_in_for_a_reason() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        await watched.site.give(agent, "nginx")
        version = watched.site.fleet.desired.of(agent).version
        await watched.say(
            agent, applied=version, runners=[runner(RunnerState.FAILED, errors=["first", "last"])]
        )
        [line] = (await watched.after(0)).lines
        assert (line.reason, line.since_us) == ("last", None)

    run(work)


def test_lost_rows_are_told_for_a_day_and_old_losses_are_not() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        watched.site.fleet._ledgers[agent] = [msgspec.structs.replace(LEDGER, quarantined=7)]
        await watched.say(agent, ledger=[msgspec.structs.replace(LEDGER, quarantined=7)])
        assert await watched.kinds(0) == []
        await watched.say(agent, ledger=[msgspec.structs.replace(LEDGER, quarantined=7, thinned=5)])
        [line] = (await watched.after(FRESH_S, agent)).lines
        assert (line.severity, line.amounts) == (Severity.WARNING, [Amount("thinned", 5.0, "rows")])
        await watched.say(agent, ledger=[msgspec.structs.replace(LEDGER, quarantined=9, thinned=5)])
        lost_us = watched.now_us
        [line] = (await watched.after(LOSS_S, agent)).lines
        assert (line.kind, line.severity) == (Kind.LOSS, Severity.CRITICAL)
        assert line.amounts == [Amount("quarantined", 2.0, "rows"), Amount("thinned", 5.0, "rows")]
        assert line.since_us is not None
        assert line.since_us < lost_us
        assert await watched.kinds(FRESH_S, agent) == []

    run(work)


def test_a_configuration_that_is_not_taken_over_is_told_after_a_minute() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        await watched.site.give(agent, "nginx")
        assert await watched.kinds(61, agent) == []
        await watched.say(agent)
        told_us = watched.now_us
        assert await watched.kinds(60, agent) == []
        await watched.say(agent)
        [line] = (await watched.after(FRESH_S, agent)).lines
        assert (line.kind, line.severity, line.since_us) == (Kind.CONFIG, Severity.WARNING, told_us)
        version = watched.site.fleet.desired.of(agent).version
        await watched.say(agent, applied=version, runners=[])
        assert await watched.kinds(FRESH_S, agent) == []

    run(work)


def test_a_failed_upgrade_is_told_with_version_and_reason() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        system = System(os="linux", arch="x86_64", python="cp311")
        said = UpgradeStatus(target=system, can_upgrade=True, version="1.2.0", reason="it did not check in")
        for state, expected in (
            (UpgradeState.TRYING, []),
            (UpgradeState.FAILED, [(Kind.UPGRADE, "it did not check in", "1.2.0")]),
            (UpgradeState.DONE, []),
        ):
            await watched.say(agent, upgrade=msgspec.structs.replace(said, state=state))
            lines = (await watched.after(FRESH_S, agent)).lines
            assert [(x.kind, x.reason, x.subjects[0].version) for x in lines] == expected

    run(work)


@pytest.mark.parametrize(("skew_s", "is_told"), [(60, False), (-60, False), (60.1, True), (-3600, True)])
def test_a_wrong_clock_is_told_either_way(skew_s: float, is_told: bool) -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        await watched.say(agent, skew_s=skew_s)
        lines = (await watched.after(0)).lines
        assert [(line.kind, line.amounts) for line in lines] == (
            [(Kind.CLOCK, [Amount("skew", skew_s, "s")])] if is_told else []
        )

    run(work)


@pytest.mark.parametrize(
    ("free", "expected"),
    [(101, []), (100, [Severity.WARNING]), (31, [Severity.WARNING]), (30, [Severity.CRITICAL])],
)
def test_the_servers_own_disk_comes_first(free: int, expected: list[Severity]) -> None:
    async def work(watched: Watched) -> None:
        watched.disk = Disk(1_000, free)
        await watched.enrol()
        lines = (await watched.after(60)).lines
        assert [line.severity for line in lines if line.kind is Kind.SERVER_DISK] == expected
        for line in lines[: len(expected)]:
            assert line.subjects == [Subject()]
            assert line.amounts[1] == Amount("free", float(free), "bytes")

    run(work)


NOON_US = 1_790_000_040 * US


def spikes(*rows: tuple[str, str, int, int]) -> list[Finding]:
    """Return the spikes of errors: agent, runner, minutes ago, how many."""
    store = MemoryLevels()
    store.rows = [(agent, name, NOON_US - ago * MINUTE_US, count) for agent, name, ago, count in rows]
    return asyncio.run(find_spikes(store, lambda agent_id: f"host-{agent_id}", NOON_US))


@pytest.mark.parametrize(
    ("now", "before", "usual", "expected"),
    [
        (19, 0, 0, []),
        (20, 0, 0, [Severity.WARNING]),
        (59, 20, 0, []),
        (60, 20, 0, [Severity.WARNING]),
        (60, 0, 21, []),
        (60, 0, 20, [Severity.WARNING]),
        (66, 0, 0, [Severity.WARNING]),
        (67, 0, 0, [Severity.CRITICAL]),
        (299, 30, 30, [Severity.WARNING]),
        (300, 30, 30, [Severity.CRITICAL]),
    ],
)
def test_a_spike_is_three_times_what_was_before_and_what_is_usual(
    now: int, before: int, usual: int, expected: list[Severity]
) -> None:
    day = [("a", "web", 29 + 10 * n, usual) for n in range(144)] if usual else []
    found = spikes(("a", "web", 3, now), ("a", "web", 12, before), *day)
    assert [finding.severity for finding in found] == expected
    for finding in found:
        assert finding.subject == Subject(agent_id=AgentId("a"), hostname="host-a", runner="web")
        assert finding.amounts[:2] == (Amount("errors", now, ""), Amount("before", before, ""))


def test_the_usual_rate_counts_from_the_first_error_on() -> None:
    assert spikes(("a", "web", 0, 60), ("a", "web", 39, 40)) != []
    assert spikes(("a", "web", 0, 59), ("a", "web", 39, 40)) == []


def test_each_runner_has_a_rate_of_its_own() -> None:
    found = spikes(("a", "web", 0, 50), ("a", "app", 0, 50), ("a", "app", 11, 50), ("", "", 0, 30))
    assert [(f.subject.agent_id, f.subject.runner) for f in found] == [("", ""), ("a", "web")]


def finding(number: int, kind: Kind = Kind.SILENT, **more: object) -> Finding:
    values: dict[str, object] = {
        "kind": kind,
        "severity": Severity.WARNING,
        "subject": Subject(agent_id=AgentId(f"{number}"), hostname=f"host-{number:03}"),
        "since_us": 1_000 - number,
        "weight": float(number),
    }
    return Finding(**(values | more))  # type: ignore[arg-type]


def test_few_have_a_line_each_and_many_are_one() -> None:
    lines = to_lines(finding(n) for n in range(ALONE))
    assert [(line.count, line.subjects[0].hostname) for line in lines] == [
        (1, f"host-{n:03}") for n in reversed(range(ALONE))
    ]
    worst = finding(400, severity=Severity.CRITICAL, reason="worst", since_us=None)
    [line] = to_lines([*(finding(n) for n in range(411)), worst])
    assert (line.count, line.severity, line.reason, line.since_us) == (
        412,
        Severity.CRITICAL,
        "worst",
        1_000 - 410,
    )
    assert [subject.hostname for subject in line.subjects] == [
        "host-400",
        *(f"host-{n}" for n in range(410, 410 - SUBJECTS + 1, -1)),
    ]


def test_runners_are_put_together_by_name() -> None:
    def of(name: str) -> list[Finding]:
        return [
            finding(n, Kind.RUNNER, subject=Subject(agent_id=AgentId(f"{n}"), hostname=f"h{n}", runner=name))
            for n in range(ALONE + 1)
        ]

    lines = to_lines([*of("app"), *of("web")])
    assert [(line.subjects[0].runner, line.count) for line in lines] == [("app", 4), ("web", 4)]


def test_the_worst_stand_first() -> None:
    grave = finding(1, Kind.CLOCK, severity=Severity.CRITICAL)
    lines = to_lines([finding(2, Kind.CLOCK), finding(1, Kind.SILENT), finding(3, Kind.SILENT), grave])
    assert [(line.kind, line.subjects[0].hostname) for line in lines] == [
        (Kind.CLOCK, "host-001"),
        (Kind.SILENT, "host-003"),
        (Kind.SILENT, "host-001"),
        (Kind.CLOCK, "host-002"),
    ]


def test_what_does_not_fit_is_counted() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        watched.levels.rows = [(agent, f"r{n}", watched.now_us, 30) for n in range(MAX_LINES + 7)]
        overall = await watched.after(0)
        assert (len(overall.lines), overall.left_out) == (MAX_LINES, 7)

    run(work)


def test_many_who_ask_at_once_are_one_look() -> None:
    async def work(watched: Watched) -> None:
        agent = await watched.enrol()
        answers = await asyncio.gather(*(watched.attention.overall() for _ in range(20)))
        assert all(answer is answers[0] for answer in answers)
        assert watched.levels.asked == 1
        watched.site.clock.s += FRESH_S - 0.1
        assert await watched.attention.overall() is answers[0]
        watched.site.clock.s += 0.2
        assert await watched.attention.overall() is not answers[0]
        assert watched.levels.asked == 1
        await watched.after(FRESH_SPIKES_S, agent)
        assert watched.levels.asked == 2

    run(work)


def test_who_leaves_takes_the_answer_from_nobody() -> None:
    async def work(watched: Watched) -> None:
        leaving = asyncio.create_task(watched.attention.overall())
        staying = asyncio.create_task(watched.attention.overall())
        await asyncio.sleep(0)
        leaving.cancel()
        assert (await staying).lines == []

    run(work)


def test_what_could_not_be_looked_at_is_named() -> None:
    async def work(watched: Watched) -> None:
        watched.disk = None
        watched.levels.fails = True
        assert (await watched.after(0)).unknown == [Kind.SERVER_DISK, Kind.ERRORS]
        watched.levels.fails = False
        assert (await watched.after(FRESH_SPIKES_S)).unknown == [Kind.SERVER_DISK]

    run(work)
