"""What is kept, for how long, what it takes of the disk, and the settings in force."""

import asyncio
import shutil
from typing import Any

import msgspec
from litestar import get

from muster import __version__
from muster.api.http.authorization import Needs
from muster.api.http.live import Live
from muster.core.storage import DatabaseUse, StorageStore, TableUse
from muster.model.access import Scope
from muster.settings import KEYS, RELOADABLE, Settings, shown_value, value_of

ADMIN = {"needs": Needs(Scope.ADMIN)}
RETENTION = {
    "reports": "retention.reports_days",
    "samples": "retention.samples_days",
    "rollups": "retention.rollups_days",
    "logs": "retention.logs_days",
}


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


class SettingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A setting in force; passwords are masked. `is_reloadable` ones change without a restart."""

    key: str
    value: Any
    default: Any
    expected: str
    is_reloadable: bool


class SettingsPage(msgspec.Struct, frozen=True):
    """`GET /console/v1/settings`."""

    version: str
    settings: list[SettingRow]


@get("/storage", opt=ADMIN, summary="What the stores take of the disk")
async def storage_page(storage: Storage) -> StoragePage:
    """Return the tables with their retention, and the disk they are on."""
    settings = storage.live.settings
    disk = await asyncio.to_thread(shutil.disk_usage, settings.data)
    tables = [
        KeptTable(use, value_of(settings, RETENTION[use.table]), RETENTION[use.table])
        for use in await storage.store.tables()
    ]
    databases = await storage.store.databases()
    return StoragePage(tables, databases, str(settings.data.resolve()), disk.total, disk.free)


@get("/settings", opt=ADMIN, summary="The settings in force")
async def settings_page(storage: Storage) -> SettingsPage:
    """Return every setting; they are changed in the server's file, environment or flags."""
    settings, defaults = storage.live.settings, Settings()
    rows = [
        SettingRow(
            key=name,
            value=shown_value(name, value_of(settings, name)),
            default=shown_value(name, value_of(defaults, name)),
            expected=key.expected,
            is_reloadable=name in RELOADABLE or name.partition(".")[0] in RELOADABLE,
        )
        for name, key in KEYS.items()
    ]
    return SettingsPage(__version__, rows)


HANDLERS: tuple[Any, ...] = (storage_page, settings_page)
