"""A made-up machine whose looks can be known again, and the journal of what Muster owes.

A look's samples are a function of its time and of how many looks its process had before, so the
journal need not hold them.
"""

import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from muster.agent.collect.sample import Sample, sample
from muster.agent.collect.snapshot import Snapshot
from muster.model.desired import Watch
from muster.model.inventory import Disk, Inventory
from muster.model.report import OsInfo, Ports, Report

SECOND_US = 1_000_000
SCATTER = 7919
"""A prime: times that follow each other lie far apart in a span that it does not divide."""


class Times(NamedTuple):
    """Which times looks have: `back_s` ago, scattered over the `spread_s` seconds before that."""

    back_s: float = 0.0
    spread_s: int = 0

    def of(self, now_us: int) -> int:
        """Return the time of a look that is made now, both in Unix microseconds."""
        span_us = self.spread_s * SECOND_US
        return now_us - round(self.back_s * SECOND_US) - (now_us * SCATTER % span_us if span_us else 0)


class Owed(NamedTuple):
    """A look whose spool commit returned: number `number` of its process, at `ts_us` (Unix microseconds)."""

    report_id: str
    ts_us: int
    number: int
    samples: int


def samples_of(ts_us: int, number: int) -> list[Sample]:
    """Return the samples of a look: gauges, a counter that its process began, series that come and go."""
    return [
        sample("load.1m", ts_us // 1000 % 8000 / 1000),
        sample("memory.used_percent", ts_us % 101),
        sample("disk.used_percent", ts_us % 97, mountpoint="/"),
        sample("disk.used_percent", ts_us % 89, mountpoint="/a, b=\\c"),
        sample("network.received_bytes_total", number * 1500.5, interface="eth0"),
        *(sample("cpu.core_percent", 100 / (core + 3), core=str(core)) for core in range(number % 3)),
    ]


class MadeUpMachine:
    """Stands in for `SnapshotCollector`; remembers the number of the latest look for the journal."""

    def __init__(self, times: Times, now_us: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._times = times
        self._now_us = now_us
        self.latest = Owed("", 0, 0, 0)

    def collect(self) -> Report:
        return self._report(self._times.of(self._now_us()))

    def watch(self, watch: Watch) -> None:
        """Look at what it always looks at."""

    def look(self, *, with_inventory: bool) -> Snapshot:
        ts_us = self._times.of(self._now_us())
        number = self.latest.number + 1
        report = self._report(ts_us)
        samples = samples_of(ts_us, number)
        self.latest = Owed(report.id, ts_us, number, len(samples))
        return Snapshot(ts_us, report, samples, _inventory(ts_us, number) if with_inventory else None)

    def _report(self, ts_us: int) -> Report:
        return Report(
            boot_time=1_700_000_000,
            cpu=12.5,
            date=ts_us // SECOND_US,
            disk_space={"/": 40.0},
            id=str(uuid.uuid4()),
            memory=33.3,
            os=OsInfo("x86_64", "load", "", "6.1", "Linux", "#1"),
            ports=Ports([22], [80]),
            process={f"Worker{n}": [n] for n in range(1, 50)},
        )


def _inventory(ts_us: int, number: int) -> Inventory:
    disk = Disk(
        device="/dev/sda1", mountpoint="/", file_system="ext4", total_bytes=10**9, used_bytes=number * 1000
    )
    return Inventory(
        ts_us=ts_us, hostname="load", system="Linux", user="root", boot_time_s=1_700_000_000, disks=[disk]
    )


class Journal:
    """A `ReportSink`: it hears of each look after the spool's commit. From then on Muster owes it."""

    def __init__(self, path: Path, machine: MadeUpMachine) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._machine = machine

    def write(self, report: Report) -> None:
        owed = self._machine.latest
        assert owed.report_id == report.id
        os.write(self._file, f"{owed.report_id} {owed.ts_us} {owed.number} {owed.samples}\n".encode())


def read_journal(path: Path) -> list[Owed]:
    """Return what is owed, nothing when nothing was spooled yet."""
    lines = path.read_text().splitlines() if path.exists() else []
    parts = (line.split() for line in lines)
    return [Owed(report_id, *map(int, numbers)) for report_id, *numbers in parts]
