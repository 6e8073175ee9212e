"""Storage: which table holds how much of the disk, and how long it is kept."""

from typing import Protocol

import msgspec


class TableUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a table takes; `first_day` is the oldest receive day in it (ISO 8601), None when it is empty."""

    table: str
    rows: int
    stored_bytes: int
    first_day: str | None


class DatabaseUse(msgspec.Struct, frozen=True):
    """What a whole database takes; `rows` None where they are not counted."""

    name: str
    stored_bytes: int
    rows: int | None = None


class StorageStore(Protocol):
    """Tells what is stored. Both may run concurrently; raise Unavailable."""

    async def tables(self) -> list[TableUse]:
        """Return the tables of the telemetry store."""
        ...

    async def databases(self) -> list[DatabaseUse]:
        """Return the relational databases."""
        ...
