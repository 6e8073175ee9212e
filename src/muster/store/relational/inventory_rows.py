"""Rows of servers and records as values, inside a transaction."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Select, case, func, insert, or_, select, update
from sqlalchemy.engine import Row

from muster.core.inventory import (
    ACTIVE_US,
    Description,
    Foreign,
    Record,
    RecordId,
    Server,
    ServerFields,
    ServerQuery,
    is_active,
)
from muster.model.inventory import Inventory
from muster.store.relational.schema import additional_information as records
from muster.store.relational.schema import servers

MAX_HOSTNAME = 255

parse_stored = msgspec.json.Decoder(Inventory).decode

_linked_us = (
    select(func.max(records.c.reported_us)).where(records.c.hostname == servers.c.name).scalar_subquery()
)
_last_us = case(
    (servers.c.reported_us.is_(None), _linked_us),
    (servers.c.reported_us >= func.coalesce(_linked_us, 0), servers.c.reported_us),
    else_=_linked_us,
)
SERVERS = select(servers, _last_us.label("last_us"))
"""Each server with the time of the last report of its agent, or of a record of its name."""


def select_servers(query: ServerQuery, now_us: int) -> Select[Any]:
    """Return the statement that lists servers by id."""
    found = SERVERS.order_by(servers.c.id).offset(query.offset)
    if query.limit is not None:
        found = found.limit(query.limit)
    if query.name is not None:
        found = found.where(servers.c.name == query.name)
    if query.ip_address is not None:
        found = found.where(servers.c.ip_address == query.ip_address)
    if query.is_active is not None:
        silent = _last_us.is_(None)
        reports = _last_us > now_us - ACTIVE_US
        active = or_(silent & servers.c.is_active, ~silent & reports)
        found = found.where(active if query.is_active else ~active)
    return found


def read_server(connection: Connection, server_id: RecordId, now_us: int) -> Server | None:
    """Return one server as the transaction sees it."""
    row = connection.execute(SERVERS.where(servers.c.id == server_id)).one_or_none()
    return to_server(row, now_us) if row is not None else None


def to_server(row: Row[Any], now_us: int) -> Server:
    """Return the value of a row of `SERVERS`."""
    fields = ServerFields(
        name=row.name, ip_address=row.ip_address, description=row.description, is_active=row.is_active
    )
    return Server(
        id=RecordId(row.id),
        fields=fields,
        is_active=is_active(row.is_active, row.last_us, now_us),
        agent_id=row.agent_id,
    )


def insert_server(connection: Connection, fields: ServerFields, **others: Any) -> RecordId:
    """Add a server's row."""
    row = msgspec.structs.asdict(fields) | others
    return _inserted(connection.execute(insert(servers), row))


def update_server(connection: Connection, server_id: RecordId, fields: ServerFields, **others: Any) -> None:
    """Replace what a server's row says."""
    row = msgspec.structs.asdict(fields) | others
    connection.execute(update(servers).where(servers.c.id == server_id).values(row))


def read_record(connection: Connection, record_id: RecordId) -> Record | None:
    """Return one record as the transaction sees it."""
    row = connection.execute(select(records).where(records.c.id == record_id)).one_or_none()
    return to_record(row) if row is not None else None


def to_record(row: Row[Any]) -> Record:
    """Return the value of a row of `additional_information`."""
    description: Description
    if row.body is None:
        description = parse_stored(row.inventory)
    else:
        description = Foreign(body=row.body, hostname=row.hostname, steady_sha256=row.steady_sha256)
    return Record(id=RecordId(row.id), description=description, agent_id=row.agent_id)


def insert_record(connection: Connection, description: Description, **others: Any) -> RecordId:
    """Add a record's row."""
    return _inserted(connection.execute(insert(records), described(description) | others))


def described(description: Description) -> dict[str, Any]:
    """Return the columns that a description sets; a client's leaves the agent's inventory in place."""
    if isinstance(description, Inventory):
        return {
            "hostname": description.hostname,
            "inventory": msgspec.json.encode(description).decode(),
            "body": None,
            "steady_sha256": None,
        }
    return {
        "hostname": description.hostname if len(description.hostname) <= MAX_HOSTNAME else "",
        "body": description.body,
        "steady_sha256": description.steady_sha256,
    }


def _inserted(result: Any) -> RecordId:
    return RecordId(result.inserted_primary_key[0])
