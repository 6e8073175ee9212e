"""One look at the machine, from which all that the agent sends is made."""

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
from muster.model.inventory import MAX_INVENTORY_BYTES, Inventory
from muster.model.report import Report


class Snapshot(NamedTuple):
    """What one look gave; it began at `ts_us`. `inventory` None: none was asked for, or it failed."""

    ts_us: int
    report: Report
    samples: list[Sample]
    inventory: Inventory | None = None


class SnapshotCollector:
    """Looks at the machine. Its methods block and must not be called concurrently.

    `environment` are patterns of the variables that an inventory may hold; `outside_address` returns
    the one that is known now, or an empty text. A part that fails is missing, and harms no other.
    """

    def __init__(
        self,
        ports: Sequence[int],
        *,
        environment: Sequence[str] = (),
        outside_address: Callable[[], str] = str,
        environ: Mapping[str, str] = os.environ,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        first_s: float = 1.0,
    ) -> None:
        self._environment = tuple(environment)
        self._outside_address = outside_address
        self._environ = environ
        self._now_us = now_us
        self._report = ReportCollector(ports, clock=lambda: now_us() / 1e6, first_s=first_s)
        self._load = Part("load", read_load, load_samples)
        self._batteries = Part("batteries", read_batteries, battery_samples)
        self._others: tuple[Part[Any], ...] = (
            self._load,
            self._batteries,
            Part("swap", read_swap, swap_samples),
            Part("disk I/O", read_disk_io, disk_io_samples),
            Part("network", read_network, network_samples),
            Part("uptime", read_uptime_s, uptime_samples),
            Part("temperatures", read_temperatures, temperature_samples),
        )
        self._interfaces = Part("interfaces", read_interfaces)
        self._cpu = Part("processors", self._read_cpu_once)
        self._cpu_seen: Cpu | None = None
        self._inventory = Part("inventory", self._make_inventory)

    def collect(self) -> Report:
        """Return a report of now, without all else."""
        return self._report.collect()

    def look(self, *, with_inventory: bool) -> Snapshot:
        """Return a snapshot of now; the first one takes `first_s` seconds."""
        ts_us = max(0, self._now_us())
        report = self._report.collect()
        for part in self._others:
            part.look()
        samples = [one for part in (*self._report.parts, *self._others) for one in part.samples()]
        inventory = self._look_closer() if with_inventory else None
        return Snapshot(ts_us, report, unique_samples(samples), inventory)

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
