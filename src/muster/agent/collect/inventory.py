"""The inventory of source 2, from one look at the machine."""

import os
import platform
import pwd
import time
from collections.abc import Iterable
from typing import NamedTuple

import psutil

from muster.agent.collect.batteries import Batteries
from muster.agent.collect.disks import Disk as MountedDisk
from muster.agent.collect.label import to_label
from muster.agent.collect.load import Load
from muster.agent.collect.memory import Memory
from muster.agent.collect.percent import percent
from muster.agent.collect.processors import Processors, read_processors
from muster.agent.machine import read_hostname, read_platform
from muster.model.inventory import Battery, Disk, Interface, Inventory


class Cpu(NamedTuple):
    """Cores of silicon, threads as the system sees them, the highest clock; None and 0.0: unknown."""

    cores: int | None
    threads: int | None
    mhz: float
    processors: Processors = Processors()


class System(NamedTuple):
    """Names and versions: `Linux`, `6.1.0-13-amd64`, `debian`, `12`."""

    kernel: str
    kernel_version: str
    platform: str
    platform_version: str


class Parts(NamedTuple):
    """What was seen in one look; None could not be read."""

    boot_time_s: int | None
    interfaces: list[Interface] | None
    disks: list[MountedDisk] | None
    memory: Memory | None
    load: Load | None
    batteries: Batteries | None
    cpu: Cpu | None


def read_cpu() -> Cpu:
    """Return what processors there are. Slow on large machines. Raises OSError or psutil.Error."""
    frequency = psutil.cpu_freq() if hasattr(psutil, "cpu_freq") else None
    mhz = (frequency.max or frequency.current) if frequency else 0.0
    return Cpu(psutil.cpu_count(logical=False), psutil.cpu_count(), round(mhz, 2), read_processors())


def read_system() -> System:
    """Return the kernel and the platform."""
    kernel = os.uname()
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return System(kernel.sysname, kernel.release, kernel.sysname.lower(), kernel.version)
    return System(kernel.sysname, kernel.release, release["ID"], release.get("VERSION_ID", ""))


def read_user() -> str:
    """Return the name of the user who runs the agent, or the number when there is no name."""
    try:
        return to_label(pwd.getpwuid(os.geteuid()).pw_name)
    except KeyError:
        return str(os.geteuid())


def read_utc_offset_s(unix_s: float) -> int:
    """Return how far local time is ahead of UTC at a time."""
    return time.localtime(unix_s).tm_gmtoff


def make_inventory(
    parts: Parts, *, ts_us: int, outside_address: str, environment: dict[str, str]
) -> Inventory:
    """Return the inventory at `ts_us`; it names the machine and the user itself."""
    memory, cpu, system = parts.memory, parts.cpu, read_system()
    processors = cpu.processors if cpu else Processors()
    return Inventory(
        ts_us=ts_us,
        hostname=to_label(read_hostname()) or "unknown",
        system=to_label(read_platform()),
        user=read_user(),
        boot_time_s=parts.boot_time_s or 0,
        utc_offset_s=read_utc_offset_s(ts_us / 1e6),
        outside_address=outside_address,
        environment=environment,
        interfaces=parts.interfaces,
        disks=None if parts.disks is None else list(_disks(parts.disks)),
        memory_total_bytes=memory.total if memory else None,
        memory_used_bytes=memory.used if memory else None,
        memory_percent=percent(memory.total - memory.available, memory.total, 2) if memory else None,
        cpu_cores=cpu.cores if cpu else None,
        cpu_threads=cpu.threads if cpu else None,
        cpu_mhz=cpu.mhz if cpu else 0.0,
        load=parts.load,
        battery=_battery(parts.batteries),
        kernel=to_label(system.kernel),
        kernel_version=to_label(system.kernel_version),
        platform=to_label(system.platform),
        platform_version=to_label(system.platform_version),
        cpu_model=processors.model,
        cpu_cache_bytes=processors.cache_bytes,
        cpu_sockets=processors.sockets,
    )


def _disks(disks: Iterable[MountedDisk]) -> Iterable[Disk]:
    for disk in disks:
        yield Disk(
            device=to_label(disk.mount.device),
            mountpoint=to_label(disk.mount.point),
            file_system=to_label(disk.mount.kind),
            total_bytes=disk.total,
            used_bytes=disk.used,
        )


def _battery(batteries: Batteries | None) -> Battery | None:
    """Return all batteries as one, half full when one is full and the other empty."""
    if batteries is None or not batteries.percents:
        return None
    mean = sum(batteries.percents.values()) / len(batteries.percents)
    return Battery(percent=percent(mean, 100, 2), is_plugged=batteries.is_plugged)
