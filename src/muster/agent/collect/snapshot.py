"""One look at the machine, from which all that the agent sends is made."""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from muster.agent.collect.part import Part
from muster.agent.collect.report import ReportCollector
from muster.agent.collect.sample import Sample, unique_samples
from muster.model.inventory import Inventory
from muster.model.report import Report


class Snapshot(NamedTuple):
    """What one look gave; it began at `ts_us`. `inventory` None: none was asked for, or it failed."""

    ts_us: int
    report: Report
    samples: list[Sample]
    inventory: Inventory | None = None


class SnapshotCollector:
    """Looks at the machine. Its methods block and must not be called concurrently."""

    def __init__(
        self,
        ports: Sequence[int],
        *,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        first_s: float = 1.0,
    ) -> None:
        self._now_us = now_us
        self._report = ReportCollector(ports, clock=lambda: now_us() / 1e6, first_s=first_s)
        self._parts: tuple[Part[Any], ...] = (
            self._report.cpu,
            self._report.memory,
            self._report.disks,
            self._report.sockets,
            self._report.processes,
        )

    def collect(self) -> Report:
        """Return a report of now, without all else."""
        return self._report.collect()

    def look(self, *, with_inventory: bool) -> Snapshot:
        """Return a snapshot of now; the first one takes `first_s` seconds."""
        ts_us = max(0, self._now_us())
        for part in self._parts:
            if part not in self._report.parts:
                part.look()
        report = self._report.collect()
        samples = [one for part in self._parts for one in part.samples()]
        return Snapshot(ts_us, report, unique_samples(samples))
