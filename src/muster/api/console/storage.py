"""What is kept, for how long, and what it takes of the disk."""

import asyncio
import shutil
from typing import Any

import msgspec
from litestar import get

from muster.api.http.authorization import Needs
from muster.api.http.live import Live
from muster.core.storage import KEPT_BY, DatabaseUse, StorageStore, TableUse
from muster.model.access import Scope
from muster.settings import value_of

ADMIN = {"needs": Needs(Scope.ADMIN)}


class Storage(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    store: StorageStore
    live: Live


class KeptTable(msgspec.Struct, frozen=True):
    """A table, and the setting that says for how many days its rows are kept."""

    use: TableUse
    days: int
    setting: str


class StoragePage(msgspec.Struct, frozen=True):
    """`GET /console/v1/storage`; `disk_*` are those of the file system with the data directory."""

    tables: list[KeptTable]
    databases: list[DatabaseUse]
    data: str
    disk_bytes: int
    disk_free_bytes: int


@get("/storage", opt=ADMIN, summary="What the stores take of the disk")
async def storage_page(storage: Storage) -> StoragePage:
    """Return the tables with their retention, and the disk they are on."""
    settings = storage.live.settings
    disk = await asyncio.to_thread(shutil.disk_usage, settings.data)
    tables = [
        KeptTable(use, value_of(settings, KEPT_BY[use.table]), KEPT_BY[use.table])
        for use in await storage.store.tables()
    ]
    databases = await storage.store.databases()
    return StoragePage(tables, databases, str(settings.data.resolve()), disk.total, disk.free)


HANDLERS: tuple[Any, ...] = (storage_page,)
