"""CPU use between two looks."""

from collections.abc import Callable
from typing import NamedTuple

import psutil


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
    """Percent of all cores at work since the previous `read`; the first one waits `first_s` seconds."""

    def __init__(
        self,
        wait: Callable[[float], object],
        *,
        first_s: float = 1.0,
        read_times: Callable[[], CpuTimes] = read_cpu_times,
    ) -> None:
        self._wait = wait
        self._first_s = first_s
        self._read_times = read_times
        self._previous: CpuTimes | None = None

    def read(self) -> float:
        """Return 0-100 with one decimal."""
        previous = self._previous
        if previous is None:
            previous = self._read_times()
            self._wait(self._first_s)
        now = self._previous = self._read_times()
        total = now.total - previous.total
        if total <= 0:
            return 0.0
        return round(min(100.0, max(0.0, 100.0 * (now.busy - previous.busy) / total)), 1)
