"""The fleet at a glance, kept in memory: for each machine what it does now, and its last half hour.

A page that shows 10 000 machines every few seconds cannot ask the store for them all each time.
"""

import math
import struct
import threading
from array import array
from collections.abc import Iterable, Sequence

import msgspec

from muster.core.metrics.grid import SECOND_US, Grid
from muster.core.metrics.ports import SampleBatch, SampleStore, Series
from muster.model.batch import SampleColumns
from muster.model.ids import AgentId
from muster.model.metric import is_of_runner

STEP_S = 60
MINUTES = 30
CPU, MEMORY, DISK = "cpu.used_percent", "memory.used_percent", "disk.used_percent"
TRAFFIC = ("network.received_bytes_total", "network.sent_bytes_total")
UPTIME = "system.uptime_s"
STALE_RATE_S = 120.0
"""Between looks that are further apart there was an outage: their mean is not what happens now."""


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """One machine: what it did at its last look (`ts_us`), None where it does not say.

    `disk_percent` is its fullest disk. `cpu`, `memory` and `network` are the means of the last
    30 minutes, the oldest first, the last one of the minute that runs.
    """

    ts_us: int
    cpu_percent: float | None
    memory_percent: float | None
    disk_percent: float | None
    network_bytes_per_s: float | None
    uptime_s: float | None
    cpu: list[float | None]
    memory: list[float | None]
    network: list[float | None]


class _Line:
    """Means of the last `MINUTES` minutes, by minute modulo their number."""

    def __init__(self) -> None:
        self._means = array("d", [math.nan] * MINUTES)
        self._minutes = array("q", [-1] * MINUTES)
        self._count = 0

    def add(self, minute: int, value: float | None) -> None:
        """Add a value to the mean of its minute, which must not be before the newest one."""
        if value is None:
            return
        at = minute % MINUTES
        if self._minutes[at] != minute:
            self._minutes[at], self._means[at], self._count = minute, value, 1
        else:
            self._count += 1
            self._means[at] += (value - self._means[at]) / self._count

    def fill(self, earlier: "_Line") -> None:
        """Take over the minutes of another line that are missing here."""
        for at in range(MINUTES):
            if self._minutes[at] < earlier._minutes[at]:
                self._minutes[at], self._means[at] = earlier._minutes[at], earlier._means[at]

    def until(self, minute: int) -> list[float | None]:
        """Return the means up to a minute, the oldest first."""
        wanted = range(minute - MINUTES + 1, minute + 1)
        return [self._means[m % MINUTES] if self._minutes[m % MINUTES] == m else None for m in wanted]


class _Host:
    """One machine's state between looks."""

    def __init__(self) -> None:
        self.ts_us = -1
        self.now: dict[str, float | None] = {}
        self.traffic: dict[tuple[str, str], float] = {}
        self.cpu, self.memory, self.network = _Line(), _Line(), _Line()

    def look(self, columns: SampleColumns) -> None:
        """Take a look that is newer than the last one."""
        values = struct.unpack(f"<{len(columns.metrics)}d", columns.values)
        gauges: dict[str, float] = {}
        traffic: dict[tuple[str, str], float] = {}
        for metric, labels, value in zip(columns.metrics, columns.labels, values, strict=True):
            if metric in (CPU, MEMORY, UPTIME):
                gauges[metric] = value
            elif metric == DISK:
                gauges[DISK] = max(value, gauges.get(DISK, 0.0))
            elif metric in TRAFFIC:
                traffic[metric, labels] = value
        rate = _rate(self.traffic, traffic, (columns.ts_us - self.ts_us) / SECOND_US)
        self.now = {name: gauges.get(name) for name in (CPU, MEMORY, DISK, UPTIME)} | {"network": rate}
        self.ts_us, self.traffic = columns.ts_us, traffic
        minute = columns.ts_us // (STEP_S * SECOND_US)
        self.cpu.add(minute, gauges.get(CPU))
        self.memory.add(minute, gauges.get(MEMORY))
        self.network.add(minute, rate)

    def fill(self, earlier: "_Host") -> None:
        """Take over the history that is missing here."""
        for line, other in (
            (self.cpu, earlier.cpu),
            (self.memory, earlier.memory),
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
        """Read the last half hour of cpu, memory and network from the store, after a start."""
        end_s = (now_us // SECOND_US // STEP_S + 1) * STEP_S
        grid = Grid(end_s - MINUTES * STEP_S, STEP_S, MINUTES)
        names = (CPU, MEMORY, *TRAFFIC)
        for agent_id in agents:
            series = await store.buckets((agent_id,), names, grid, rolled_until_s=grid.end_s)
            history = _history(series, grid)
            with self._lock:
                self._hosts.setdefault(agent_id, _Host()).fill(history)

    def now(self, agent_id: AgentId, *, now_us: int) -> Now | None:
        """Return what a machine does, None when nothing is known of it."""
        minute = now_us // (STEP_S * SECOND_US)
        with self._lock:
            host = self._hosts.get(agent_id)
            if host is None:
                return None
            return Now(
                ts_us=host.ts_us,
                cpu_percent=host.now.get(CPU),
                memory_percent=host.now.get(MEMORY),
                disk_percent=host.now.get(DISK),
                network_bytes_per_s=host.now.get("network"),
                uptime_s=host.now.get(UPTIME),
                cpu=host.cpu.until(minute),
                memory=host.memory.until(minute),
                network=host.network.until(minute),
            )


def _history(series: Iterable[Series], grid: Grid) -> _Host:
    """Return a machine with the lines that its series draw."""
    host = _Host()
    traffic: list[float | None] = [None] * grid.count
    first = grid.start_s // STEP_S
    for key, values in series:
        if is_of_runner(key.labels):
            continue
        for number, value in enumerate(values):
            if key.metric == CPU:
                host.cpu.add(first + number, value)
            elif key.metric == MEMORY:
                host.memory.add(first + number, value)
            elif value is not None:
                traffic[number] = (traffic[number] or 0.0) + value
    for number, value in enumerate(traffic):
        host.network.add(first + number, value)
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
