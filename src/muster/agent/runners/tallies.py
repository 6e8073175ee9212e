"""Counters of runners, in the spool's database: they change in one transaction with what is spooled."""

import sqlite3

import msgspec

from muster.model.desired import ConfigName


class Tally(msgspec.Struct, frozen=True):
    """Rows of one runner since it was made or reset."""

    read: int = 0
    failed: int = 0
    filtered: int = 0
    spooled: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Return the sums."""
        return Tally(
            *map(sum, zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True))
        )


def take_over(db: sqlite3.Connection, name: ConfigName, epoch: int) -> tuple[Tally, bool]:
    """Return a runner's counters, made or begun anew when this epoch is not the stored one.

    True: its epoch is a new one, so what it has read is to be forgotten.
    """
    row = db.execute(
        "SELECT epoch, read, failed, filtered, spooled FROM runners WHERE name = ?", (name,)
    ).fetchone()
    if row is not None and row[0] == epoch:
        return Tally(*row[1:]), False
    db.execute("INSERT OR REPLACE INTO runners (name, epoch) VALUES (?, ?)", (name, epoch))
    return Tally(), row is not None


def add(db: sqlite3.Connection, name: ConfigName, tally: Tally) -> None:
    """Count more rows of a runner; a runner that was deleted meanwhile counts no more."""
    db.execute(
        "UPDATE runners SET read = read + ?, failed = failed + ?, filtered = filtered + ?,"
        " spooled = spooled + ? WHERE name = ?",
        (*msgspec.structs.astuple(tally), name),
    )


def delete(db: sqlite3.Connection, name: ConfigName) -> None:
    """Forget a runner's counters."""
    db.execute("DELETE FROM runners WHERE name = ?", (name,))


def names(db: sqlite3.Connection) -> list[ConfigName]:
    """Return the runners that have counters."""
    return [name for (name,) in db.execute("SELECT name FROM runners")]
