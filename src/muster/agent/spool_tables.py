"""What is done to the spool's tables, inside a transaction that the spool began."""

import logging
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from muster.agent.spooled import SpooledBatch, SpoolKey
from muster.model.ids import Epoch, StreamName
from muster.model.link import StreamLedger

MAX_QUARANTINED = 1000
"""So many refused batches are kept; older ones are only counted."""

_log = logging.getLogger(__name__)

T = TypeVar("T")


def transact(db: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run `work` in one transaction; durable on return, undone when it raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work(db)
        db.commit()
    except BaseException:
        if db.in_transaction:
            db.rollback()
        raise
    return result


def insert(
    db: sqlite3.Connection,
    stream: StreamName,
    epoch: Epoch,
    *,
    sha256: str,
    rows: int,
    body: bytes,
    created_us: int,
) -> SpoolKey:
    """Store a batch under the next sequence of an epoch; return its key."""
    db.execute(
        "INSERT OR IGNORE INTO epochs (stream, epoch, next_sequence) VALUES (?, ?, 1)", (stream, epoch)
    )
    epoch_id, sequence = db.execute(
        "SELECT id, next_sequence FROM epochs WHERE stream = ? AND epoch = ?", (stream, epoch)
    ).fetchone()
    db.execute("UPDATE epochs SET next_sequence = ? WHERE id = ?", (sequence + 1, epoch_id))
    db.execute(
        "INSERT INTO batches (stream, epoch_id, sequence, sha256, rows, created_us, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (stream, epoch_id, sequence, sha256, rows, created_us, body),
    )
    return SpoolKey(stream, epoch, sequence)


def delete(db: sqlite3.Connection, batch: SpooledBatch) -> bool:
    """Take a waiting batch out of the queue and of the waiting counters; False when it is not there."""
    key = batch.key
    cursor = db.execute(
        "DELETE FROM batches WHERE stream = ? AND sequence = ?"
        " AND epoch_id = (SELECT id FROM epochs WHERE stream = ? AND epoch = ?)",
        (key.stream, key.sequence, key.stream, key.epoch),
    )
    if cursor.rowcount:
        count(db, key.stream, waiting=-batch.rows, waiting_bytes=-len(batch.body))
    return cursor.rowcount > 0


def count(db: sqlite3.Connection, stream: StreamName, **changes: int) -> None:
    """Add to counters of a stream's ledger; the keywords are its columns."""
    db.execute("INSERT OR IGNORE INTO ledger (stream) VALUES (?)", (stream,))
    terms = ", ".join(f"{column} = {column} + ?" for column in changes)
    db.execute(f"UPDATE ledger SET {terms} WHERE stream = ?", (*changes.values(), stream))  # noqa: S608


def empty_ledger(stream: StreamName) -> StreamLedger:
    """Return the ledger of a stream that the file does not know yet."""
    return StreamLedger(
        stream=stream,
        collected=0,
        dropped=0,
        spooled=0,
        thinned=0,
        quarantined=0,
        acknowledged=0,
        waiting=0,
        waiting_bytes=0,
    )


def streams_by_size(db: sqlite3.Connection) -> list[StreamName]:
    """Return the streams of which something waits, the one with most bytes first."""
    rows = db.execute("SELECT stream FROM ledger WHERE waiting > 0 ORDER BY waiting_bytes DESC, stream")
    return [StreamName(stream) for (stream,) in rows]


def thin(db: sqlite3.Connection, stream: StreamName, *, before: int, in_flight: SpoolKey | None) -> bool:
    """Remove every second batch of the older half, so that the past grows sparser with age.

    Batches whose rowid is not below `before` and the one that may be on its way to the server stay.
    False: nothing was removed.
    """
    waiting = db.execute(
        "SELECT b.rowid, b.rows, length(b.body), e.epoch, b.sequence FROM batches b"
        " JOIN epochs e ON e.id = b.epoch_id WHERE b.stream = ? AND b.rowid < ?"
        " ORDER BY b.epoch_id, b.sequence",
        (stream, before),
    ).fetchall()
    idle = [row for row in waiting if SpoolKey(stream, row[3], row[4]) != in_flight]
    removed = idle[: max(2, len(idle) // 2)][1::2]
    db.executemany("DELETE FROM batches WHERE rowid = ?", [(row[0],) for row in removed])
    rows = sum(row[1] for row in removed)
    size_bytes = sum(row[2] for row in removed)
    count(db, stream, thinned=rows, waiting=-rows, waiting_bytes=-size_bytes)
    if removed:
        _log.warning("the spool is full: %d waiting rows of %s are thinned out", rows, stream)
    return bool(removed)


def trim_quarantine(db: sqlite3.Connection, max_bytes: int) -> None:
    """Forget the oldest batches in quarantine beyond its bounds, but never the newest."""
    size_bytes = 0
    rows = db.execute("SELECT id, length(body) FROM quarantine ORDER BY id DESC")
    for kept, (batch_id, body_bytes) in enumerate(rows, start=1):
        size_bytes += body_bytes
        if kept > MAX_QUARANTINED or (kept > 1 and size_bytes > max_bytes):
            db.execute("DELETE FROM quarantine WHERE id <= ?", (batch_id,))
            return


def used_bytes(db: sqlite3.Connection) -> int:
    """Return the bytes of the file's pages that hold something."""
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    (page_bytes,) = db.execute("PRAGMA page_size").fetchone()
    return int((pages - free) * page_bytes)
