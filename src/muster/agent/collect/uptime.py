"""How long the machine has been running."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from muster.agent.collect.sample import Sample, sample

PROC_UPTIME = Path("/proc/uptime")


def read_uptime_s(uptime: Path = PROC_UPTIME) -> float:
    """Return the seconds since boot. Raises OSError, ValueError or psutil.Error."""
    try:
        return float(uptime.read_bytes().split()[0])
    except FileNotFoundError:
        return max(0.0, time.time() - psutil.boot_time())


def uptime_samples(uptime_s: float) -> Iterator[Sample]:
    """Return the seconds."""
    yield sample("system.uptime_s", uptime_s)
