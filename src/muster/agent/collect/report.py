"""The host report of source 1, from one look at the machine."""

import logging
import platform
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import psutil

from muster.agent.collect.cpu import ALL, CpuUse, cpu_samples
from muster.agent.collect.disks import DiskSpace, disk_samples
from muster.agent.collect.label import to_label
from muster.agent.collect.memory import memory_samples, read_memory
from muster.agent.collect.part import Part
from muster.agent.collect.percent import percent
from muster.agent.collect.processes import Processes, pids_by_name
from muster.agent.collect.sockets import SocketTables, socket_samples
from muster.agent.collect.top import TopProcesses
from muster.model.report import OsInfo, Ports, Report

_log = logging.getLogger("muster.agent.collect")


class ReportCollector:
    """Makes reports. `collect` blocks and must not be called concurrently.

    A part that cannot be read is empty or zero in the report.
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
        self._os = read_os()
        self._is_cut = False
        cpu = CpuUse(wait or threading.Event().wait, first_s=first_s)
        self._tables = SocketTables(with_ports=bool(ports))
        self.cpu = Part("cpu", cpu.read, cpu_samples, "cpu")
        self.memory = Part("memory", read_memory, memory_samples, "memory")
        self.disks = Part("disks", DiskSpace().read, disk_samples, "disks")
        self.sockets = Part("ports", self._tables.read, socket_samples, "tcp")
        self.processes = Part("processes", Processes().read, TopProcesses().samples, "processes")
        self.boot_time = Part("boot time", read_boot_time)
        self.parts: tuple[Part[Any], ...] = (
            self.cpu,
            self.memory,
            self.disks,
            self.sockets,
            self.processes,
            self.boot_time,
        )

    def watch(self, ports: Sequence[int]) -> None:
        """Tell of these ports from the next report on; not while one is made."""
        self._ports = tuple(ports)
        self._tables.with_ports = bool(ports)

    def collect(self) -> Report:
        """Return a report of now; `date` is when it began. The first one takes `first_s` seconds."""
        began = max(0, int(self._clock()))
        for part in self.parts:
            part.look()
        cpu = self.cpu.seen
        memory = self.memory.seen
        used = self.sockets.seen.ports if self.sockets.seen else frozenset()
        return Report(
            boot_time=self.boot_time.seen or 0,
            cpu=percent(cpu[ALL].busy, cpu[ALL].total) if cpu else 0.0,
            date=began,
            disk_space={
                to_label(disk.mount.point): percent(disk.used, disk.total) for disk in self.disks.seen or ()
            },
            id=self._new_id(),
            memory=percent(memory.used, memory.total) if memory else 0.0,
            os=self._os,
            ports=Ports(
                in_use=[port for port in self._ports if port in used],
                not_in_use=[port for port in self._ports if port not in used],
            ),
            process=self._pids(),
        )

    def _pids(self) -> dict[str, list[int]]:
        """Return pids by name; when there are too many for a report, that is logged once."""
        processes = self.processes.seen or []
        found, left_out = pids_by_name(processes)
        if left_out and not self._is_cut:
            _log.warning("too many processes for a report: %d of %d are left out", left_out, len(processes))
        self._is_cut = left_out > 0
        return found


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
