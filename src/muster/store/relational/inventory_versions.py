"""Versions of servers and records: added with each change, read newest first, pruned."""

from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select
from sqlalchemy.engine import Row

from muster.core.inventory import Change, Description, Foreign, Kind, RecordId, ServerFields, Version
from muster.core.storage import Dropped
from muster.model.inventory import Inventory
from muster.store.relational.schema import inventory_versions as versions

DAY_US = 86_400_000_000

FORMS: dict[type[ServerFields | Description], str] = {
    ServerFields: "server",
    Inventory: "inventory",
    Foreign: "foreign",
}
_TYPES = {form: kind for kind, form in FORMS.items()}


def add_version(
    connection: Connection,
    record_id: RecordId,
    change: Change,
    document: ServerFields | Description,
    *,
    by: str,
    ts_us: int,
) -> None:
    """Note what a server or a record is from now on, as part of a transaction."""
    row = {
        "kind": Kind.SERVER if isinstance(document, ServerFields) else Kind.RECORD,
        "record_id": record_id,
        "ts_us": ts_us,
        "change": change,
        "by": by,
        "form": FORMS[type(document)],
        "document": msgspec.json.encode(document).decode(),
    }
    connection.execute(insert(versions), row)


def read_versions(
    connection: Connection, kind: Kind, record_id: RecordId, *, limit: int, before: int | None
) -> list[Version]:
    """Return versions, newest first."""
    query = _of(kind, record_id).limit(limit)
    if before is not None:
        query = query.where(versions.c.id < before)
    return [_to_version(row) for row in connection.execute(query)]


def read_version_at(connection: Connection, kind: Kind, record_id: RecordId, ts_us: int) -> Version | None:
    """Return the version in force at a time."""
    row = connection.execute(_of(kind, record_id).where(versions.c.ts_us <= ts_us).limit(1)).one_or_none()
    return _to_version(row) if row is not None else None


def prune_versions(connection: Connection, before_us: int) -> int:
    """Delete what was replaced, or is a deletion, before a time; what was in force then stays."""
    return connection.execute(delete(versions).where(*_is_over(before_us))).rowcount


def find_prunable(connection: Connection, before_us: int) -> Dropped:
    """Return what `prune_versions` would delete: days (UTC) of the changes, versions, and bytes of them."""
    day = versions.c.ts_us // DAY_US
    size = func.coalesce(func.sum(func.length(versions.c.document)), 0)
    query = select(day, func.count(), size).where(*_is_over(before_us)).group_by(day).order_by(day)
    found = connection.execute(query).all()
    return Dropped(
        days=[(date(1970, 1, 1) + timedelta(days=int(number))).isoformat() for number, _, _ in found],
        rows=sum(int(count) for _, count, _ in found),
        stored_bytes=sum(int(size) for _, _, size in found),
    )


def _is_over(before_us: int) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of versions that were replaced, or are a deletion, before a time."""
    later = versions.alias("later")
    is_replaced = exists().where(
        later.c.kind == versions.c.kind,
        later.c.record_id == versions.c.record_id,
        later.c.id > versions.c.id,
        later.c.ts_us <= before_us,
    )
    return versions.c.ts_us <= before_us, or_(versions.c.change == Change.DELETED, is_replaced)


def _of(kind: Kind, record_id: RecordId) -> Any:
    return (
        select(versions)
        .where(versions.c.kind == kind, versions.c.record_id == record_id)
        .order_by(versions.c.id.desc())
    )


def _to_version(row: Row[Any]) -> Version:
    return Version(
        id=row.id,
        ts_us=row.ts_us,
        kind=Kind(row.kind),
        record_id=RecordId(row.record_id),
        change=Change(row.change),
        by=row.by,
        document=msgspec.json.decode(row.document, type=_TYPES[row.form]),
    )
