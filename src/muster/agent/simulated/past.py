"""The past of a made-up machine: as if its agent had collected all along, and the server was away."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from muster.agent.collect.sample import to_columns
from muster.agent.collect.snapshot import Snapshot
from muster.agent.collecting import Kept, to_batches
from muster.agent.identity import Identity
from muster.agent.link import Link
from muster.agent.outcome import Outcome
from muster.agent.runners import positions
from muster.agent.runtime import new_epoch
from muster.agent.simulated.machine import SimulatedMachine
from muster.agent.spool import Spool
from muster.agent.spool_tables import count
from muster.agent.spooled import NewBatch, SpooledBatch, SpoolKey, pack
from muster.agent.thread import in_thread
from muster.failpoints import ignore
from muster.model.batch import INVENTORY, LOGS, REPORTS, SAMPLES, InventoryColumns, ReportColumns
from muster.model.desired import ConfigName
from muster.model.ids import Epoch
from muster.model.report import to_json

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
FIRST_S = 34 * MINUTE_S
"""The overview draws half an hour; it takes looks in the order of their times only."""

REPORTS_S, INVENTORIES_S = 10 * MINUTE_S, 6 * HOUR_S
CHUNK = 40
AT_ONCE = 10
"""So many chunks of one machine are under way, until the past can be drawn."""

GENTLE_S = 0.4
"""Pause between two looks that only make the past denser."""

RETRY_S = 1.0
FIRST_POLL_S = 0.2
LOGGED_POLLS = 60
FEW_ROWS = 300
"""So many rows that wait are those of the last seconds."""

SPOOL_BYTES = 1 << 30
PAST = ConfigName("\0past")
"""No runner has this name. Under it the spool remembers which parts of the past the server has."""

_log = logging.getLogger(__name__)


class Span(NamedTuple):
    """From how many seconds before the start to how many, and how far looks are apart."""

    from_s: int
    to_s: int
    step_s: int


DRAWN = (
    Span(15 * MINUTE_S, 0, 10),
    Span(HOUR_S, 15 * MINUTE_S, 20),
    Span(6 * HOUR_S, HOUR_S, 60),
    Span(DAY_S, 6 * HOUR_S, 300),
)
"""What charts of an hour to a day need, besides half an hour's looks for what is older."""

COARSE_S, DENSE_S = 1_800, 300


def looks_first(since_s: int) -> list[int]:
    """Return the times (Unix seconds) that a new agent finds in its spool, the oldest first."""
    return list(range(since_s - FIRST_S, since_s, 60))


