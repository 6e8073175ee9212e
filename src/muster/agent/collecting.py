"""Looks at the machine at each interval and spools what it saw; the server need not be there."""

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Protocol

import msgspec

from muster.agent.clock import Clock
from muster.agent.collect.sample import to_columns
from muster.agent.collect.snapshot import Snapshot
from muster.agent.spool import Spool
from muster.agent.spooled import NewBatch
from muster.agent.thread import in_thread
from muster.agent.trouble import Trouble
from muster.model.batch import INVENTORY, REPORTS, SAMPLES, InventoryColumns, ReportColumns
from muster.model.ids import StreamName
from muster.model.link import Command, CommandResult
from muster.model.report import Report, to_json

COMMAND_S = 9.0
"""Who asked for a report waits 10 s."""

_log = logging.getLogger(__name__)


class Collector(Protocol):
    """Looks at the machine. Its methods block, and are never called concurrently."""

    def collect(self) -> Report:
        """Return a report of now."""
        ...

    def look(self, *, with_inventory: bool) -> Snapshot:
        """Return all that can be seen now."""
        ...


class ReportSink(Protocol):
    """Another place for reports, beside the spool."""

    def write(self, report: Report) -> object:
        """Keep a report. Raises OSError when it cannot."""
        ...


class Collecting:
    """The loop that looks at the machine every `interval_s` seconds, the first time at once.

    Every `inventory_interval_s`, as near as its ticks are, an inventory is made, too.
    """

    def __init__(
        self,
        *,
        collector: Collector,
        spool: Spool,
        sink: ReportSink | None,
        interval_s: float,
        inventory_interval_s: float,
        clock: Clock,
        spooled: Callable[[], None],
    ) -> None:
        self._collector = collector
        self._spool = spool
        self._sink = sink
        self._interval_s = interval_s
        self._inventory_interval_s = inventory_interval_s
        self._inventory_s: float | None = None
        self._clock = clock
        self._spooled = spooled
        self._busy = asyncio.Lock()
        self._started_s = clock.monotonic_s()
        self._sink_trouble = Trouble(_log)

    async def run(self) -> None:
        """Collect until cancelled."""
        while True:
            snapshot = await self._look()
            await in_thread(lambda snapshot=snapshot: self._keep(snapshot))  # type: ignore[misc]
            self._spooled()
            since_s = self._clock.monotonic_s() - self._started_s
            await self._clock.sleep(seconds_to_tick(since_s, self._interval_s))

    async def collect(self) -> Report:
        """Return a report of now; one that is being made is finished first."""
        async with self._busy:
            return await in_thread(self._collector.collect)

    async def run_command(self, command: Command) -> CommandResult:
        """Collect for whoever waits at the server; the report is not spooled."""
        if command.kind != "collect":
            return CommandResult(id=command.id, ok=False, message="this agent is too old for the command")
        task = asyncio.ensure_future(self.collect())
        done, _ = await asyncio.wait({task}, timeout=COMMAND_S)
        if not done:
            return CommandResult(id=command.id, ok=False, message="collecting takes too long")
        error = task.exception()
        if error is not None:
            _log.error("collecting for a command failed", exc_info=error)
            return CommandResult(id=command.id, ok=False, message=f"collecting failed: {error}"[:1024])
        return CommandResult(id=command.id, ok=True, report=to_json(task.result()).decode())

    async def _look(self) -> Snapshot:
        now_s = self._clock.monotonic_s()
        latest_s = self._inventory_s
        is_due = latest_s is None or now_s - latest_s >= self._inventory_interval_s - self._interval_s / 2
        if is_due:
            self._inventory_s = now_s
        async with self._busy:
            return await in_thread(lambda: self._collector.look(with_inventory=is_due))

    def _keep(self, snapshot: Snapshot) -> None:
        """Spool a snapshot, then write its report to the other sink, whose failure harms nothing else."""
        report = snapshot.report
        self._spool.append_all(to_batches(snapshot))
        if self._sink is None:
            return
        try:
            self._sink.write(report)
        except OSError as error:
            self._sink_trouble.met(f"cannot write the report to its directory: {error}")
        else:
            self._sink_trouble.over("writing reports to their directory again")


def to_batches(snapshot: Snapshot) -> list[NewBatch]:
    """Return a snapshot as a batch of each stream for which it has rows."""
    batches = [_batch(REPORTS, 1, ReportColumns([to_json(snapshot.report).decode()]))]
    if snapshot.samples:
        batches.append(_batch(SAMPLES, len(snapshot.samples), to_columns(snapshot.ts_us, snapshot.samples)))
    if snapshot.inventory is not None:
        text = msgspec.json.encode(snapshot.inventory).decode()
        batches.append(_batch(INVENTORY, 1, InventoryColumns([text])))
    return batches


def _batch(stream: StreamName, rows: int, columns: msgspec.Struct) -> NewBatch:
    return NewBatch(stream, rows, msgspec.msgpack.encode(columns))


def seconds_to_tick(since_s: float, interval_s: float) -> float:
    """Return how long to wait for the next multiple of the interval, given the time since the start.

    Ticks that passed meanwhile are skipped, so a slow collection never causes a burst.
    """
    return (math.floor(since_s / interval_s) + 1) * interval_s - since_s
