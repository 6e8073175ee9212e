"""The collectors behind the types of metric runners."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from muster.agent.collect.batteries import battery_samples, read_batteries
from muster.agent.collect.cpu import CpuUse, cpu_samples
from muster.agent.collect.disk_io import disk_io_samples, read_disk_io
from muster.agent.collect.disks import DiskSpace, disk_samples
from muster.agent.collect.load import load_samples, read_load
from muster.agent.collect.memory import memory_samples, read_memory
from muster.agent.collect.network import network_samples, read_network
from muster.agent.collect.part import Part
from muster.agent.collect.processes import Processes
from muster.agent.collect.sample import Sample
from muster.agent.collect.sockets import SocketTables, socket_samples
from muster.agent.collect.swap import read_swap, swap_samples
from muster.agent.collect.temperatures import read_temperatures, temperature_samples
from muster.agent.collect.top import TopProcesses
from muster.agent.collect.uptime import read_uptime_s, uptime_samples


class Look(NamedTuple):
    """What was seen at `ts_us`; `broken` are the names of what could not be read."""

    ts_us: int
    samples: list[Sample]
    broken: list[str]


OpenLook = Callable[[Iterable[str]], Callable[[], Look]]
"""Opens the collectors of some types; what it returns blocks and must not be called concurrently."""


def open_look(types: Iterable[str]) -> Callable[[], Look]:
    """Return what looks at this machine, with collectors of its own."""
    parts = _open_parts(frozenset(types))

    def look() -> Look:
        ts_us = max(0, time.time_ns() // 1000)
        for part in parts:
            part.look()
        samples = [one for part in parts for one in part.samples()]
        return Look(ts_us, samples, [part.name for part in parts if part.seen is None])

    return look


def _open_parts(types: frozenset[str]) -> list[Part[Any]]:
    found: list[Part[Any]] = []
    if "cpu" in types:
        found.append(Part("cpu", CpuUse(threading.Event().wait).read, cpu_samples))
    if "mem" in types:
        found.append(Part("memory", read_memory, memory_samples))
    if "swap" in types:
        found.append(Part("swap", read_swap, swap_samples))
    if "system" in types:
        found.append(Part("load", read_load, load_samples))
        found.append(Part("uptime", read_uptime_s, uptime_samples))
    if types & {"processes", "procstat"}:
        found.append(Part("processes", Processes().read, TopProcesses().samples))
    if "netstat" in types:
        found.append(Part("sockets", SocketTables(with_ports=False).read, socket_samples))
    if "net" in types:
        found.append(Part("network", read_network, network_samples))
    if "disk" in types:
        found.append(Part("disks", DiskSpace().read, disk_samples))
    if "diskio" in types:
        found.append(Part("disk I/O", read_disk_io, disk_io_samples))
    if "temperature" in types:
        found.append(Part("temperatures", read_temperatures, temperature_samples))
    if "battery" in types:
        found.append(Part("batteries", read_batteries, battery_samples))
    return found
