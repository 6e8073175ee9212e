"""Main memory."""

from collections.abc import Iterator
from typing import NamedTuple

import psutil

from muster.agent.collect.percent import percent
from muster.agent.collect.sample import Sample, sample


class Memory(NamedTuple):
    """Bytes. `used` leaves out what is given back on demand; `cached` None: the system does not say."""

    total: int
    used: int
    available: int
    cached: int | None


def read_memory() -> Memory:
    """Return how much memory there is. Raises OSError or psutil.Error."""
    found = psutil.virtual_memory()
    return Memory(found.total, found.used, found.available, getattr(found, "cached", None))


def memory_samples(memory: Memory) -> Iterator[Sample]:
    """Return the sizes, and the share that is used."""
    yield sample("memory.total_bytes", memory.total)
    yield sample("memory.used_bytes", memory.used)
    yield sample("memory.available_bytes", memory.available)
    if memory.cached is not None:
        yield sample("memory.cached_bytes", memory.cached)
    yield sample("memory.used_percent", percent(memory.used, memory.total, 2))
