"""How full the disks are."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import psutil

from muster.agent.collect.percent import percent
from muster.agent.collect.sample import Sample, sample

TIMEOUT_S = 1.0
"""A healthy disk answers in far less than a millisecond."""

SUBVOLUMES = frozenset({"btrfs"})
"""File systems of which one device carries several, each with a mount point in its own right."""

_log = logging.getLogger("muster.agent.collect")


class Mount(NamedTuple):
    """A mounted physical partition."""

    device: str
    point: str
    kind: str


class Usage(NamedTuple):
    """Bytes of a file system."""

    used: int
    total: int


class Disk(NamedTuple):
    """A mounted file system and how full it is, in bytes."""

    mount: Mount
    used: int
    total: int


def read_mounts() -> list[Mount]:
    """Return the physical partitions. Raises OSError or psutil.Error."""
    return [
        Mount(found.device, found.mountpoint, found.fstype) for found in psutil.disk_partitions(all=False)
    ]


def read_usage(point: str) -> Usage:
    """Return how full a mounted file system is. Raises OSError; may hang for as long as its disk does."""
    found = psutil.disk_usage(point)
    return Usage(found.used, found.total)


class DiskSpace:
    """Reads how full each mounted file system is. A disk that hangs is left behind in a thread of its own."""

    def __init__(
        self,
        mounts: Callable[[], Iterable[Mount]] = read_mounts,
        usage: Callable[[str], Usage] = read_usage,
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._mounts = mounts
        self._usage = usage
        self._timeout_s = timeout_s
        self._hung: dict[str, threading.Thread] = {}

    def read(self) -> list[Disk]:
        """Return the file systems, the shortest mount point first.

        A file system that is mounted more than once (bind mounts) is named by its shortest mount
        point. Those that cannot be read, have no size or hang are left out; one that hangs costs
        the timeout once and is asked again when its answer has come. Raises OSError or psutil.Error
        when there is no list of mounts.
        """
        self._hung = {name: thread for name, thread in self._hung.items() if thread.is_alive()}
        settled = set(self._hung)
        space: list[Disk] = []
        for mount in sorted(self._mounts(), key=lambda mount: (len(mount.point), mount.point)):
            name = mount.point if mount.kind in SUBVOLUMES else mount.device
            if name in settled:
                continue
            usage = self._ask(name, mount.point)
            if usage is not None and usage.total > 0:
                space.append(Disk(mount, usage.used, usage.total))
            if name in self._hung or usage is not None:
                settled.add(name)
        return space

    def _ask(self, name: str, point: str) -> Usage | None:
        answers: list[Usage] = []

        def ask() -> None:
            with contextlib.suppress(OSError, ValueError):
                answers.append(self._usage(point))

        thread = threading.Thread(target=ask, daemon=True, name="muster-disk")
        thread.start()
        thread.join(self._timeout_s)
        if thread.is_alive():
            self._hung[name] = thread
            _log.warning("the disk at %s hangs; it is left out until it answers", point)
        return answers[0] if answers else None


def disk_samples(disks: Iterable[Disk]) -> Iterator[Sample]:
    """Return sizes and the share that is used, by mount point."""
    for disk in disks:
        point = disk.mount.point
        yield sample("disk.total_bytes", disk.total, mountpoint=point)
        yield sample("disk.used_bytes", disk.used, mountpoint=point)
        yield sample("disk.used_percent", percent(disk.used, disk.total, 2), mountpoint=point)
