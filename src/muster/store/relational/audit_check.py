"""The audit log as it lies in the database, for whoever checks it."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from muster.model.audit import AuditEvent, Source
from muster.store.relational.audit_schema import audit_events, audit_head, audit_sources, audit_tiles
from muster.store.relational.audit_tree import split_hashes

AT_ONCE = 1000


class RelationalStoredLog:
    """Implements `muster.core.audit.fsck.StoredLog` on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sources = {
            number: Source(application, kind)
            for number, application, kind in connection.execute(
                select(audit_sources.c.id, audit_sources.c.application, audit_sources.c.kind)
            )
        }

    def head(self) -> tuple[int, str, Sequence[bytes]]:
        """See `StoredLog`."""
        query = select(audit_head.c.size, audit_head.c.checkpoint, audit_head.c.edge)
        row = self._connection.execute(query.where(audit_head.c.id == 1)).one_or_none()
        return (row.size, row.checkpoint, split_hashes(bytes(row.edge or b""))) if row else (0, "", ())

    def iter_events(self) -> Iterator[AuditEvent]:
        """See `StoredLog`."""
        last = -(2**63)
        query = select(audit_events).order_by(audit_events.c.id).limit(AT_ONCE)
        unknown = Source("", "")
        while rows := self._connection.execute(query.where(audit_events.c.id > last)).all():
            for row in rows:
                source = self._sources.get(row.source_id, unknown)
                yield AuditEvent(row.id, row.ts_us, source, bytes(row.payload))
            last = rows[-1].id

    def tile(self, level: int, number: int) -> tuple[Sequence[bytes], bytes] | None:
        """See `StoredLog`."""
        query = select(audit_tiles.c.hashes, audit_tiles.c.root).where(
            audit_tiles.c.level == level, audit_tiles.c.number == number
        )
        row = self._connection.execute(query).one_or_none()
        return (split_hashes(bytes(row.hashes)), bytes(row.root)) if row else None
