"""Where readers stand, in the spool's database: it changes in one transaction with what is spooled."""

import sqlite3
from collections.abc import Mapping

from muster.model.desired import ConfigName


def load(db: sqlite3.Connection, name: ConfigName) -> dict[str, str]:
    """Return the positions of a runner's reader by their keys."""
    return dict(db.execute("SELECT key, position FROM reader_positions WHERE runner = ?", (name,)).fetchall())


def store(db: sqlite3.Connection, name: ConfigName, positions: Mapping[str, str | None]) -> None:
    """Replace some positions, or delete them where None is given."""
    db.executemany(
        "DELETE FROM reader_positions WHERE runner = ? AND key = ?", [(name, key) for key in positions]
    )
    db.executemany(
        "INSERT INTO reader_positions (runner, key, position) VALUES (?, ?, ?)",
        [(name, key, position) for key, position in positions.items() if position is not None],
    )


def delete(db: sqlite3.Connection, name: ConfigName) -> None:
    """Forget what a runner has read."""
    db.execute("DELETE FROM reader_positions WHERE runner = ?", (name,))
