"""The audit log: a database file of its own on SQLite, the same database on PostgreSQL."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from sqlalchemy import Connection

from muster.core.audit.note import Signer
from muster.core.audit.ports import Appended, AuditBatch, Page, Question
from muster.core.audit.proofs import consistency_proof, inclusion_proof
from muster.core.audit.tree import node_hasher, tile_width
from muster.errors import NotFound, SettingsError
from muster.failpoints import Reach, ignore
from muster.model.audit import AuditEvent, Source
from muster.model.idempotency import IdempotencyKey
from muster.settings import CommitSettings
from muster.store.commit import Observer
from muster.store.relational.audit_pages import read_page, read_sources
from muster.store.relational.audit_tree import read_events, read_head, tile_reader
from muster.store.relational.audit_writer import AuditWriter
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.migrate import AUDIT, migrate, plan_migration


class AuditTable:
    """Implements `muster.core.audit.ports.AuditLog`."""

    def __init__(
        self,
        relational: Relational,
        signer: Signer,
        commit: CommitSettings,
        *,
        now_us: Callable[[], int],
        reach: Reach = ignore,
        observer: Observer | None = None,
    ) -> None:
        self._relational = relational
        self.verifier = signer.verifier.text
        """The public key of checkpoints, as text."""

        self._writer = AuditWriter(relational, signer, commit, now_us=now_us, reach=reach, observer=observer)

    @property
    def pending_bytes(self) -> int:
        """Bytes that are not durable yet."""
        return self._writer.pending_bytes

    def sign_head(self) -> bool:
        """See `AuditWriter`."""
        return self._writer.sign_head()

    def submit(self, batch: AuditBatch, *, once: IdempotencyKey | None = None) -> "Future[Appended]":
        """See `AuditLog`."""
        return self._writer.submit(batch, once)

    async def page(self, question: Question) -> Page:
        """See `AuditLog`."""
        return await self._relational.read(lambda c: read_page(c, question))

    async def sources(self, *, limit: int) -> list[Source]:
        """See `AuditLog`."""
        return await self._relational.read(lambda c: read_sources(c, limit))

    async def checkpoint(self) -> str:
        """See `AuditLog`."""
        return await self._relational.read(lambda c: read_head(c)[2])

    async def tile(self, level: int, number: int, width: int) -> bytes:
        """See `AuditLog`."""

        def work(connection: Connection) -> bytes:
            size = read_head(connection)[0]
            if tile_width(size, level, number) < width:
                raise NotFound(f"the tree of {size} has no {width} hashes in tile {number} of level {level}")
            return b"".join(tile_reader(connection, size)(level, number, width))

        return await self._relational.read(work)

    async def events(self, first: int, count: int) -> list[AuditEvent]:
        """See `AuditLog`."""

        def work(connection: Connection) -> list[AuditEvent]:
            events = read_events(connection, first, count)
            if len(events) < count:
                raise NotFound(f"no {count} events from {first + 1} on")
            return events

        return await self._relational.read(work)

    async def inclusion(self, index: int, size: int | None) -> tuple[str, int, list[bytes]]:
        """See `AuditLog`."""

        def work(connection: Connection) -> tuple[str, int, list[bytes]]:
            newest, _, checkpoint = read_head(connection)
            wanted = newest if size is None else size
            if not index < wanted <= newest:
                raise NotFound(f"no event {index + 1} in a tree of {wanted}; the log has {newest} events")
            hash_node = node_hasher(tile_reader(connection, newest))
            return checkpoint, wanted, inclusion_proof(index, wanted, hash_node)

        return await self._relational.read(work)

    async def inclusions(self, indexes: Sequence[int], size: int) -> list[list[bytes]]:
        """See `AuditLog`."""

        def work(connection: Connection) -> list[list[bytes]]:
            newest = read_head(connection)[0]
            if size > newest or any(index >= size for index in indexes):
                raise NotFound(f"the log has {newest} events, not {size}")
            hash_node = node_hasher(tile_reader(connection, newest))
            return [inclusion_proof(index, size, hash_node) for index in indexes]

        return await self._relational.read(work)

    async def consistency(self, first: int, second: int) -> list[bytes]:
        """See `AuditLog`."""

        def work(connection: Connection) -> list[bytes]:
            newest = read_head(connection)[0]
            if second > newest:
                raise NotFound(f"the log has {newest} events, not {second}")
            return consistency_proof(first, second, node_hasher(tile_reader(connection, newest)))

        return await self._relational.read(work)

    async def ping(self) -> None:
        """Raise Unavailable when the database does not answer."""
        await self._relational.ping()

    def close(self) -> None:
        """Write what waits, then close every connection."""
        self._writer.close()
        self._relational.close()


def open_audit_database(
    dsn: str, data: Path, *, create: bool = True, observer: Observer | None = None
) -> Relational:
    """Open the database of the audit log at this version's schema.

    `create` makes it, or brings it there. Raises SettingsError when it is not there and may not be made.
    """
    relational = open_relational(dsn, data, name="audit", create=create, observer=observer)
    try:
        if create:
            migrate(relational, AUDIT)
        elif not plan_migration(relational, AUDIT).is_current:
            raise SettingsError("the audit log has not the schema of this version of Muster: muster migrate")
    except BaseException:
        relational.close()
        raise
    return relational


def log_origin(relational: Relational) -> str:
    """Return the name that the log was signed with, empty for a new one. Blocks."""
    return relational.read_now(lambda c: read_head(c)[1])
