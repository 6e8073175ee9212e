"""Servers, records of machines, and their versions."""

from collections.abc import Callable, Collection
from concurrent.futures import Future

from sqlalchemy import Connection, bindparam, delete, select, update

from muster.core.ingest import BatchOutcome
from muster.core.inventory import (
    Change,
    Description,
    Foreign,
    InventoryBatch,
    Kind,
    Record,
    RecordId,
    Server,
    ServerFields,
    ServerQuery,
    Version,
    is_steady,
)
from muster.errors import NotFound
from muster.model.ids import AgentId
from muster.model.inventory import Inventory
from muster.store.relational.database import Relational
from muster.store.relational.inventory_batches import store_batch
from muster.store.relational.inventory_rows import (
    described,
    insert_record,
    insert_server,
    parse_stored,
    read_record,
    read_server,
    select_servers,
    to_record,
    to_server,
    update_server,
)
from muster.store.relational.inventory_versions import (
    add_version,
    prune_versions,
    read_version_at,
    read_versions,
)
from muster.store.relational.schema import additional_information as records
from muster.store.relational.schema import servers

IDS_AT_ONCE = 500
"""Databases bound the parameters of a query."""


class RelationalInventory:
    """Implements `muster.core.inventory.InventoryStore`."""

    def __init__(self, relational: Relational, *, now_us: Callable[[], int]) -> None:
        self._relational = relational
        self._now_us = now_us

    async def list_servers(self, query: ServerQuery) -> list[Server]:
        """See `InventoryStore`."""
        now_us = self._now_us()
        statement = select_servers(query, now_us)
        return await self._relational.read(lambda c: [to_server(row, now_us) for row in c.execute(statement)])

    async def find_server(self, server_id: RecordId) -> Server:
        """See `InventoryStore`."""
        now_us = self._now_us()
        return await self._relational.read(lambda c: _server(c, server_id, now_us))

    async def add_server(self, fields: ServerFields, by: str) -> Server:
        """See `InventoryStore`."""
        now_us = self._now_us()
        twin = (servers.c.name == fields.name) & (servers.c.ip_address == fields.ip_address)

        def work(connection: Connection) -> Server:
            found = connection.execute(select(servers.c.id).where(twin).order_by(servers.c.id)).scalar()
            if found is not None:
                return _server(connection, RecordId(found), now_us)
            server_id = insert_server(connection, fields)
            add_version(connection, server_id, Change.CREATED, fields, by=by, ts_us=now_us)
            return _server(connection, server_id, now_us)

        return await self._relational.write(work)

    async def change_server(
        self, server_id: RecordId, change: Callable[[ServerFields], ServerFields], by: str
    ) -> Server:
        """See `InventoryStore`."""
        now_us = self._now_us()

        def work(connection: Connection) -> Server:
            old = _server(connection, server_id, now_us).fields
            new = change(old)
            update_server(connection, server_id, new)
            if new != old:
                add_version(connection, server_id, Change.CHANGED, new, by=by, ts_us=now_us)
            return _server(connection, server_id, now_us)

        await self.find_server(server_id)
        return await self._relational.write(work)

    async def delete_server(self, server_id: RecordId, by: str) -> None:
        """See `InventoryStore`."""
        now_us = self._now_us()

        def work(connection: Connection) -> None:
            old = _server(connection, server_id, now_us).fields
            connection.execute(delete(servers).where(servers.c.id == server_id))
            add_version(connection, server_id, Change.DELETED, old, by=by, ts_us=now_us)

        await self.find_server(server_id)
        await self._relational.write(work)

    async def list_records(
        self, *, limit: int | None = None, after: int = 0, offset: int = 0
    ) -> list[Record]:
        """See `InventoryStore`."""
        query = select(records).where(records.c.id > after).order_by(records.c.id).offset(offset)
        if limit is not None:
            query = query.limit(limit)
        return await self._relational.read(lambda c: [to_record(row) for row in c.execute(query)])

    async def find_record(self, record_id: RecordId) -> Record:
        """See `InventoryStore`."""
        return await self._relational.read(lambda c: _record(c, record_id))

    async def add_record(self, foreign: Foreign, by: str) -> Record:
        """See `InventoryStore`."""
        now_us = self._now_us()

        def work(connection: Connection) -> Record:
            record_id = insert_record(connection, foreign, reported_us=now_us)
            add_version(connection, record_id, Change.CREATED, foreign, by=by, ts_us=now_us)
            return _record(connection, record_id)

        return await self._relational.write(work)

    async def change_record(
        self, record_id: RecordId, change: Callable[[Description], Foreign], by: str, *, is_report: bool
    ) -> Record:
        """See `InventoryStore`."""
        now_us = self._now_us()

        def work(connection: Connection) -> Record:
            old = _record(connection, record_id).description
            new = change(old)
            values = described(new) | ({"reported_us": now_us} if is_report else {})
            connection.execute(update(records).where(records.c.id == record_id).values(values))
            if not is_steady(old, new):
                add_version(connection, record_id, Change.CHANGED, new, by=by, ts_us=now_us)
            return _record(connection, record_id)

        await self.find_record(record_id)
        return await self._relational.write(work)

    async def delete_record(self, record_id: RecordId, by: str) -> None:
        """See `InventoryStore`."""
        now_us = self._now_us()

        def work(connection: Connection) -> None:
            old = _record(connection, record_id).description
            connection.execute(delete(records).where(records.c.id == record_id))
            add_version(connection, record_id, Change.DELETED, old, by=by, ts_us=now_us)

        await self.find_record(record_id)
        await self._relational.write(work)

    async def versions(
        self, kind: Kind, record_id: RecordId, *, limit: int, before: int | None = None
    ) -> list[Version]:
        """See `InventoryStore`."""
        return await self._relational.read(
            lambda c: read_versions(c, kind, record_id, limit=limit, before=before)
        )

    async def version_at(self, kind: Kind, record_id: RecordId, ts_us: int) -> Version | None:
        """See `InventoryStore`."""
        return await self._relational.read(lambda c: read_version_at(c, kind, record_id, ts_us))

    async def of_agent(self, agent_id: AgentId) -> Inventory | None:
        """See `InventoryStore`."""
        query = select(records.c.inventory).where(records.c.agent_id == agent_id)
        found = await self._relational.read(lambda c: c.execute(query).scalar())
        return parse_stored(found) if found is not None else None

    async def record_of(self, agent_id: AgentId) -> RecordId | None:
        """See `InventoryStore`."""
        query = select(records.c.id).where(records.c.agent_id == agent_id)
        found = await self._relational.read(lambda c: c.execute(query).scalar())
        return RecordId(found) if found is not None else None

    async def of_agents(self, agents: Collection[AgentId]) -> dict[AgentId, Inventory]:
        """See `InventoryStore`."""
        query = select(records.c.agent_id, records.c.inventory).where(
            records.c.agent_id.in_(bindparam("agents", expanding=True)), records.c.inventory.is_not(None)
        )
        ids = list(agents)

        def work(connection: Connection) -> dict[AgentId, Inventory]:
            return {
                AgentId(row.agent_id): parse_stored(row.inventory)
                for start in range(0, len(ids), IDS_AT_ONCE)
                for row in connection.execute(query, {"agents": ids[start : start + IDS_AT_ONCE]})
            }

        return await self._relational.read(work)

    def submit_batch(self, batch: InventoryBatch, size_bytes: int) -> "Future[BatchOutcome]":
        """See `InventoryStore`."""
        now_us = self._now_us()

        def work(connection: Connection) -> BatchOutcome:
            return store_batch(connection, batch, now_us)  # type: ignore[return-value]

        return self._relational.submit(work, size_bytes=size_bytes)

    def prune(self, before_us: int) -> int:
        """See `InventoryStore`."""
        return self._relational.write_now(lambda c: prune_versions(c, before_us))


def _server(connection: Connection, server_id: RecordId, now_us: int) -> Server:
    server = read_server(connection, server_id, now_us)
    if server is None:
        raise NotFound(f"no server {server_id}")
    return server


def _record(connection: Connection, record_id: RecordId) -> Record:
    record = read_record(connection, record_id)
    if record is None:
        raise NotFound(f"no record {record_id}")
    return record
