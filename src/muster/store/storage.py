"""What both stores take of the disk."""

import asyncio
import contextlib
import shutil
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, text

from muster.core.attention.ports import Disk
from muster.core.audit.ports import AuditLog
from muster.core.storage import DatabaseUse, Dropped, TableUse
from muster.store.relational.database import Relational
from muster.store.relational.inventory_versions import find_prunable
from muster.store.telemetry.clients import TABLES, TelemetryClients

PARTS = """
SELECT table, sum(rows), sum(bytes_on_disk), min(partition)
FROM system.parts WHERE active AND database = currentDatabase() AND table IN {tables:Array(String)}
GROUP BY table
"""

DAYS = """
SELECT partition, sum(rows), sum(bytes_on_disk)
FROM system.parts WHERE active AND database = currentDatabase() AND table = {table:String}
GROUP BY partition
"""


class StoredSizes:
    """Implements `muster.core.storage.StorageStore`."""

    def __init__(
        self, relational: Relational, audit: AuditLog, clients: TelemetryClients, data: Path
    ) -> None:
        self._relational = relational
        self._audit = audit
        self._clients = clients
        self._data = data

    async def tables(self) -> list[TableUse]:
        """See `StorageStore`."""
        found = {row[0]: row[1:] for row in await self._clients.read(PARTS, {"tables": list(TABLES)})}
        return [
            TableUse(table=table, rows=rows, stored_bytes=size, first_day=first)
            for table in TABLES
            for rows, size, first in [found.get(table, (0, 0, None))]
        ]

    async def droppable(self, table: str, before: date) -> Dropped:
        """See `StorageStore`."""
        old = [
            (day, rows, size)
            for day, rows, size in await self._clients.read(DAYS, {"table": table})
            if date.fromisoformat(day) < before
        ]
        return Dropped(
            days=sorted(day for day, _, _ in old),
            rows=sum(rows for _, rows, _ in old),
            stored_bytes=sum(size for _, _, size in old),
        )

    async def replaced(self, before_us: int) -> Dropped:
        """See `StorageStore`."""
        return await self._relational.read(lambda connection: find_prunable(connection, before_us))

    async def databases(self) -> list[DatabaseUse]:
        """See `StorageStore`. On PostgreSQL the audit log is a part of the one database."""
        events = int((await self._audit.checkpoint()).split("\n")[1])
        if not self._relational.is_sqlite:
            return [DatabaseUse("postgresql", await self._relational.read(_postgresql_bytes), None)]
        relational, audit = await asyncio.to_thread(
            lambda: [_file_bytes(self._data / name) for name in ("relational.db", "audit.db")]
        )
        return [DatabaseUse("relational", relational), DatabaseUse("audit", audit, events)]


def read_disk(data: Path) -> Disk:
    """Return the file system with the data directory. Blocks. Raises OSError."""
    found = shutil.disk_usage(data)
    return Disk(found.total, found.free)


def _postgresql_bytes(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _file_bytes(path: Path) -> int:
    """Return the size of a database file with its write-ahead log."""
    size = 0
    for each in (path, path.with_name(f"{path.name}-wal")):
        with contextlib.suppress(FileNotFoundError):
            size += each.stat().st_size
    return size
