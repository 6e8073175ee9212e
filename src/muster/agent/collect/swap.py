"""Swap space."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from muster.agent.collect.sample import Sample, sample

MEMINFO = Path("/proc/meminfo")

_LINE = re.compile(rb"^Swap(Total|Free): *([0-9]+) kB$", re.MULTILINE)


class Swap(NamedTuple):
    """Bytes; a machine without swap has 0 of 0."""

    total: int
    used: int


def read_swap(meminfo: Path = MEMINFO) -> Swap:
    """Return how much swap there is (proc_meminfo(5)). Raises OSError, KeyError or psutil.Error."""
    try:
        text = meminfo.read_bytes()
    except FileNotFoundError:
        found = psutil.swap_memory()
        return Swap(found.total, found.used)
    sizes = {name: int(kilobytes) * 1024 for name, kilobytes in _LINE.findall(text)}
    return Swap(sizes[b"Total"], sizes[b"Total"] - sizes[b"Free"])


def swap_samples(swap: Swap) -> Iterator[Sample]:
    """Return the sizes."""
    yield sample("swap.total_bytes", swap.total)
    yield sample("swap.used_bytes", swap.used)
