"""The spool's database file: opened, checked, and set aside when it is damaged."""

import logging
import os
import sqlite3
from pathlib import Path

from muster.errors import SettingsError

VERSION = 1
KEEP_SET_ASIDE = 2

_log = logging.getLogger(__name__)

_PRAGMAS = (
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -256",
    "PRAGMA journal_size_limit = 4194304",
)

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS epochs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, epoch TEXT NOT NULL,
        next_sequence INTEGER NOT NULL, UNIQUE (stream, epoch))""",
    """CREATE TABLE IF NOT EXISTS batches (
        stream TEXT NOT NULL, epoch_id INTEGER NOT NULL, sequence INTEGER NOT NULL,
        sha256 TEXT NOT NULL, rows INTEGER NOT NULL, created_us INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (stream, epoch_id, sequence))""",
    """CREATE TABLE IF NOT EXISTS ledger (
        stream TEXT PRIMARY KEY, collected INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0,
        spooled INTEGER NOT NULL DEFAULT 0, thinned INTEGER NOT NULL DEFAULT 0,
        quarantined INTEGER NOT NULL DEFAULT 0, acknowledged INTEGER NOT NULL DEFAULT 0,
        waiting INTEGER NOT NULL DEFAULT 0, waiting_bytes INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TABLE IF NOT EXISTS quarantine (
        id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, epoch TEXT NOT NULL,
        sequence INTEGER NOT NULL, sha256 TEXT NOT NULL, rows INTEGER NOT NULL, created_us INTEGER NOT NULL,
        quarantined_us INTEGER NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS runners (
        name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, read INTEGER NOT NULL DEFAULT 0,
        failed INTEGER NOT NULL DEFAULT 0, filtered INTEGER NOT NULL DEFAULT 0,
        spooled INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TABLE IF NOT EXISTS reader_positions (
        runner TEXT NOT NULL, key TEXT NOT NULL, position TEXT NOT NULL, PRIMARY KEY (runner, key))""",
    "DELETE FROM epochs WHERE id NOT IN (SELECT epoch_id FROM batches)",
    f"PRAGMA user_version = {VERSION}",
)


def open_spool_file(path: Path) -> sqlite3.Connection:
    """Open the file, or make it, readable by its owner only; commits are durable on return.

    A damaged file is moved aside (`set_aside`) and a new one begun. Raises SettingsError when the
    file cannot be opened, or was made by a newer version.
    """
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise SettingsError(f"spool {path}: {error}") from None
        set_aside(path, error)
    return _open(path)


def open_memory_spool() -> sqlite3.Connection:
    """Open a spool that is gone with the process; small, since thousands of them may be open."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, cached_statements=8)
    db.execute("PRAGMA page_size = 1024")
    _make_tables(db)
    return db


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Tell whether an error says that the file is damaged, rather than that the disk is full, say."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def set_aside(path: Path, error: Exception) -> None:
    """Rename a damaged file and its log to `<name>.damaged-<n>`; the newest two are kept."""
    number = count_set_aside(path) + 1
    target = path.with_name(f"{path.name}.damaged-{number}")
    for suffix in ("-shm", "-wal", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(target.with_name(target.name + suffix))
    for old in path.parent.glob(f"{path.name}.damaged-{number - KEEP_SET_ASIDE}*"):
        old.unlink()
    _log.error(
        "the spool is damaged (%s): moved to %s, a new one is begun; what waited in it is not sent",
        error,
        target,
    )


def count_set_aside(path: Path) -> int:
    """Return how many damaged files were ever moved aside."""
    numbers = [old.name.rpartition("-")[2] for old in path.parent.glob(f"{path.name}.damaged-*")]
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def _open(path: Path) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise SettingsError(f"spool {path}: {error.strerror}") from None
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _PRAGMAS:
            db.execute(pragma).fetchall()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise SettingsError(f"spool {path}: made by a newer version of Muster")
        verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            damage = sqlite3.DatabaseError(verdict)
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage
        _make_tables(db)
    except BaseException:
        db.close()
        raise
    return db


def _make_tables(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        db.execute(statement)
    db.commit()
