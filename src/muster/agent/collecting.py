"""Looks at the machine at each interval and spools what it saw; the server need not be there."""

import asyncio
import logging
import math
from typing import NamedTuple, Protocol

import msgspec

from muster.agent.clock import Clock
from muster.agent.collect.sample import to_columns
from muster.agent.collect.snapshot import Snapshot
from muster.agent.spool import Spool
from muster.agent.spooled import NewBatch, Spooled
from muster.agent.thread import in_thread
from muster.agent.ticks import seconds_to_tick
from muster.agent.trouble import Trouble
from muster.model.batch import INVENTORY, REPORTS, SAMPLES, InventoryColumns, ReportColumns
from muster.model.desired import Watch
from muster.model.ids import StreamName
from muster.model.link import Command, CommandResult
from muster.model.report import Report, to_json

COMMAND_S = 9.0
"""Who asked for a report waits 10 s."""

MIN_INTERVAL_S, MAX_INTERVAL_S = 1.0, 86_400.0
EARLY_S = 0.01
"""A wait may end so much before its tick."""

_log = logging.getLogger(__name__)


class Collector(Protocol):
    """Looks at the machine. Its methods block, and are never called concurrently, all but `watch`."""

    def watch(self, watch: Watch) -> None:
        """Look at this from the next look on. Returns at once, and may be called at any time."""
        ...

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


class Tick:
    """A rhythm that begins with the process; `interval_s` None: it pauses."""

    def __init__(self, interval_s: float | None) -> None:
        self.interval_s = interval_s
        self._last: int | None = None

    def take(self, since_s: float) -> bool:
        """Tell whether a tick has come since the last one that was taken, and take it."""
        if self.interval_s is None:
            return False
        number = math.floor((since_s + EARLY_S) / self.interval_s)
        is_due = number != self._last
        self._last = number
        return is_due

    def wait_s(self, since_s: float) -> float:
        """Return the seconds until the next tick."""
        return math.inf if self.interval_s is None else seconds_to_tick(since_s, self.interval_s)


class Collecting:
    """The loop that looks at the machine every `interval_s` seconds, the first time at once.

    A report is made then. Samples are taken at the same interval until `set_samples_interval` gives them
    another one. Every `inventory_interval_s`, as near as its ticks are, an inventory is made, too.
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
        spooled: Spooled,
    ) -> None:
        self._collector = collector
        self._spool = spool
        self._sink = sink
        self._reports = Tick(interval_s)
        self._samples = Tick(interval_s)
        self._interval_s = interval_s
        self._inventory_interval_s = inventory_interval_s
        self._inventory_s: float | None = None
        self._clock = clock
        self._spooled = spooled
        self._busy = asyncio.Lock()
        self._started_s = clock.monotonic_s()
        self._sink_trouble = Trouble(_log)
        self._bell = asyncio.Event()

    def set_samples_interval(self, interval_s: float | None) -> None:
        """Take samples this often from now on. Reports and inventories go on.

        None: not at all, 0: as often as reports.
        """
        if interval_s == 0:
            interval_s = self._interval_s
        elif interval_s is not None:
            interval_s = min(max(interval_s, MIN_INTERVAL_S), MAX_INTERVAL_S)
        if interval_s != self._samples.interval_s:
            self._samples = Tick(interval_s)
            self._bell.set()

    async def run(self) -> None:
        """Collect until cancelled."""
        while True:
            self._bell.clear()
            since_s = self._clock.monotonic_s() - self._started_s
            kept = Kept(reports=self._reports.take(since_s), samples=self._samples.take(since_s))
            if any(kept):
                snapshot = await self._look()
                await in_thread(lambda kept=kept, snapshot=snapshot: self._keep(snapshot, kept))  # type: ignore[misc]
                self._spooled((REPORTS, SAMPLES, INVENTORY))
            await self._rest()

    async def _rest(self) -> None:
        """Wait for the next tick, or for another interval."""
        since_s = self._clock.monotonic_s() - self._started_s
        wait_s = min(self._reports.wait_s(since_s), self._samples.wait_s(since_s))
        pause = asyncio.ensure_future(self._clock.sleep(wait_s))
        ringing = asyncio.create_task(self._bell.wait())
        try:
            await asyncio.wait({pause, ringing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            ringing.cancel()

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

    def _keep(self, snapshot: Snapshot, kept: "Kept") -> None:
        """Spool a snapshot, then write its report to the other sink, whose failure harms nothing else."""
        report = snapshot.report
        self._spool.append_all(to_batches(snapshot, kept))
        if self._sink is None or not kept.reports:
            return
        try:
            self._sink.write(report)
        except OSError as error:
            self._sink_trouble.met(f"cannot write the report to its directory: {error}")
        else:
            self._sink_trouble.over("writing reports to their directory again")


class Kept(NamedTuple):
    """What of a snapshot is sent; an inventory that it has always is."""

    reports: bool = True
    samples: bool = True


EVERYTHING = Kept()


def to_batches(snapshot: Snapshot, kept: Kept = EVERYTHING) -> list[NewBatch]:
    """Return a snapshot as a batch of each stream for which it has rows."""
    batches = []
    if kept.reports:
        batches.append(_batch(REPORTS, 1, ReportColumns([to_json(snapshot.report).decode()])))
    if kept.samples and snapshot.samples:
        batches.append(_batch(SAMPLES, len(snapshot.samples), to_columns(snapshot.ts_us, snapshot.samples)))
    if snapshot.inventory is not None:
        text = msgspec.json.encode(snapshot.inventory).decode()
        batches.append(_batch(INVENTORY, 1, InventoryColumns([text])))
    return batches


def _batch(stream: StreamName, rows: int, columns: msgspec.Struct) -> NewBatch:
    return NewBatch(stream, rows, msgspec.msgpack.encode(columns))
