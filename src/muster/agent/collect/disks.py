"""How full the disks are."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import psutil

from muster.agent.collect.label import to_label
from muster.agent.collect.percent import percent

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
    """Percent used by mount point, from a thread that is left behind when a disk hangs."""

    def __init__(
        self,
        mounts: Callable[[], Iterable[Mount]] = read_mounts,
        usage: Callable[[str], Usage] = read_usage,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._mounts = mounts
        self._usage = usage
        self._timeout_s = timeout_s
        self._hung: dict[str, threading.Thread] = {}

    def read(self) -> dict[str, float]:
        """Return percent used with one decimal. A device that is mounted more than once (a bind mount)

        is named by its shortest mount point. Mounts that cannot be read, have no size or hang are
        left out; one that hangs costs TIMEOUT_S once and is asked again when its answer came.
        Raises OSError or psutil.Error when there is no list of mounts.
        """
        self._hung = {point: thread for point, thread in self._hung.items() if thread.is_alive()}
        mounts = sorted(self._mounts(), key=lambda mount: (len(mount.point), mount.point))
        waiting = iter([mount for mount in mounts if mount.point not in self._hung])
        space: dict[str, float] = {}
        seen: set[str] = set()
        while not (look := _Look(waiting, self._usage, seen)).ends_within(self._timeout_s):
            space |= look.space
            self._hung[look.at] = look.thread
            _log.warning("the disk at %s hangs; it is left out until it answers", look.at)
        return space | look.space


class _Look:
    """Asks one mount after the other, in a daemon thread."""

    def __init__(self, mounts: Iterator[Mount], usage: Callable[[str], Usage], seen: set[str]) -> None:
        self.space: dict[str, float] = {}
        self.at = ""
        self._mounts = mounts
        self._usage = usage
        self._seen = seen
        self._left_behind = False
        self._moved = threading.Condition()
        self._ended = False
        self.thread = threading.Thread(target=self._run, daemon=True, name="muster-disks")
        self.thread.start()
