"""The host report of source 1, from one look at the machine."""

import logging
import platform
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import TypeVar

import psutil

from muster.agent.collect.cpu import CpuPercent
from muster.agent.collect.disks import DiskSpace
from muster.agent.collect.label import to_label
from muster.agent.collect.percent import percent
from muster.agent.collect.ports import read_ports_in_use
from muster.agent.collect.processes import ProcessNames
from muster.model.report import OsInfo, Ports, Report

T = TypeVar("T")

_log = logging.getLogger("muster.agent.collect")


class ReportCollector:
    """Makes reports. `collect` blocks and must not be called concurrently.

    A part that cannot be read is empty or zero in the report; the first failure is logged, the
    others are not until it works again.
    """

    def __init__(
        self,
        ports: Sequence[int],
        *,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        wait: Callable[[float], object] | None = None,
        first_s: float = 1.0,
    ) -> None:
        self._ports = tuple(ports)
        self._clock = clock
        self._new_id = new_id
        self._cpu = CpuPercent(wait or threading.Event().wait, first_s=first_s)
        self._disks = DiskSpace()
        self._processes = ProcessNames()
        self._os = read_os()
        self._broken: set[str] = set()

    def collect(self) -> Report:
        """Return a report of now; `date` is when it began. The first one takes `first_s` seconds."""
        began = max(0, int(self._clock()))
        used = self._part("ports", read_ports_in_use, set[int]()) if self._ports else set()
        return Report(
            boot_time=self._part("boot time", read_boot_time, 0),
            cpu=self._part("cpu", self._cpu.read, 0.0),
            date=began,
            disk_space=self._part("disks", self._disks.read, {}),
            id=self._new_id(),
            memory=self._part("memory", read_memory_percent, 0.0),
            os=self._os,
            ports=Ports(
                in_use=[port for port in self._ports if port in used],
                not_in_use=[port for port in self._ports if port not in used],
            ),
            process=self._part("processes", self._processes.read, {}),
        )

    def _part(self, name: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            value = read()
        except Exception as error:  # noqa: BLE001 the boundary of a part: the others go on
            if name not in self._broken:
                self._broken.add(name)
                _log.warning("cannot read %s: %s: %s", name, type(error).__name__, error)
            return otherwise
        self._broken.discard(name)
        return value


def read_memory_percent() -> float:
    """Return used of total memory in percent with one decimal; caches do not count as used."""
    memory = psutil.virtual_memory()
    return percent(memory.used, memory.total)


def read_boot_time() -> int:
    """Return when the machine started, in Unix seconds."""
    return max(0, int(psutil.boot_time()))


def read_os() -> OsInfo:
    """Return what `platform.uname()` says, once: it starts a program on some systems."""
    name = platform.uname()
    return OsInfo(
        machine=to_label(name.machine),
        node=to_label(name.node),
        processor=to_label(name.processor),
        release=to_label(name.release),
        system=to_label(name.system),
        version=to_label(name.version),
    )
