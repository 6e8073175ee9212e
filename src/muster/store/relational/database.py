"""The relational store: one writer thread that commits in groups, a few reader threads."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from muster.errors import SettingsError, Unavailable
from muster.store.commit import GroupCommit, Observer

T = TypeVar("T")
Work = Callable[[Connection], Any]

READERS = 4
BUSY_MS = 10_000
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
WORK_BYTES = 4096
"""What a piece of work counts against the queue's bound."""


class Relational:
    """SQLite or PostgreSQL. Usable from any thread and from the event loop.

    A work is a function of a connection. It may run more than once, when another work of its group
    failed, so it must have no effect but on the database.
    """

    def __init__(
        self, engine: Engine, *, queue_bytes: int, observer: Observer | None, name: str = "relational"
    ) -> None:
        self.engine = engine
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix=f"{name}-read")
        self._commit: GroupCommit[Work, Any] = GroupCommit(
            name,
            self._write_group,
            queue_bytes=queue_bytes,
            group_bytes=queue_bytes,
            observer=observer,
        )

    @property
    def is_sqlite(self) -> bool:
        """Tell which of the two databases this is."""
        return self.engine.dialect.name == "sqlite"

    @property
    def pending_bytes(self) -> int:
        """Bytes of works that are not durable yet."""
        return self._commit.pending_bytes

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a work that only reads, on a reader thread. Raises Unavailable."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)
        except RuntimeError as error:
            raise Unavailable("the relational store is closed") from error

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a work in a transaction; durable on return. Raises Unavailable, Overloaded, or its error."""
        return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Callable[[Connection], T], *, size_bytes: int = WORK_BYTES) -> "Future[T]":
        """Hand over a work; the future ends when it is durable. Raises Overloaded, Unavailable.

        An exception that the work returns goes to its caller and leaves what it did in place; one that
        it raises undoes it.
        """
        return self._commit.submit(work, size_bytes=size_bytes)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Run a work that only reads, on the calling thread. Raises Unavailable."""
        with translated(), self.engine.connect() as connection:
            return work(connection)

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """Run a work in a transaction, waiting for its commit; not on the event loop. Raises as `write`."""
        return self.submit(work).result()

    async def ping(self) -> None:
        """Raise Unavailable when the database does not answer."""
        await self.read(lambda connection: connection.execute(text("SELECT 1")).scalar())

    def close(self) -> None:
        """Write what waits, then close every connection."""
        self._commit.close()
        self._readers.shutdown(wait=True, cancel_futures=True)
        self.engine.dispose()

    def _write_group(self, works: Sequence[Work]) -> Sequence[Any]:
        with translated(), self.engine.begin() as connection:
            return [work(connection) for work in works]


def open_relational(
    dsn: str,
    data: Path,
    *,
    name: str = "relational",
    create: bool = True,
    queue_bytes: int = 16 * 1024 * 1024,
    observer: Observer | None = None,
) -> Relational:
    """Open the database of a DSN; an empty one means SQLite in the data directory, in `name`.db.

    Raises SettingsError when the DSN or the directory cannot be used, and, unless it may `create`
    them, when there is no directory or no database in it.
    """
    if dsn:
        return Relational(_postgresql(dsn), queue_bytes=queue_bytes, observer=observer, name=name)
    path = data / f"{name}.db"
    try:
        if create:
            data.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        elif not path.is_file():
            raise SettingsError(f"no Muster data in {data}; start the server first, or name its --data")
    except OSError as error:
        raise SettingsError(f"data directory {data}: {error.strerror}") from None
    return Relational(_sqlite(path), queue_bytes=queue_bytes, observer=observer, name=name)


def _sqlite(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = threading.current_thread().name.startswith("commit-")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "handle_error")
    def explain(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF in DAMAGED:
            reason = f"{path} is damaged: {context.original_exception}; restore it from a backup"
            raise Unavailable(reason) from context.original_exception

    return engine


def parse_dsn(dsn: str) -> URL:
    """Return the address of a PostgreSQL database. Raises SettingsError."""
    try:
        url = make_url(dsn)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "relational.dsn: expected postgresql://user:password@host:port/database"
        ) from None
    if url.drivername.partition("+")[0] != "postgresql":
        raise SettingsError("relational.dsn: expected postgresql://..., or nothing for SQLite")
    return url.set(drivername="postgresql+psycopg")


def _postgresql(dsn: str) -> Engine:
    return create_engine(parse_dsn(dsn), pool_pre_ping=True, pool_size=READERS + 1)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the driver says of its surroundings into Unavailable."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable(f"the relational store failed: {_reason(error)}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(f"the relational store is gone: {_reason(error)}") from error
        raise


def _reason(error: DBAPIError) -> str:
    return (str(error.orig).splitlines() or ["no reason given"])[0]
