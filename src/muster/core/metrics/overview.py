"""The fleet at a glance, kept in memory: for each machine what it does now, and its last half hour.

A page that shows 10 000 machines every few seconds cannot ask the store for them all each time.
"""

import struct
import threading
from collections.abc import Iterable, Sequence

import msgspec

from muster.core.metrics.grid import SECOND_US, Grid
from muster.core.metrics.minutes import MINUTES, STEP_S, MinuteMeans
from muster.core.metrics.ports import SampleBatch, SampleStore, Series
from muster.core.metrics.shortages import (
    DISK,
    DISK_TOTAL,
    DISK_USED,
    MEMORY,
    MEMORY_AVAILABLE,
    Shortage,
    shortages_of,
)
from muster.core.metrics.trend import Trend, to_band, to_sums, to_table
from muster.model.batch import SampleColumns
from muster.model.ids import AgentId
from muster.model.metric import is_of_runner

CPU = "cpu.used_percent"
TRAFFIC = ("network.received_bytes_total", "network.sent_bytes_total")
UPTIME = "system.uptime_s"
SIZES = (DISK_TOTAL, DISK_USED, MEMORY_AVAILABLE)
STALE_RATE_S = 120.0
"""Between looks that are further apart there was an outage: their mean is not what happens now."""

_WANTED = frozenset({CPU, MEMORY, DISK, UPTIME, *SIZES})


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """One machine: what it did at its last look (`ts_us`), None where it does not say.

    `disk_percent` is its fullest disk; `step_us` is the time between its last two looks, 0 while there was
    one only.
    """

    ts_us: int
    step_us: int
    cpu_percent: float | None
    memory_percent: float | None
    disk_percent: float | None
    network_bytes_per_s: float | None
    uptime_s: float | None
    shortages: tuple[Shortage, ...]


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Means of the last 30 minutes, the oldest first, the last one of the minute that runs."""

    cpu: list[float | None]
    memory: list[float | None]
    disk: list[float | None]
    network: list[float | None]


class _Host:
    """One machine's state between looks."""

    def __init__(self) -> None:
        self.ts_us = -1
        self.now: Now | None = None
        self.traffic: dict[tuple[str, str], float] = {}
        self.cpu, self.memory = MinuteMeans(), MinuteMeans()
        self.disk, self.network = MinuteMeans(), MinuteMeans()

    def look(self, columns: SampleColumns) -> None:
        """Take a look that is newer than the last one."""
        values = struct.unpack(f"<{len(columns.metrics)}d", columns.values)
        wanted: dict[tuple[str, str], float] = {}
        traffic: dict[tuple[str, str], float] = {}
        disk: float | None = None
        for metric, labels, value in zip(columns.metrics, columns.labels, values, strict=True):
            if metric in TRAFFIC:
                traffic[metric, labels] = value
            elif metric in _WANTED:
                wanted[metric, labels] = value
                if metric == DISK:
                    disk = value if disk is None else max(value, disk)
        rate = _rate(self.traffic, traffic, (columns.ts_us - self.ts_us) / SECOND_US)
        before = self.now
        self.now = Now(
            ts_us=columns.ts_us,
            step_us=columns.ts_us - before.ts_us if before else 0,
            cpu_percent=wanted.get((CPU, "")),
            memory_percent=wanted.get((MEMORY, "")),
            disk_percent=disk,
            network_bytes_per_s=rate,
            uptime_s=wanted.get((UPTIME, "")),
            shortages=shortages_of(wanted, before.shortages if before else None, columns.ts_us),
        )
        self.ts_us, self.traffic = columns.ts_us, traffic
        minute = columns.ts_us // (STEP_S * SECOND_US)
        self.cpu.add(minute, self.now.cpu_percent)
        self.memory.add(minute, self.now.memory_percent)
        self.disk.add(minute, disk)
        self.network.add(minute, rate)

    def fill(self, earlier: "_Host") -> None:
        """Take over the history that is missing here."""
        for line, other in (
            (self.cpu, earlier.cpu),
            (self.memory, earlier.memory),
            (self.disk, earlier.disk),
            (self.network, earlier.network),
        ):
            line.fill(other)


