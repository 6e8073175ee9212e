"""The spool: batches on disk until the server has them, and a ledger that always balances.

A batch keeps the epoch and sequence it was made with. All methods may be
called from any thread; they block for one fsync, and what they say is durable when they return.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import zstandard

from muster.agent.spool_file import count_set_aside, is_damage, open_memory_spool, open_spool_file, set_aside
from muster.agent.spool_tables import (
    count,
    delete,
    empty_ledger,
    insert,
    streams_by_size,
    thin,
    transact,
    trim_quarantine,
    used_bytes,
)
from muster.agent.spooled import NewBatch, PackedBatch, QuarantinedBatch, SpooledBatch, SpoolKey
from muster.failpoints import Reach
from muster.model.batch import INVENTORY, REPORTS, SAMPLES, content_sha256
from muster.model.ids import Epoch, StreamName
from muster.model.link import StreamLedger

_THINNABLE = frozenset({REPORTS, SAMPLES, INVENTORY})
"""Streams of which some rows may be missing without harm to the others."""

_VACUUM_PAGES = 2048

_log = logging.getLogger(__name__)

T = TypeVar("T")

Also = Callable[[sqlite3.Connection, list[SpoolKey | None]], None]
"""More work of a transaction that stores batches."""


class SpoolFull(Exception):
    """There is no room for rows of which none may be lost; there is again when others were sent."""


class Spool:
    """A file of at most about `max_bytes`; new batches belong to `epoch`. `path` None: in memory."""

    def __init__(
        self, path: Path | None, *, epoch: Epoch, max_bytes: int, now_us: Callable[[], int], reach: Reach
    ) -> None:
        self._path = path
        self._epoch = epoch
        self._max_bytes = max_bytes
        self._now_us = now_us
        self._reach = reach
        self._lock = threading.Lock()
        self._in_flight: dict[StreamName, SpoolKey] = {}
        self._unwritten_drops: dict[StreamName, int] = {}
        self._db = open_spool_file(path) if path else open_memory_spool()

    @property
    def epoch(self) -> Epoch:
        """The epoch of the batches that are made now."""
        return self._epoch

    @property
    def set_aside_count(self) -> int:
        """How many damaged spools were moved aside in this directory."""
        return 0 if self._path is None else count_set_aside(self._path)

    def append(self, stream: StreamName, rows: int, body: bytes) -> SpoolKey | None:
        """Store one batch, as `append_all` does."""
        return self.append_all([NewBatch(stream, rows, body)])[0]

    def append_all(self, batches: Sequence[NewBatch], also: Also | None = None) -> list[SpoolKey | None]:
        """Store batches in one transaction, each under the next sequence of its stream and this epoch.

        None: there was no room for a batch even after thinning, or the disk refused; its rows are
        counted as dropped. `also` is called with the keys before the commit, for more that belongs
        to the same transaction; it is undone when the disk refuses.
        """
        packer = zstandard.ZstdCompressor(level=3)
        hashed = [(batch, content_sha256(batch.body), packer.compress(batch.body)) for batch in batches]
        written: dict[StreamName, int] = {}

        def work(db: sqlite3.Connection) -> list[SpoolKey | None]:
            written.update(self._write_drops(db, {batch.stream for batch in batches}))
            (last,) = db.execute("SELECT coalesce(max(rowid), 0) FROM batches").fetchone()
            keys = [self._add(db, *parts, before=last + 1) for parts in hashed]
            if also is not None:
                also(db, keys)
            if any(keys):
                self._reach("agent.spool.before_commit")
            return keys

        try:
            keys = self._run(work)
        except sqlite3.OperationalError as error:
            for batch in batches:
                self._note_drops(batch.stream, batch.rows)
                _log.error(
                    "the spool cannot be written (%s): %d rows of %s are dropped",
                    error,
                    batch.rows,
                    batch.stream,
                )
            return [None] * len(batches)
        for stream, drops in written.items():
            self._note_drops(stream, -drops)
        for batch, key in zip(batches, keys, strict=True):
            if key is None:
                _log.error("the spool is full: %d rows of %s are dropped", batch.rows, batch.stream)
        self._reach("agent.spool.after_commit")
        return keys

    def append_whole(self, batches: Sequence[PackedBatch], also: Also) -> list[SpoolKey]:
        """Store all of the batches and `also` in one transaction. What cannot be stored is not counted.

        They leave a part of the file free for streams that cannot wait. Raises SpoolFull when there is
        no room, sqlite3.OperationalError when the disk refuses: nothing is done then.
        """

        def work(db: sqlite3.Connection) -> list[SpoolKey]:
            if used_bytes(db) + sum(len(batch.body) for batch in batches) > self._whole_bytes:
                raise SpoolFull
            keys = [self._insert(db, batch) for batch in batches]
            if used_bytes(db) > self._max_bytes:
                raise SpoolFull
            also(db, list(keys))
            if keys:
                self._reach("agent.spool.before_commit")
            return keys

        keys = self._run(work)
        self._reach("agent.spool.after_commit")
        return keys

    @property
    def away_bytes(self) -> int:
        """So much may wait for somebody else than the server: a quarter."""
        return self._max_bytes // 4

    @property
    def _whole_bytes(self) -> int:
        return self._max_bytes * 7 // 8

    def streams(self) -> list[StreamName]:
        """Return the streams of which something waits."""
        return self._run(streams_by_size)

    def oldest(self, stream: StreamName) -> SpooledBatch | None:
        """Return the batch to send next: the earliest epoch, then the lowest sequence.

        It stays until the next call, or until it is acknowledged, put in quarantine or moved.
        """

        def work(db: sqlite3.Connection) -> SpooledBatch | None:
            row = db.execute(
                "SELECT e.epoch, b.sequence, b.sha256, b.rows, b.created_us, b.body FROM batches b"
                " JOIN epochs e ON e.id = b.epoch_id WHERE b.stream = ?"
                " ORDER BY b.epoch_id, b.sequence LIMIT 1",
                (stream,),
            ).fetchone()
            if row is None:
                return None
            key = self._in_flight[stream] = SpoolKey(stream, Epoch(row[0]), row[1])
            return SpooledBatch(key, *row[2:])

        return self._run(work)

    def acknowledge(self, batch: SpooledBatch) -> None:
        """Delete a batch that the server has stored. A batch that is gone already is no error."""

        def work(db: sqlite3.Connection) -> None:
            if delete(db, batch):
                count(db, batch.key.stream, acknowledged=batch.rows)

        self._run(work)
        self._reach(f"agent.delete.after_commit@{batch.key.stream}")
        self._shrink()

    def quarantine(self, batch: SpooledBatch, reason: str) -> None:
        """Put a batch that the server refuses for good aside, where it can be looked at.

        Quarantine holds at most `MAX_QUARANTINED` batches and an eighth of the spool's bytes.
        """

        def work(db: sqlite3.Connection) -> None:
            if not delete(db, batch):
                return
            count(db, batch.key.stream, quarantined=batch.rows)
            db.execute(
                "INSERT INTO quarantine (stream, epoch, sequence, sha256, rows, created_us,"
                " quarantined_us, reason, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *msgspec.structs.astuple(batch.key),
                    batch.sha256,
                    batch.rows,
                    batch.created_us,
                    self._now_us(),
                    reason,
                    batch.body,
                ),
            )
            trim_quarantine(db, self._max_bytes // 8)

        self._run(work)

    def move_to_epoch(self, batch: SpooledBatch, epoch: Epoch) -> SpoolKey | None:
        """Give a batch the next sequence of another epoch. None when it is gone already."""

        def work(db: sqlite3.Connection) -> SpoolKey | None:
            if not delete(db, batch):
                return None
            stream = batch.key.stream
            key = insert(
                db,
                stream,
                epoch,
                sha256=batch.sha256,
                rows=batch.rows,
                body=batch.body,
                created_us=batch.created_us,
            )
            count(db, stream, waiting=batch.rows, waiting_bytes=len(batch.body))
            return key

        return self._run(work)

    def quarantined(self) -> list[QuarantinedBatch]:
        """Return the batches in quarantine, oldest first."""

        def work(db: sqlite3.Connection) -> list[QuarantinedBatch]:
            rows = db.execute(
                "SELECT stream, epoch, sequence, sha256, rows, created_us, body, reason"
                " FROM quarantine ORDER BY id"
            )
            return [QuarantinedBatch(SpooledBatch(SpoolKey(*row[:3]), *row[3:7]), row[7]) for row in rows]

        return self._run(work)

    def ledger(self) -> list[StreamLedger]:
        """Return what was counted for each stream."""
        columns = StreamLedger.__struct_fields__

        def work(db: sqlite3.Connection) -> list[StreamLedger]:
            rows = db.execute(f"SELECT {', '.join(columns)} FROM ledger ORDER BY stream").fetchall()  # noqa: S608
            return [StreamLedger(**dict(zip(columns, row, strict=True))) for row in rows]

        stored = {ledger.stream: ledger for ledger in self._run(work)}
        with self._lock:
            drops = dict(self._unwritten_drops)
        for stream, rows in drops.items():
            if not rows:
                continue
            ledger = stored.get(stream) or empty_ledger(stream)
            stored[stream] = msgspec.structs.replace(
                ledger, collected=ledger.collected + rows, dropped=ledger.dropped + rows
            )
        return list(stored.values())

    def transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in one transaction of the spool's database; durable on return, undone when it raises.

        It may run twice when the file turns out to be damaged.
        """
        return self._run(work)

    def close(self) -> None:
        """Wait for the call that runs, if any, and close the file."""
        with self._lock:
            self._db.close()

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in one transaction; on a damaged file begin a new one and run it there."""
        with self._lock:
            try:
                return transact(self._db, work)
            except sqlite3.DatabaseError as error:
                if self._path is None or not is_damage(error):
                    raise
                self._db.close()
                set_aside(self._path, error)
                self._db = open_spool_file(self._path)
            return transact(self._db, work)

    def _add(
        self, db: sqlite3.Connection, batch: NewBatch, sha256: str, packed: bytes, *, before: int
    ) -> SpoolKey | None:
        """Insert a batch if it can be given room; batches from rowid `before` on are as new as it is."""
        db.execute("SAVEPOINT batch")
        key = self._insert(db, PackedBatch(batch.stream, batch.rows, sha256, packed))
        if not self._make_room(db, batch.stream, before):
            db.execute("ROLLBACK TO batch")
            count(db, batch.stream, collected=batch.rows, dropped=batch.rows)
            return None
        return key

    def _insert(self, db: sqlite3.Connection, batch: PackedBatch) -> SpoolKey:
        """Insert a batch and count it, whatever room there is."""
        key = insert(
            db,
            batch.stream,
            self._epoch,
            sha256=batch.sha256,
            rows=batch.rows,
            body=batch.body,
            created_us=self._now_us(),
        )
        rows = batch.rows
        count(db, batch.stream, collected=rows, spooled=rows, waiting=rows, waiting_bytes=len(batch.body))
        return key

    def _write_drops(self, db: sqlite3.Connection, streams: set[StreamName]) -> dict[StreamName, int]:
        """Count in the ledger what was dropped while the disk refused; return it by stream."""
        drops = {stream: self._unwritten_drops.get(stream, 0) for stream in streams}
        for stream, rows in drops.items():
            if rows:
                count(db, stream, collected=rows, dropped=rows)
        return drops

    def _note_drops(self, stream: StreamName, rows: int) -> None:
        """Remember drops that the ledger on disk does not hold yet."""
        with self._lock:
            self._unwritten_drops[stream] = self._unwritten_drops.get(stream, 0) + rows

    def _make_room(self, db: sqlite3.Connection, stream: StreamName, before: int) -> bool:
        """Thin what waits until the file is within its bound; False when that does not suffice."""
        while used_bytes(db) > self._max_bytes:
            if stream not in _THINNABLE or not any(
                thin(db, big, before=before, in_flight=self._in_flight.get(big))
                for big in streams_by_size(db)
                if big in _THINNABLE
            ):
                return False
        return True

    def _shrink(self) -> None:
        """Give freed pages back to the file system, some at a time."""
        with self._lock:
            (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
            if free > _VACUUM_PAGES:
                self._db.execute(f"PRAGMA incremental_vacuum({_VACUUM_PAGES})").fetchall()
