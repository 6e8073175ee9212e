"""One look at the machine, from which all that the agent sends is made."""

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from muster.agent.collect.batteries import battery_samples, read_batteries
from muster.agent.collect.disk_io import disk_io_samples, read_disk_io
from muster.agent.collect.environment import shown_environment
from muster.agent.collect.interfaces import read_interfaces
from muster.agent.collect.inventory import Cpu, Parts, make_inventory, read_cpu
from muster.agent.collect.load import load_samples, read_load
from muster.agent.collect.network import network_samples, read_network
from muster.agent.collect.part import Part
from muster.agent.collect.report import ReportCollector
from muster.agent.collect.sample import Sample, unique_samples
from muster.agent.collect.swap import read_swap, swap_samples
from muster.agent.collect.temperatures import read_temperatures, temperature_samples
from muster.agent.collect.uptime import read_uptime_s, uptime_samples
from muster.errors import InvalidInput
from muster.model.desired import Watch
from muster.model.inventory import MAX_INVENTORY_BYTES, Inventory
from muster.model.ports import parse_ports
from muster.model.report import Report

_log = logging.getLogger("muster.agent.collect")


class Snapshot(NamedTuple):
    """What one look gave; it began at `ts_us`. `inventory` None: none was asked for, or it failed."""

    ts_us: int
    report: Report
    samples: list[Sample]
    inventory: Inventory | None = None


class SnapshotCollector:
    """Looks at the machine. Its methods block and must not be called concurrently, all but `watch`.

    `ports` are watched whatever else is; `usual_ports` are while nobody says which. `environment` are
    patterns of the variables that an inventory may hold; `outside_address` returns the one that is known
    now, or an empty text. A part that fails is missing, and harms no other.
    """

    def __init__(
        self,
        ports: Sequence[int],
        *,
        usual_ports: Sequence[int] = (),
        environment: Sequence[str] = (),
        outside_address: Callable[[], str] = str,
        environ: Mapping[str, str] = os.environ,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        first_s: float = 1.0,
    ) -> None:
        self._ports = tuple(ports)
        self._usual_ports = tuple(usual_ports)
        self._watched = Watch()
        self._next: Watch | None = None
        self._environment = tuple(environment)
        self._outside_address = outside_address
        self._environ = environ
        self._now_us = now_us
        self._report = ReportCollector((*ports, *usual_ports), clock=lambda: now_us() / 1e6, first_s=first_s)
        self._load = Part("load", read_load, load_samples, "load")
        self._batteries = Part("batteries", read_batteries, battery_samples, "batteries")
        self._others: tuple[Part[Any], ...] = (
            self._load,
            self._batteries,
            Part("swap", read_swap, swap_samples, "memory"),
            Part("disk I/O", read_disk_io, disk_io_samples, "disk_io"),
            Part("network", read_network, network_samples, "network"),
            Part("uptime", read_uptime_s, uptime_samples, "uptime"),
            Part("temperatures", read_temperatures, temperature_samples, "temperatures"),
        )
        self._interfaces = Part("interfaces", read_interfaces)
        self._cpu = Part("processors", self._read_cpu_once)
        self._cpu_seen: Cpu | None = None
        self._inventory = Part("inventory", self._make_inventory)

    def watch(self, watch: Watch) -> None:
        """Look at this from the next look on. Returns at once, and may be called at any time."""
        self._next = watch

    def collect(self) -> Report:
        """Return a report of now, without all else."""
        self._take_over()
        return self._report.collect()

    def look(self, *, with_inventory: bool) -> Snapshot:
        """Return a snapshot of now; the first one takes `first_s` seconds."""
        ts_us = max(0, self._now_us())
        self._take_over()
        off = frozenset(self._watched.off)
        report = self._report.collect()
        for part in self._others:
            # An inventory holds the load and the batteries, too.
            if part.group not in off or (with_inventory and part in (self._load, self._batteries)):
                part.look()
            else:
                part.skip()
        parts = [part for part in (*self._report.parts, *self._others) if part.group not in off]
        samples = [one for part in parts for one in part.samples()]
        inventory = self._look_closer() if with_inventory else None
        return Snapshot(ts_us, report, unique_samples(samples), inventory)

    def _take_over(self) -> None:
        """Do what `watch` said last; ports that cannot be read as such leave those that were watched."""
        watch, self._next = self._next, None
        if watch is None:
            return
        self._watched = watch
        try:
            ports = self._usual_ports if watch.ports is None else parse_ports(watch.ports, "ports")
        except InvalidInput as error:
            _log.warning("the ports to watch stay as they are: %s", error.message)
            return
        self._report.watch(tuple(dict.fromkeys((*self._ports, *ports))))

    def _look_closer(self) -> Inventory | None:
        for part in (self._interfaces, self._cpu, self._inventory):
            part.look()
        return self._inventory.seen

    def _make_inventory(self) -> Inventory:
        """Return the inventory of this look. Raises ValueError when the server would refuse it."""
        inventory = make_inventory(
            Parts(
                boot_time_s=self._report.boot_time.seen,
                interfaces=self._interfaces.seen,
                disks=self._report.disks.seen,
                memory=self._report.memory.seen,
                load=self._load.seen,
                batteries=self._batteries.seen,
                cpu=self._cpu.seen,
            ),
            ts_us=max(0, self._now_us()),
            outside_address=self._outside_address(),
            environment=shown_environment(self._environ, self._environment),
        )
        size_bytes = len(msgspec.json.encode(inventory))
        if size_bytes > MAX_INVENTORY_BYTES:
            raise ValueError(f"{size_bytes} bytes are too many: {len(inventory.interfaces or ())} interfaces")
        return inventory

    def _read_cpu_once(self) -> Cpu:
        """Return what does not change while the machine runs."""
        self._cpu_seen = self._cpu_seen or read_cpu()
        return self._cpu_seen
