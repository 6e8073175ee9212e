"""Rows on their way to somewhere else than the server: they wait in the spool, too, in streams of their own.

A stream is named by the place of its sender in the configuration, so that rows which wait go to the sender
that is there when an address was corrected.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

import zstandard

from muster.agent.backoff import Backoff
from muster.agent.runners.kind import Job
from muster.agent.spool import SpoolFull
from muster.agent.spool_tables import count
from muster.agent.spooled import PackedBatch, SpooledBatch
from muster.agent.thread import in_thread, settled
from muster.model.desired import ConfigName
from muster.model.ids import StreamName

if TYPE_CHECKING:
    from muster.pipeline.senders.sender import Target

AWAY = "out:"
MIN_WAIT_S, MAX_WAIT_S = 0.5, 20.0


def away_stream(name: ConfigName, sender: int) -> StreamName:
    """Return the stream of a runner's sender, which is counted from 0."""
    return StreamName(f"{AWAY}{sender}:{name}")


def streams_of(db: sqlite3.Connection, name: ConfigName) -> list[StreamName]:
    """Return the streams of a runner's senders of which something waits."""
    rows = db.execute("SELECT stream FROM ledger WHERE substr(stream, 1, 4) = ? AND waiting > 0", (AWAY,))
    return [StreamName(stream) for (stream,) in rows if stream.split(":", 2)[2] == name]


def delete(db: sqlite3.Connection, name: ConfigName) -> None:
    """Let go of what waits for a runner's senders: it was deleted or reset. It counts as thinned out."""
    for stream in streams_of(db, name):
        rows, size_bytes = db.execute(
            "SELECT coalesce(sum(rows), 0), coalesce(sum(length(body)), 0) FROM batches WHERE stream = ?",
            (stream,),
        ).fetchone()
        db.execute("DELETE FROM batches WHERE stream = ?", (stream,))
        count(db, stream, thinned=rows, waiting=-rows, waiting_bytes=-size_bytes)


def check_room(db: sqlite3.Connection, batches: Sequence[PackedBatch], max_bytes: int) -> None:
    """Raise SpoolFull when what waits for all senders is too much; called when `batches` are in.

    A sender whose address is down must not fill the spool for everybody else.
    """
    added = sum(batch.stream.startswith(AWAY) for batch in batches)
    if not added:
        return
    waiting, size_bytes = db.execute(
        "SELECT count(*), coalesce(sum(length(body)), 0) FROM batches WHERE stream >= ? AND stream < ?",
        (AWAY, AWAY[:-1] + chr(ord(AWAY[-1]) + 1)),
    ).fetchone()
    if waiting > added and size_bytes > max_bytes:
        raise SpoolFull("rows wait for other senders than the server")


class Delivering:
    """Hands the batches of one stream over, in order, each until that succeeds."""

    def __init__(self, job: Job, stream: StreamName, target: "Target | None") -> None:
        """`target` None: its sender is gone from the configuration; what waits is put in quarantine."""
        self._job = job
        self._stream = stream
        self._target = target
        self._bell = asyncio.Event()
        self._backoff = Backoff(MIN_WAIT_S, MAX_WAIT_S, job.clock.random)

    def wake(self) -> None:
        """Tell that a batch was spooled."""
        self._bell.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._bell.clear()
            try:
                is_over = await self._hand_over_next()
            except Exception as error:  # noqa: BLE001 the outermost boundary of a sender: it tries again
                self._job.trouble(f"sender of {self._stream}: {str(error) or type(error).__name__}")
                await self._job.clock.sleep(self._backoff.next_s())
            else:
                self._backoff.reset()
                if is_over:
                    await self._bell.wait()

    def close(self) -> None:
        """Let go of where rows go."""
        if self._target is not None:
            self._target.close()

    async def _hand_over_next(self) -> bool:
        """Hand one batch over; True: none waits."""
        batch = await self._job.oldest(self._stream)
        if batch is None:
            return True
        if self._target is None:
            await self._job.quarantine(batch, "its sender is not configured any more")
            self._job.trouble(f"{batch.rows} rows of {self._stream} are put in quarantine: no such sender")
            return False
        await settled(self._hand_over(self._target, batch))
        return False

    async def _hand_over(self, target: "Target", batch: SpooledBatch) -> None:
        await in_thread(lambda: _deliver(target, batch))
        await self._job.acknowledge(batch)


def _deliver(target: "Target", batch: SpooledBatch) -> None:
    """Hand the rows of a batch over. Raises DeliveryFailed, OSError."""
    from muster.pipeline.senders.sender import iter_records

    body = zstandard.ZstdDecompressor().decompressobj().decompress(batch.body)
    target.deliver(list(iter_records(body)))
