"""CPU use between two looks, of all cores and of each (proc_stat(5))."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import psutil

from muster.agent.collect.percent import percent
from muster.agent.collect.sample import Sample, sample

SHORTEST_S = 0.1
"""The system counts in hundredths of a second; a share of less than this is noise."""

PROC_STAT = Path("/proc/stat")

ALL = -1
"""The number under which all cores together are found."""

_LINE = re.compile(rb"^cpu([0-9]*) +([0-9 ]+)$", re.MULTILINE)


class CpuTimes(NamedTuple):
    """Time since boot, or between two looks, in any unit.

    `user` includes nice and guest time, `system` the time of interrupts.
    """

    user: float
    system: float
    idle: float
    iowait: float = 0.0
    steal: float = 0.0

    @property
    def busy(self) -> float:
        """Neither idle nor waiting for disks."""
        return self.user + self.system + self.steal

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self)


CpuLook = Mapping[int, CpuTimes]
"""Times by number of the core, and of all cores under ALL."""


def read_cpu_times(stat: Path = PROC_STAT) -> CpuLook:
    """Return the times since boot. Raises OSError, ValueError or psutil.Error."""
    try:
        text = stat.read_bytes()
    except FileNotFoundError:
        return _portable()
    found = {int(number or ALL): _parse_times(times) for number, times in _LINE.findall(text)}
    if ALL not in found:
        raise ValueError(f"{stat} does not tell the time of all cores")
    return found


class CpuUse:
    """CPU times since the previous `read`.

    The first one, and one that comes less than SHORTEST_S after another, takes `first_s` seconds.
    """

    def __init__(
        self,
        wait: Callable[[float], object],
        *,
        first_s: float = 1.0,
        read_times: Callable[[], CpuLook] = read_cpu_times,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wait = wait
        self._first_s = first_s
        self._read_times = read_times
        self._monotonic_s = monotonic_s
        self._previous: CpuLook | None = None
        self._previous_s = 0.0

    def read(self) -> CpuLook:
        """Return the times between the two looks, of the cores that both have seen."""
        previous = self._previous
        if previous is None or self._monotonic_s() - self._previous_s < SHORTEST_S:
            previous = self._read_times()
            self._wait(self._first_s)
        now = self._previous = self._read_times()
        self._previous_s = self._monotonic_s()
        return {
            core: CpuTimes(*(max(0.0, a - b) for a, b in zip(times, previous[core], strict=True)))
            for core, times in now.items()
            if core in previous
        }


def cpu_samples(look: CpuLook) -> Iterator[Sample]:
    """Return shares of the time between two looks."""
    whole = look[ALL]
    for word, part in (
        ("used", whole.busy),
        ("user", whole.user),
        ("system", whole.system),
        ("iowait", whole.iowait),
        ("steal", whole.steal),
    ):
        yield sample(f"cpu.{word}_percent", percent(part, whole.total, 2))
    for core, times in look.items():
        if core != ALL:
            yield sample("cpu.core_percent", percent(times.busy, times.total, 2), core=str(core))


def _parse_times(times: bytes) -> CpuTimes:
    """Return the fields `user nice system idle iowait irq softirq steal`; older kernels have fewer.

    Guest time follows; it is part of user time already.
    """
    user, nice, system, idle, iowait, irq, softirq, steal = [*map(int, times.split()), 0, 0, 0, 0][:8]
    return CpuTimes(user + nice, system + irq + softirq, idle, iowait, steal)


def _portable() -> CpuLook:
    found = {ALL: psutil.cpu_times(), **dict(enumerate(psutil.cpu_times(percpu=True)))}
    return {
        core: CpuTimes(times.user + getattr(times, "nice", 0.0), times.system, times.idle)
        for core, times in found.items()
    }
