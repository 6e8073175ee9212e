"""Batches of inventories: judged, stored and marked in one transaction."""

import ipaddress
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import Row

from muster.core.ingest import BatchOutcome, Verdict, advance, is_gap, judge
from muster.core.inventory import Change, InventoryBatch, RecordId, ServerFields, is_steady
from muster.errors import Conflict
from muster.model.ids import AgentId
from muster.model.inventory import Inventory
from muster.store.relational.inventory_rows import (
    described,
    insert_record,
    insert_server,
    parse_stored,
    read_server,
    to_record,
    update_server,
)
from muster.store.relational.inventory_versions import add_version
from muster.store.relational.marks import put_marks, read_mark
from muster.store.relational.schema import additional_information as records
from muster.store.relational.schema import servers


def store_batch(connection: Connection, batch: InventoryBatch, now_us: int) -> BatchOutcome | Conflict:
    """Store a batch and its mark, unless it is stored already; a Conflict is returned, not raised.

    Mark and rows share a transaction, so a sequence below the mark that is no gap was stored.
    """
    key = batch.key
    mark = read_mark(connection, key.agent_id, key.stream, key.epoch)
    verdict = judge(mark, key.sequence, batch.sha256)
    if verdict is Verdict.ASK_DATA and mark is not None:
        verdict = Verdict.NEW if is_gap(mark, key.sequence) else Verdict.REPEAT
    if verdict is Verdict.CONFLICT:
        return Conflict(
            f"sequence {key.sequence} of epoch {key.epoch} is stored with another content",
            code="sequence_conflict",
        )
    if verdict is Verdict.NEW:
        newest = _describe(connection, batch, now_us)
        _report_server(connection, key.agent_id, newest, batch.address, now_us)
        put_marks(connection, [advance(mark, key, batch.sha256)])
    return BatchOutcome(repeated=verdict is Verdict.REPEAT, rows=len(batch.inventories))


def _describe(connection: Connection, batch: InventoryBatch, now_us: int) -> Inventory:
    """Bring the agent's record to its newest inventory, with a version for each steady change.

    A clock in the future counts as now, or nothing newer would come for a long time. Returns what
    the agent's newest inventory is now.
    """
    agent_id, by = batch.key.agent_id, actor(batch.key.agent_id)
    ordered = sorted(batch.inventories, key=lambda inventory: inventory.ts_us)
    row = _row_of(connection, agent_id, ordered[-1].hostname)
    newest = parse_stored(row.inventory) if row is not None and row.inventory is not None else None
    current = to_record(row).description if row is not None else None
    newest_us = -1 if row is None or row.inventory_us is None else row.inventory_us
    feeding = {"agent_id": agent_id, "reported_us": now_us}
    record_id = insert_record(connection, ordered[0], **feeding) if row is None else RecordId(row.id)
    for inventory in ordered:
        ts_us = min(inventory.ts_us, now_us)
        if ts_us <= newest_us:
            continue
        if current is None:
            add_version(connection, record_id, Change.CREATED, inventory, by=by, ts_us=ts_us)
        elif not is_steady(current, inventory):
            add_version(connection, record_id, Change.CHANGED, inventory, by=by, ts_us=ts_us)
        current = newest = inventory
        newest_us = ts_us
        feeding |= described(inventory) | {"inventory_us": ts_us}
    connection.execute(update(records).where(records.c.id == record_id).values(feeding))
    return newest or ordered[-1]


def _row_of(connection: Connection, agent_id: AgentId, hostname: str) -> Row[Any] | None:
    """Return the agent's record, or the only one of its host that no agent feeds yet."""
    row = connection.execute(select(records).where(records.c.agent_id == agent_id)).one_or_none()
    if row is not None:
        return row
    same = select(records).where(records.c.hostname == hostname, records.c.agent_id.is_(None)).limit(2)
    found = connection.execute(same).all()
    return found[0] if len(found) == 1 else None


def _report_server(
    connection: Connection, agent_id: AgentId, inventory: Inventory, peer: str, now_us: int
) -> None:
    """Bring the agent's server to what its newest inventory says, and note that it reported."""
    fields = ServerFields(
        name=inventory.hostname,
        ip_address=address_of(inventory.outside_address) or address_of(peer) or "0.0.0.0",  # noqa: S104
        description=inventory.system.strip() or "no_description",
        is_active=True,
    )
    feeding: dict[str, Any] = {"agent_id": agent_id, "reported_us": now_us}
    by = actor(agent_id)
    found = connection.execute(select(servers.c.id).where(servers.c.agent_id == agent_id)).scalar()
    if found is None:
        same = select(servers.c.id).where(
            servers.c.name == fields.name,
            servers.c.ip_address == fields.ip_address,
            servers.c.agent_id.is_(None),
        )
        found = connection.execute(same.order_by(servers.c.id).limit(1)).scalar()
    if found is None:
        server_id = insert_server(connection, fields, **feeding)
        add_version(connection, server_id, Change.CREATED, fields, by=by, ts_us=now_us)
        return
    old = read_server(connection, RecordId(found), now_us)
    update_server(connection, RecordId(found), fields, **feeding)
    if old is None or old.fields != fields:
        add_version(connection, RecordId(found), Change.CHANGED, fields, by=by, ts_us=now_us)


def address_of(text: str) -> str:
    """Return an IP address in its usual form, without a zone; empty when the text is none."""
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def actor(agent_id: AgentId) -> str:
    """Return how versions name an agent."""
    return f"agent {agent_id}"
