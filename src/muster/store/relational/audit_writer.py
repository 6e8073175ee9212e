"""The one writer of the audit log: events, tree and signed head in one transaction."""

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from muster.core.audit.note import Signer, read_checkpoint
from muster.core.audit.ports import Appended, AuditBatch
from muster.core.audit.tree import WIDTH, Edge
from muster.errors import InvalidInput, Unavailable
from muster.failpoints import Reach
from muster.model.audit import Source
from muster.model.idempotency import IdempotencyKey
from muster.settings import CommitSettings
from muster.store.commit import GroupCommit, Observer
from muster.store.relational.audit_rows import EventRows, insert_events, insert_tiles
from muster.store.relational.audit_schema import (
    audit_events,
    audit_head,
    audit_keys,
    audit_sources,
    audit_spans,
)
from muster.store.relational.audit_tree import read_edge, read_head
from muster.store.relational.database import Relational, translated

KEY_US = 24 * 3600 * 1_000_000
PRUNE_US = 3600 * 1_000_000


class Item(NamedTuple):
    """What one request brings."""

    batch: AuditBatch
    once: IdempotencyKey | None


class AuditWriter:
    """Appends in groups. One server at a time holds the head; the other waits for its commit."""

    def __init__(
        self,
        relational: Relational,
        signer: Signer,
        commit: CommitSettings,
        *,
        now_us: Callable[[], int],
        reach: Reach,
        observer: Observer | None = None,
    ) -> None:
        self._relational = relational
        self._signer = signer
        self._now_us = now_us
        self._reach = reach
        self._edge: Edge | None = None
        self._times: list[int] = []
        self._source_ids: dict[Source, int] = {}
        self._pruned_us = 0
        self._commit: GroupCommit[Item, Appended] = GroupCommit(
            "audit",
            self._write_group,
            queue_bytes=commit.queue_bytes,
            group_bytes=commit.group_bytes,
            observer=observer,
        )

    @property
    def pending_bytes(self) -> int:
        """Bytes that are not durable yet."""
        return self._commit.pending_bytes

    def submit(self, batch: AuditBatch, once: IdempotencyKey | None) -> "Future[Appended]":
        """See `AuditLog`."""
        return self._commit.submit(Item(batch, once), size_bytes=batch.size_bytes)

    def close(self) -> None:
        """Write what waits, then end the thread."""
        self._commit.close()

    def sign_head(self) -> bool:
        """Sign the head when it is not signed by this key yet; tell whether that was so. Blocks.

        Raises Unavailable when the tree is not what was signed.
        """
        with translated(), self._relational.engine.begin() as connection:
            size, _, checkpoint = read_head(connection, lock=True)
            try:
                self._signer.verifier.verify(checkpoint)
                return False
            except InvalidInput:
                edge = self._load_edge(connection, size, checkpoint)
                self._save_head(connection, edge)
                return bool(checkpoint)

    def _write_group(self, items: Sequence[Item]) -> Sequence[Appended | Exception]:
        try:
            with translated(), self._relational.engine.begin() as connection:
                outcomes = self._append(connection, items)
                self._reach("server.audit.before_commit")
        except BaseException:
            self._edge = None
            self._source_ids.clear()
            raise
        self._reach("server.audit.after_commit")
        return outcomes

    def _append(self, connection: Connection, items: Sequence[Item]) -> list[Appended | Exception]:
        size, _, checkpoint = read_head(connection, lock=True)
        edge = self._edge
        if edge is None or edge.size != size:
            edge = self._load_edge(connection, size, checkpoint)
        fresh: list[AuditBatch] = []
        outcomes: list[Appended | Exception] = []
        for batch, once in items:
            outcome = self._judge(connection, once, Appended(size, len(batch.ts_us)))
            outcomes.append(outcome)
            if isinstance(outcome, Appended) and not outcome.repeated:
                fresh.append(batch)
                size += outcome.events
        if size > edge.size:
            self._grow(connection, edge, fresh)
        self._edge = edge
        self._prune(connection)
        return outcomes

    def _grow(self, connection: Connection, edge: Edge, batches: Sequence[AuditBatch]) -> None:
        """Store the events of batches, what became of the tree, and the new head."""
        chain = itertools.chain.from_iterable
        ts_us = list(chain(batch.ts_us for batch in batches))
        sources = list(chain(batch.sources for batch in batches))
        ids = self._ids_of(connection, set(sources))
        rows = EventRows(
            ts_us,
            list(map(ids.__getitem__, sources)),
            list(chain(batch.payloads for batch in batches)),
            list(chain(batch.lengths for batch in batches)),
        )
        insert_events(connection, edge.size + 1, rows)
        number = edge.size // WIDTH
        tiles = edge.append(list(chain(batch.leaf_hashes for batch in batches)))
        if tiles:
            insert_tiles(connection, tiles)
        self._add_spans(connection, number, ts_us)
        self._save_head(connection, edge)

    def _judge(
        self, connection: Connection, once: IdempotencyKey | None, appended: Appended
    ) -> Appended | Exception:
        """Return what was stored under a key, or note that it stands for `appended` from now on."""
        if once is None:
            return appended
        key, now_us = f"{once.surface}:{once.key}", self._now_us()
        found = connection.execute(select(audit_keys).where(audit_keys.c.key == key)).one_or_none()
        if found is not None and found.created_us > now_us - KEY_US:
            if bytes(found.body_sha256) != once.sha256:
                return InvalidInput("this key was used for another request", field="Idempotency-Key")
            return Appended(found.first_index, found.events, repeated=True)
        connection.execute(delete(audit_keys).where(audit_keys.c.key == key))
        row = {"key": key, "body_sha256": once.sha256, "created_us": now_us}
        row |= {"first_index": appended.first, "events": appended.events}
        connection.execute(insert(audit_keys), row)
        return appended

    def _ids_of(self, connection: Connection, wanted: set[Source]) -> dict[Source, int]:
        """Return the ids of sources; those that are new get one."""
        if not wanted <= self._source_ids.keys():
            stored = connection.execute(
                select(audit_sources.c.application, audit_sources.c.kind, audit_sources.c.id)
            )
            self._source_ids = {Source(application, kind): number for application, kind, number in stored}
            top = max(self._source_ids.values(), default=0)
            new = {source: top + 1 + n for n, source in enumerate(sorted(wanted - self._source_ids.keys()))}
            if new:
                rows = [{"id": n, "application": s.application, "kind": s.kind} for s, n in new.items()]
                connection.execute(insert(audit_sources), rows)
                self._source_ids |= new
        return self._source_ids

    def _add_spans(self, connection: Connection, number: int, ts_us: Sequence[int]) -> None:
        """Store the spans of tiles that became complete, the first of them `number`; keep other times."""
        waiting = [*self._times, *ts_us]
        rows: list[dict[str, int]] = []
        while len(waiting) - len(rows) * WIDTH >= WIDTH:
            times = waiting[len(rows) * WIDTH : (len(rows) + 1) * WIDTH]
            rows.append({"number": number + len(rows), "min_us": min(times), "max_us": max(times)})
        if rows:
            connection.execute(insert(audit_spans), rows)
        self._times = waiting[len(rows) * WIDTH :]

    def _save_head(self, connection: Connection, edge: Edge) -> None:
        checkpoint = self._signer.sign(edge.size, edge.root())
        values = {"size": edge.size, "origin": self._signer.origin, "checkpoint": checkpoint}
        values |= {"edge": b"".join(edge.leaf_hashes)}
        connection.execute(update(audit_head).where(audit_head.c.id == 1).values(values))

    def _load_edge(self, connection: Connection, size: int, checkpoint: str) -> Edge:
        """Return the edge of the stored tree. Raises Unavailable unless it is what the checkpoint says."""
        edge = read_edge(connection, size)
        if checkpoint:
            signed = read_checkpoint(checkpoint)
            if (signed.size, signed.root) != (size, edge.root()):
                raise Unavailable(
                    "the audit log was changed behind the server's back: its root is not the signed one; "
                    "see `muster audit fsck`"
                )
        last = size - size % WIDTH
        query = select(audit_events.c.ts_us).where(audit_events.c.id > last).order_by(audit_events.c.id)
        self._times = [ts_us for (ts_us,) in connection.execute(query)]
        top = connection.execute(select(func.max(audit_events.c.id))).scalar() or 0
        if top != size:
            raise Unavailable(f"the audit log has {top} events and a head of {size}; see `muster audit fsck`")
        return edge

    def _prune(self, connection: Connection) -> None:
        """Forget old keys, once an hour."""
        now_us = self._now_us()
        if now_us - self._pruned_us > PRUNE_US:
            connection.execute(delete(audit_keys).where(audit_keys.c.created_us <= now_us - KEY_US))
            self._pruned_us = now_us
