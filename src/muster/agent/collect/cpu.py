"""CPU use between two looks."""

import time
from collections.abc import Callable
from typing import NamedTuple

import psutil

from muster.agent.collect.percent import percent

SHORTEST_S = 0.1
"""The system counts in hundredths of a second; a share of less than this is noise."""


class CpuTimes(NamedTuple):
    """Seconds since boot over all cores: `busy` at work, `total` including idle and waiting for disks."""

    busy: float
    total: float


def read_cpu_times() -> CpuTimes:
    """Return the machine's CPU times. Guest time is part of user time already and is not counted twice."""
    times = psutil.cpu_times()
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    total = sum(times) - guest
    idle = times.idle + getattr(times, "iowait", 0.0)
    return CpuTimes(total - idle, total)


class CpuPercent:
    """Percent of all cores at work since the previous `read`.

    The first one, and one that comes less than SHORTEST_S after another, takes `first_s` seconds.
    """

    def __init__(
        self,
        wait: Callable[[float], object],
        *,
        first_s: float = 1.0,
        read_times: Callable[[], CpuTimes] = read_cpu_times,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wait = wait
        self._first_s = first_s
        self._read_times = read_times
        self._monotonic_s = monotonic_s
        self._previous: CpuTimes | None = None
        self._previous_s = 0.0

    def read(self) -> float:
        """Return 0-100 with one decimal."""
        previous = self._previous
        if previous is None or self._monotonic_s() - self._previous_s < SHORTEST_S:
            previous = self._read_times()
            self._wait(self._first_s)
        now = self._previous = self._read_times()
        self._previous_s = self._monotonic_s()
        return percent(now.busy - previous.busy, now.total - previous.total)
