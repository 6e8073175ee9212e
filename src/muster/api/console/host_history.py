"""What one machine was: versions of its inventory, and what it reported at any moment."""

import asyncio
import time
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import QueryParameter

from muster.api.console.fleet import ConsoleFleet
from muster.api.http.authorization import Needs
from muster.api.http.times import parse_time
from muster.core.inventory import Difference, Kind, RecordId, Version
from muster.core.inventory_history import VersionChanges, changes_of, differences_between
from muster.core.reports import Hosts
from muster.errors import NotFound
from muster.model.access import Scope
from muster.model.ids import AgentId
from muster.model.inventory import Inventory

READ = {"needs": Needs(Scope.READ), "errors": (404, 422)}
MAX_ID = 2**63 - 1
LISTED_DIFFERENCES = 50

Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Before = Annotated[int | None, QueryParameter(ge=1, le=MAX_ID, description="Only versions with a lower id.")]
VersionId = Annotated[int, QueryParameter(ge=1, le=MAX_ID, description="A version's id.")]
At = Annotated[str, QueryParameter(description="Unix microseconds, ISO 8601, -1h or now.")]


class InventoryVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A machine from `ts_us` on, until the next version. The first 50 of `count` differences are listed.

    `boot_s` (Unix seconds): it started between the version before and this one.
    """

    id: int
    ts_us: int
    change: str
    by: str
    boot_s: int | None
    count: int
    differences: list[Difference]


class InventoryVersions(msgspec.Struct, frozen=True):
    """Versions, the newest first; older ones are `before=next`, null: there are none."""

    versions: list[InventoryVersion]
    next: int | None


class HostMoment(msgspec.Struct, frozen=True, kw_only=True):
    """A machine by its newest report at or before `at_us`, and by its inventory then.

    `report_us` and `inventory_us` say of when these are; `earlier_us` and `later_us` of when the reports
    beside it are. Null where there is none.
    """

    at_us: int
    report: msgspec.Raw | None
    report_us: int | None
    earlier_us: int | None
    later_us: int | None
    inventory: Inventory | None
    inventory_us: int | None


@get("/hosts/{agent_id:str}/inventory", opt=READ, summary="What one machine was made of over time")
async def inventory_versions(
    agent_id: str, console_fleet: ConsoleFleet, limit: Limit = 50, before: Before = None
) -> InventoryVersions:
    """Return versions with what differs from the one before each."""
    record_id = await _record(console_fleet, agent_id)
    if record_id is None:
        return InventoryVersions([], None)
    found = await console_fleet.inventory.versions(Kind.RECORD, record_id, limit=limit + 1, before=before)
    changes = await asyncio.to_thread(lambda: list(changes_of(found)))
    shown = [_to_version(each) for each in changes[:limit]]
    return InventoryVersions(shown, found[limit - 1].id if len(found) > limit else None)


@get("/hosts/{agent_id:str}/inventory/differences", opt=READ, summary="What differs between two versions")
async def inventory_differences(
    agent_id: str, console_fleet: ConsoleFleet, old: VersionId, new: VersionId
) -> list[Difference]:
    """Return each place whose value differs; interfaces go by name, disks by mountpoint."""
    record_id = await _record(console_fleet, agent_id)
    left, right = [await _version(console_fleet, record_id, each) for each in (old, new)]
    return differences_between(left, right)


@get("/hosts/{agent_id:str}/moment", opt=READ, summary="One machine at a moment")
async def host_moment(agent_id: str, console_fleet: ConsoleFleet, at: At = "now") -> HostMoment:
    """Return what the machine reported last before a moment."""
    at_us = parse_time(at, time.time_ns() // 1000, field="at")
    record_id = await _record(console_fleet, agent_id)
    around = await console_fleet.reports.around(Hosts(frozenset({AgentId(agent_id)})), at_us)
    inventory = console_fleet.inventory
    version = None if record_id is None else await inventory.version_at(Kind.RECORD, record_id, at_us)
    document = version.document if version is not None else None
    return HostMoment(
        at_us=at_us,
        report=msgspec.Raw(around.report) if around.report is not None else None,
        report_us=around.ts_us,
        earlier_us=around.earlier_us,
        later_us=around.later_us,
        inventory=document if isinstance(document, Inventory) else None,
        inventory_us=version.ts_us if version is not None else None,
    )


async def _record(parts: ConsoleFleet, agent_id: str) -> RecordId | None:
    agent = parts.fleet.get(AgentId(agent_id))
    return await parts.inventory.record_of(agent.id)


async def _version(parts: ConsoleFleet, record_id: RecordId | None, version_id: int) -> Version:
    """Return one version of a record. Raises NotFound."""
    found = []
    if record_id is not None:
        before = min(version_id + 1, MAX_ID)
        found = await parts.inventory.versions(Kind.RECORD, record_id, limit=1, before=before)
    if not found or found[0].id != version_id:
        raise NotFound(f"no version {version_id} of this machine")
    return found[0]


def _to_version(each: VersionChanges) -> InventoryVersion:
    version = each.version
    return InventoryVersion(
        id=version.id,
        ts_us=version.ts_us,
        change=version.change,
        by=version.by,
        boot_s=each.boot_s,
        count=len(each.differences),
        differences=each.differences[:LISTED_DIFFERENCES],
    )


HANDLERS: tuple[Any, ...] = (inventory_versions, inventory_differences, host_moment)
