"""What disks read and write: counters since boot (Documentation/admin-guide/iostats in Linux)."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from muster.agent.collect.sample import Sample, sample

DISKSTATS = Path("/proc/diskstats")
BLOCK = Path("/sys/block")
SECTOR_BYTES = 512
"""The kernel counts in these, whatever the disk's own sectors are."""

_NO_DISK = re.compile(r"(?:loop|ram|zram|sr|fd|dm-|md)[0-9]+")
"""Devices that keep nothing, or that keep it on disks which are counted themselves."""


class DiskIo(NamedTuple):
    """Counters of a whole disk. `busy_s` None: the system does not say."""

    device: str
    reads: int
    writes: int
    read_bytes: int
    written_bytes: int
    busy_s: float | None


def read_disk_io(diskstats: Path = DISKSTATS, block: Path = BLOCK) -> list[DiskIo]:
    """Return the counters of whole disks. Raises OSError, ValueError or psutil.Error."""
    try:
        lines = diskstats.read_text().splitlines()
    except FileNotFoundError:
        return _portable()
    disks = {name.replace("!", "/") for name in os.listdir(block) if not _NO_DISK.fullmatch(name)}  # noqa: PTH208
    return [_parse_line(fields) for fields in map(str.split, lines) if fields[2] in disks]


def disk_io_samples(disks: Iterable[DiskIo]) -> Iterator[Sample]:
    """Return the counters by device."""
    for disk in disks:
        device = disk.device
        yield sample("disk.read_bytes_total", disk.read_bytes, device=device)
        yield sample("disk.written_bytes_total", disk.written_bytes, device=device)
        yield sample("disk.reads_total", disk.reads, device=device)
        yield sample("disk.writes_total", disk.writes, device=device)
        if disk.busy_s is not None:
            yield sample("disk.busy_s_total", disk.busy_s, device=device)


def _parse_line(fields: list[str]) -> DiskIo:
    """Return `major minor name reads merged sectors ms writes merged sectors ms running busy-ms ...`."""
    return DiskIo(
        device=fields[2],
        reads=int(fields[3]),
        writes=int(fields[7]),
        read_bytes=int(fields[5]) * SECTOR_BYTES,
        written_bytes=int(fields[9]) * SECTOR_BYTES,
        busy_s=int(fields[12]) / 1000,
    )


def _portable() -> list[DiskIo]:
    return [
        DiskIo(name, found.read_count, found.write_count, found.read_bytes, found.write_bytes, None)
        for name, found in (psutil.disk_io_counters(perdisk=True, nowrap=False) or {}).items()
    ]
