"""What the stores say they take, on each pair of them."""

import asyncio
from pathlib import Path

from muster.store.relational.database import Relational
from muster.store.storage import StoredSizes
from muster.store.telemetry.clients import TABLES, TelemetryClients


class SmallAudit:
    """An audit log that has a checkpoint only."""

    async def checkpoint(self) -> str:
        return "here/audit\n7\nhash\n\nsignature\n"


def test_tables_and_databases_have_a_size(
    relational: Relational, telemetry_clients: TelemetryClients, tmp_path: Path
) -> None:
    (tmp_path / "audit.db").write_bytes(b"1" * 100)
    sizes = StoredSizes(relational, SmallAudit(), telemetry_clients, tmp_path)  # type: ignore[arg-type]
    tables = asyncio.run(sizes.tables())
    assert [table.table for table in tables] == list(TABLES)
    for table in tables:
        assert (table.first_day is None) == (table.rows == 0) == (table.stored_bytes == 0)
    found = {each.name: each for each in asyncio.run(sizes.databases())}
    if relational.is_sqlite:
        assert (found["audit"].stored_bytes, found["audit"].rows) == (100, 7)
    else:
        assert found["postgresql"].stored_bytes > 1_000_000
