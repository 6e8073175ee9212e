"""Storage: which table holds how much of the disk, and how long it is kept."""

from datetime import date
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


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """What retention drops of a table: whole days of receipt (ISO 8601), with their rows and bytes on disk.

    Rollups lie in months, each named by its first day.
    """

    days: list[str]
    rows: int
    stored_bytes: int


MONTH_DAYS = 31
"""Rollups are dropped by the month, so some are kept that much longer."""

KEPT_BY = {
    "reports": "retention.reports_days",
    "samples": "retention.samples_days",
    "rollups": "retention.rollups_days",
    "logs": "retention.logs_days",
}
"""The setting that says for how many days a table's rows are kept."""

INVENTORY_KEPT_BY = "retention.inventory_days"


def kept_days(table: str, days: int) -> int:
    """Return for how many days rows of a table are really kept when a setting says `days`."""
    return days + (MONTH_DAYS if table == "rollups" else 0)


class StorageStore(Protocol):
    """Tells what is stored. All may run concurrently; raise Unavailable."""

    async def tables(self) -> list[TableUse]:
        """Return the tables of the telemetry store."""
        ...

    async def replaced(self, before_us: int) -> Dropped:
        """Return which versions of the inventory would go that were replaced before then (Unix microseconds).

        `days` are those on which they were made, by UTC.
        """
        ...

    async def droppable(self, table: str, before: date) -> Dropped:
        """Return what would go of a table if the days before `before` were dropped."""
        ...

    async def databases(self) -> list[DatabaseUse]:
        """Return the relational databases."""
        ...