class Overview:
    """What every machine does now. May be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hosts: dict[AgentId, _Host] = {}

    def note(self, batches: Sequence[SampleBatch]) -> None:
        """Take looks that were stored; those of runners, and older ones than the last, are left out."""
        with self._lock:
            for batch in batches:
                if is_of_runner(batch.columns.labels[0]):
                    continue
                host = self._hosts.setdefault(batch.key.agent_id, _Host())
                if batch.columns.ts_us > host.ts_us:
                    host.look(batch.columns)

    async def load(self, store: SampleStore, agents: Iterable[AgentId], *, now_us: int) -> None:
        """Read the last half hour of all lines from the store, after a start."""
        end_s = (now_us // SECOND_US // STEP_S + 1) * STEP_S
        grid = Grid(end_s - MINUTES * STEP_S, STEP_S, MINUTES)
        names = (CPU, MEMORY, DISK, *TRAFFIC)
        for agent_id in agents:
            series = await store.buckets((agent_id,), names, grid, rolled_until_s=grid.end_s)
            history = _history(series, grid)
            with self._lock:
                self._hosts.setdefault(agent_id, _Host()).fill(history)

    def now(self, agent_id: AgentId) -> Now | None:
        """Return what a machine did at its last look, None while there was none."""
        with self._lock:
            host = self._hosts.get(agent_id)
            return host.now if host is not None else None

    def trend(self, agents: Iterable[AgentId], *, now_us: int) -> Trend:
        """Return how these machines lay in the minutes of the last half hour that are over."""
        minute = now_us // (STEP_S * SECOND_US)
        with self._lock:
            hosts = [host for host in map(self._hosts.get, agents) if host is not None]
            cpu, memory, disk, network = (
                to_table(lines, minute)
                for lines in (
                    [host.cpu for host in hosts],
                    [host.memory for host in hosts],
                    [host.disk for host in hosts],
                    [host.network for host in hosts],
                )
            )
        return Trend(STEP_S, to_band(cpu), to_band(memory), to_band(disk), to_sums(network))

    def lines(self, agent_id: AgentId, *, now_us: int) -> Lines | None:
        """Return the last half hour of a machine, None when nothing is known of it."""
        minute = now_us // (STEP_S * SECOND_US)
        with self._lock:
            host = self._hosts.get(agent_id)
            if host is None:
                return None
            return Lines(
                cpu=host.cpu.until(minute),
                memory=host.memory.until(minute),
                disk=host.disk.until(minute),
                network=host.network.until(minute),
            )


def _history(series: Iterable[Series], grid: Grid) -> _Host:
    """Return a machine with the lines that its series draw."""
    host = _Host()
    first = grid.start_s // STEP_S
    traffic: list[float | None] = [None] * grid.count
    disks: list[float | None] = [None] * grid.count
    for key, values in series:
        if is_of_runner(key.labels):
            continue
        for number, value in enumerate(values):
            if value is None:
                continue
            if key.metric == CPU:
                host.cpu.add(first + number, value)
            elif key.metric == MEMORY:
                host.memory.add(first + number, value)
            elif key.metric == DISK:
                disks[number] = max(disks[number] or 0.0, value)
            else:
                traffic[number] = (traffic[number] or 0.0) + value
    for number in range(grid.count):
        host.disk.add(first + number, disks[number])
        host.network.add(first + number, traffic[number])
    return host


def _rate(
    before: dict[tuple[str, str], float], after: dict[tuple[str, str], float], seconds: float
) -> float | None:
    """Return the rise of all counters per second; one that restarted counts from zero."""
    if not before or not after or not 0 < seconds <= STALE_RATE_S:
        return None
    rises = (
        value - before[key] if value >= before[key] else value
        for key, value in after.items()
        if key in before
    )
    return sum(rises) / seconds
