"""The relational store: one writer thread that commits in groups, a few reader threads."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from muster.errors import SettingsError, Unavailable
from muster.store.commit import GroupCommit, Observer

T = TypeVar("T")
Work = Callable[[Connection], Any]

READERS = 4
BUSY_MS = 10_000
WORK_BYTES = 4096
"""What a piece of work counts against the queue's bound."""


class Relational:
    """SQLite or PostgreSQL. Usable from any thread and from the event loop.

    A work is a function of a connection. It may run more than once, when another work of its group
    failed, so it must have no effect but on the database.
    """

    def __init__(self, engine: Engine, *, queue_bytes: int, observer: Observer | None) -> None:
        self.engine = engine
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="relational-read")
        self._commit: GroupCommit[Work, Any] = GroupCommit(
            "relational",
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
        with _translated(), self.engine.connect() as connection:
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
        with _translated(), self.engine.begin() as connection:
            return [work(connection) for work in works]


def open_relational(
    dsn: str, data: Path, *, queue_bytes: int = 16 * 1024 * 1024, observer: Observer | None = None
) -> Relational:
    """Open the database of a DSN; an empty one means SQLite in the data directory.

    Raises SettingsError when the DSN or the directory cannot be used.
    """
    if dsn:
        return Relational(_postgresql(dsn), queue_bytes=queue_bytes, observer=observer)
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = data / "relational.db"
        path.touch(mode=0o600)
    except OSError as error:
        raise SettingsError(f"data directory {data}: {error.strerror}") from None
    return Relational(_sqlite(path), queue_bytes=queue_bytes, observer=observer)


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

    return engine


def _postgresql(dsn: str) -> Engine:
    try:
        url = make_url(dsn)
    except ArgumentError:
        raise SettingsError(
            "relational.dsn: expected postgresql://user:password@host:port/database"
        ) from None
    if url.get_backend_name() != "postgresql":
        raise SettingsError("relational.dsn: expected postgresql://..., or nothing for SQLite")
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=READERS + 1)


@contextmanager
def _translated() -> Iterator[None]:
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
