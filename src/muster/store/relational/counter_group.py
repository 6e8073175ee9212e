"""A group of count requests in one transaction: judged in order, written once for each name and hour."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from muster.core.counters import MAX_TOTAL, CountRequest
from muster.errors import CallerError, Conflict, Forbidden
from muster.store.relational.idempotency import claim, release, save_answer

NAMES_AT_ONCE = 500
NEW, KNOWN = b"new", b"known"
"""Answers as stored with a key."""

# The driver's own parameters: compiling three statements would cost more than running them.
_READ_SQLITE = "SELECT id, name, is_active, total FROM event_types WHERE name IN ({marks}) ORDER BY id"
_LOCK_POSTGRESQL = (
    "SELECT id, name, is_active, total FROM event_types WHERE name = ANY(%s) ORDER BY id FOR UPDATE"
)
_TOTAL = "UPDATE event_types SET total = total + ? WHERE id = ?"
_COUNT = (
    "INSERT INTO event_counts (event_type_id, hour, count) VALUES (?, ?, ?) "
    "ON CONFLICT (event_type_id, hour) DO UPDATE SET count = event_counts.count + excluded.count"
)
_CREATE = text(
    "INSERT INTO event_types (name, description, created_us, is_active, total) "
    "VALUES (:name, '', :created_us, :is_active, 0) ON CONFLICT (name) DO NOTHING"
)
_DROP = text("DELETE FROM event_types WHERE id = :id")


class _Type:
    """A type of this group. `total` is what will be stored; `is_new` until a request used it."""

    __slots__ = ("added", "id", "is_active", "is_new", "total")

    def __init__(self, type_id: int, is_active: bool, total: int, *, is_new: bool) -> None:
        self.id = type_id
        self.is_active = is_active
        self.total = total
        self.added = 0
        self.is_new = is_new


def add_group(
    connection: Connection, requests: Sequence[CountRequest], now_us: int
) -> list[bool | Exception]:
    """Add what the requests ask for; return for each whether a name was new, or why it is refused."""
    names = sorted({add.name for request in requests for add in request.adds})
    types = _lock_types(connection, names, now_us)
    created = [each for each in types.values() if each.is_new]
    counts: dict[tuple[int, int], int] = {}
    outcomes = [_judge(connection, request, types, counts, now_us) for request in requests]
    _write_many(connection, _TOTAL, [(each.added, each.id) for each in types.values() if each.added])
    _write_many(connection, _COUNT, [(type_id, hour, count) for (type_id, hour), count in counts.items()])
    unused = [{"id": each.id} for each in created if each.is_new]
    if unused:
        connection.execute(_DROP, unused)
    return outcomes


def _judge(
    connection: Connection,
    request: CountRequest,
    types: Mapping[str, _Type],
    counts: dict[tuple[int, int], int],
    now_us: int,
) -> bool | Exception:
    """Put a request's additions into `types` and `counts`, unless it is refused or was done before."""
    key = request.key
    try:
        known = claim(connection, key, now_us) if key else None
    except CallerError as error:
        return error
    if known is not None:
        return known == NEW
    reason = _refusal(request, types)
    if reason is not None:
        if key:
            release(connection, key)
        return reason
    is_new = False
    for name, hour, times in request.adds:
        found = types[name]
        is_new = is_new or found.is_new
        found.is_new = False
        found.added += times
        found.total += times
        at = found.id, hour
        counts[at] = counts.get(at, 0) + times
    if key:
        save_answer(connection, key, NEW if is_new else KNOWN)
    return is_new


def _refusal(request: CountRequest, types: Mapping[str, _Type]) -> Exception | None:
    added: dict[str, int] = {}
    for name, _, times in request.adds:
        found = types[name]
        if not found.is_active:
            return Forbidden(f"event {name} is not active")
        added[name] = added.get(name, 0) + times
        if found.total + added[name] > MAX_TOTAL:
            return Conflict(f"the total of event {name} would exceed {MAX_TOTAL}", code="total_exceeded")
    return None


def _lock_types(connection: Connection, names: Sequence[str], now_us: int) -> dict[str, _Type]:
    """Return the types of names, made where there were none; nobody else changes them meanwhile.

    Existing ones are locked first, by id, and new ones made by name, so that two servers on one
    database never wait for each other.
    """
    types = _read_types(connection, names)
    missing = [name for name in names if name not in types]
    if missing:
        made = _create_types(connection, missing, now_us)
        for name, found in _read_types(connection, missing).items():
            found.is_new = name in made
            types[name] = found
    return types


def _create_types(connection: Connection, names: Sequence[str], now_us: int) -> Collection[str]:
    """Make types; return those that no other server made in the same moment."""
    rows: list[dict[str, Any]] = [{"name": name, "created_us": now_us, "is_active": True} for name in names]
    with connection.begin_nested() as together:
        if connection.execute(_CREATE, rows).rowcount == len(rows):
            return names
        together.rollback()
    return {str(row["name"]) for row in rows if connection.execute(_CREATE, row).rowcount}


def _read_types(connection: Connection, names: Sequence[str]) -> dict[str, _Type]:
    types: dict[str, _Type] = {}
    for start in range(0, len(names), NAMES_AT_ONCE):
        chunk = names[start : start + NAMES_AT_ONCE]
        if connection.dialect.name == "sqlite":
            marks = ",".join("?" * len(chunk))
            rows = connection.exec_driver_sql(_READ_SQLITE.format(marks=marks), tuple(chunk))
        else:
            rows = connection.exec_driver_sql(_LOCK_POSTGRESQL, (list(chunk),))
        for type_id, name, is_active, total in rows:
            types[name] = _Type(type_id, bool(is_active), total, is_new=False)
    return types


def _write_many(connection: Connection, sql: str, rows: list[tuple[int, ...]]) -> None:
    if rows:
        marks = "?" if connection.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(sql.replace("?", marks), rows)
