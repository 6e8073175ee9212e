"""What a machine is running out of: disks and memory that are nearly full, and since when."""

from collections.abc import Iterator, Mapping

import msgspec

from muster.model.metric import read_labels

DISK, DISK_TOTAL, DISK_USED = "disk.used_percent", "disk.total_bytes", "disk.used_bytes"
MEMORY, MEMORY_AVAILABLE = "memory.used_percent", "memory.available_bytes"

DISK_PERCENT, MEMORY_PERCENT = 90.0, 95.0
"""From here on a disk, or memory, is nearly full."""

Values = Mapping[tuple[str, str], float]
"""Values of one look by metric and labels."""


class Shortage(msgspec.Struct, frozen=True):
    """A disk, or memory where `mountpoint` is empty, that is nearly full.

    `free_bytes` None: not told. `since_us` is the first look in a row that found it so, since this process
    watches (Unix microseconds). `is_older`: that was the first look at all, so it may have begun before.
    """

    mountpoint: str
    percent: float
    free_bytes: float | None
    since_us: int
    is_older: bool = False


def shortages_of(values: Values, before: tuple[Shortage, ...] | None, ts_us: int) -> tuple[Shortage, ...]:
    """Return what is nearly full at a look, the fullest first.

    `before` is what the last look found, None at the first one.
    """
    known = {shortage.mountpoint: (shortage.since_us, shortage.is_older) for shortage in before or ()}
    new = (ts_us, before is None)
    found = (Shortage(name, percent, free, *known.get(name, new)) for name, percent, free in _full(values))
    return tuple(sorted(found, key=lambda shortage: -shortage.percent))


def _full(values: Values) -> Iterator[tuple[str, float, float | None]]:
    for (metric, labels), value in values.items():
        if metric == DISK and value >= DISK_PERCENT:
            total, used = values.get((DISK_TOTAL, labels)), values.get((DISK_USED, labels))
            free = total - used if total is not None and used is not None else None
            yield read_labels(labels).get("mountpoint", "?"), value, free
        elif metric == MEMORY and value >= MEMORY_PERCENT:
            yield "", value, values.get((MEMORY_AVAILABLE, labels))
