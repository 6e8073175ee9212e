"""How full the disks are."""

import os
from collections.abc import Callable, Iterable

import psutil


def read_disk_space(
    mounts: Callable[[], Iterable[str]] | None = None,
    statvfs: Callable[[str], os.statvfs_result] = os.statvfs,
) -> dict[str, float]:
    """Return percent used by mount point of physical partitions, with one decimal.

    Mounts that cannot be read or have no size are left out. Raises OSError when there is no list
    of mounts.
    """
    space: dict[str, float] = {}
    for mount in (mounts or _physical_mounts)():
        try:
            found = statvfs(mount)
        except OSError:
            continue
        if found.f_blocks > 0:
            used = found.f_blocks - found.f_bfree
            space[mount] = round(min(100.0, max(0.0, 100.0 * used / found.f_blocks)), 1)
    return space


def _physical_mounts() -> list[str]:
    return [partition.mountpoint for partition in psutil.disk_partitions(all=False)]