def plan(since_s: int, days: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return the times of the other looks in chunks: those that charts need, and those that make them dense.

    The newest come first. No time is there twice, nor in `looks_first`.
    """
    seen = set(looks_first(since_s))
    coarse = Span(days * DAY_S, DAY_S, COARSE_S)
    dense = (Span(DAY_S, 6 * HOUR_S, 60), Span(days * DAY_S, DAY_S, DENSE_S))

    def chunks(spans: Iterable[Span]) -> list[list[int]]:
        return [chunk for span in spans for chunk in _chunks(since_s, span, seen)]

    return chunks((*DRAWN, coarse)), chunks(dense)


def _now_us() -> int:
    return time.time_ns() // 1000


def _chunks(since_s: int, span: Span, seen: set[int]) -> Iterator[list[int]]:
    times = range(since_s - span.to_s - span.step_s, since_s - span.from_s - 1, -span.step_s)
    fresh = [at_s for at_s in times if at_s not in seen]
    seen.update(fresh)
    for first in range(0, len(fresh), CHUNK):
        yield fresh[first : first + CHUNK]


class Past:
    """One machine's past, from its enrolment on. `path` is that of its agent's own spool.

    A look of a time is the same whenever it is made, and each chunk has an epoch of its own that is known
    before: what is sent again after a crash is a repeat to the server. When a chunk is stored, this is noted
    and counted in the agent's ledger, in one transaction.
    """

    def __init__(self, machine: SimulatedMachine, path: Path, *, since_s: int, days: int) -> None:
        """Spool what the agent shall send first, once; call it before the agent opens its spool. Blocks.

        Raises SettingsError.
        """
        self._machine = machine
        self._since_s = since_s
        self._days = days
        self._spool = Spool(path, epoch=new_epoch(), max_bytes=SPOOL_BYTES, now_us=_now_us, reach=ignore)
        self._done = self._spool.transact(lambda db: positions.load(db, PAST))
        if not self._done:
            looks = [batch for at_s in looks_first(since_s) for batch in self._look(at_s)]
            self._spool.append_all(
                [*looks, *self._rarely()], lambda db, _: positions.store(db, PAST, {"begun": "1"})
            )

    def close(self) -> None:
        """Close the file."""
        self._spool.close()

    async def begun(self) -> None:
        """Return when the agent has sent what it began with: the overview takes nothing older than it has."""
        while await in_thread(self._has_more_first):  # noqa: ASYNC110 the agent's own senders work on it
            await asyncio.sleep(FIRST_POLL_S)

    async def logged(self) -> None:
        """Return when the server has the machine's lines, or after a while without any."""
        for _ in range(LOGGED_POLLS):
            ledger = await in_thread(self._spool.ledger)
            logs = [one for one in ledger if one.stream.startswith(LOGS)]
            if logs and all(one.acknowledged and not one.waiting for one in logs):
                return
            await asyncio.sleep(1.0)

    async def send(self, link: Link, identity: Identity, *, is_dense: bool) -> None:
        """Send what the server does not have yet; without `is_dense` only what charts need."""
        drawn, dense = plan(self._since_s, self._days)
        numbered = [(str(number), times) for number, times in enumerate((*drawn, *dense))]
        sender = _Sender(self._machine, self._spool, link, identity)
        todo = iter([part for part in numbered[: len(drawn)] if part[0] not in self._done])
        await asyncio.gather(*(sender.send_all(todo, pause_s=0.0) for _ in range(AT_ONCE)))
        if is_dense:
            rest = [part for part in numbered[len(drawn) :] if part[0] not in self._done]
            await sender.send_all(iter(rest), pause_s=GENTLE_S)

    def _has_more_first(self) -> bool:
        waiting = [one.waiting for one in self._spool.ledger() if one.stream == SAMPLES]
        return sum(waiting) > FEW_ROWS

    def _look(self, at_s: int) -> list[NewBatch]:
        snapshot = Snapshot(at_s * 1_000_000, self._machine.report_at(at_s), self._machine.samples_at(at_s))
        return to_batches(snapshot, Kept(reports=False))

    def _rarely(self) -> Iterator[NewBatch]:
        first_s = self._since_s - self._days * DAY_S
        times = range(first_s, self._since_s, REPORTS_S)
        reports = [to_json(self._machine.report_at(at_s)).decode() for at_s in times]
        yield NewBatch(REPORTS, len(reports), msgspec.msgpack.encode(ReportColumns(reports)))
        times = range(first_s, self._since_s, INVENTORIES_S)
        texts = [msgspec.json.encode(self._machine.inventory_at(at_s)).decode() for at_s in times]
        yield NewBatch(INVENTORY, len(texts), msgspec.msgpack.encode(InventoryColumns(texts)))


class _Sender:
    """Sends chunks of looks, one look of a chunk after the other."""

    def __init__(self, machine: SimulatedMachine, spool: Spool, link: Link, identity: Identity) -> None:
        self._machine = machine
        self._spool = spool
        self._link = link
        self._identity = identity

    async def send_all(self, parts: Iterator[tuple[str, list[int]]], *, pause_s: float) -> None:
        """Send what is left of `parts`, which others may share, and note each that is stored."""
        for number, times in parts:
            epoch = Epoch(sha256(f"{self._identity.agent_id}/past/{number}".encode()).hexdigest()[:32])
            rows = 0
            for sequence, at_s in enumerate(times, 1):
                batch = self._make(SpoolKey(SAMPLES, epoch, sequence), at_s)
                if not await self._deliver(batch):
                    return
                rows += batch.rows
                await asyncio.sleep(pause_s)
            await in_thread(partial(self._note, number, rows))

    def _make(self, key: SpoolKey, at_s: int) -> SpooledBatch:
        samples = self._machine.samples_at(at_s)
        body = msgspec.msgpack.encode(to_columns(at_s * 1_000_000, samples))
        packed = pack(SAMPLES, len(samples), [body])
        return SpooledBatch(key, packed.sha256, packed.rows, 0, packed.body)

    async def _deliver(self, batch: SpooledBatch) -> bool:
        """Send until it is stored; False: it never will be."""
        while True:
            answer = await self._link.send(self._identity.credential, batch)
            if answer.outcome is Outcome.DONE:
                return True
            if answer.outcome not in (Outcome.LATER, Outcome.UNKNOWN):
                _log.error("the past of %s ends here: %s", self._machine.hostname, answer.message)
                return False
            await asyncio.sleep(answer.retry_after_s or RETRY_S)

    def _note(self, number: str, rows: int) -> None:
        def work(db: sqlite3.Connection) -> None:
            positions.store(db, PAST, {number: str(rows)})
            count(db, SAMPLES, collected=rows, spooled=rows, acknowledged=rows)

        self._spool.transact(work)
