"""What changed of a machine between two versions of its inventory, and when it started."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from muster.core.inventory import (
    BOOT_WOBBLE_S,
    UNKNOWN,
    Change,
    Description,
    Difference,
    Foreign,
    InventoryStore,
    Kind,
    RecordId,
    Version,
    iter_differences,
)
from muster.model.inventory import Disk, Interface, Inventory

VOLATILE = frozenset(
    {
        *("ts_us", "boot_time_s", "memory_used_bytes", "memory_percent"),
        *("load", "battery", "cpu_mhz", "used_bytes", "disks", "interfaces"),
    }
)
"""What of an inventory changes by itself, or is told in another form."""

BOOT = "boot_time_s"


class VersionChanges(msgspec.Struct, frozen=True):
    """A version and what differs from the one before; `boot_s` (Unix seconds) when it started in between."""

    version: Version
    differences: list[Difference]
    boot_s: int | None


def facts_of(description: Description) -> dict[str, Any]:
    """Return what does not change by itself as a JSON document: interfaces by name, disks by mountpoint."""
    if isinstance(description, Foreign):
        found = msgspec.json.decode(description.body)
        return found if isinstance(found, dict) else {"body": found}
    facts = _steady(description)
    if description.interfaces is not None:
        facts["interfaces"] = {each.name: _steady(each, "name") for each in description.interfaces}
    if description.disks is not None:
        facts["disks"] = {each.mountpoint: _steady(each, "mountpoint") for each in description.disks}
    return facts


def differences_between(old: Version | None, new: Version) -> list[Difference]:
    """Return each place that differs; nothing for the first version, which has all from nothing.

    What could not be read once is no difference.
    """
    if old is None or new.change is Change.DELETED:
        return []
    left, right = (_facts(version) for version in (old, new))
    known = [name for name in left if left[name] not in UNKNOWN and right.get(name) not in UNKNOWN]
    return list(iter_differences({name: left[name] for name in known}, {name: right[name] for name in known}))


def changes_of(versions: Sequence[Version]) -> Iterator[VersionChanges]:
    """Yield versions, the newest first, each with what differs from the next one, which is older.

    The last one is what the others are compared with, and is not given when it is no first version.
    """
    for new, old in zip(versions, [*versions[1:], None], strict=True):
        if old is not None or new.change is Change.CREATED:
            yield VersionChanges(new, differences_between(old, new), _boot_between(old, new))


async def versions_until(
    store: InventoryStore, record_id: RecordId, *, since_us: int, limit: int
) -> tuple[list[Version], bool]:
    """Return versions, the newest first, back to the one before `since_us`; and whether there are no more.

    At most `limit` are looked at.
    """
    versions = await store.versions(Kind.RECORD, record_id, limit=limit)
    for count, version in enumerate(versions, 1):
        if version.ts_us < since_us:
            return versions[:count], True
    return versions, len(versions) < limit


def _boot_between(old: Version | None, new: Version) -> int | None:
    if old is None or not isinstance(old.document, Inventory) or not isinstance(new.document, Inventory):
        return None
    before_s, after_s = old.document.boot_time_s, new.document.boot_time_s
    return after_s if after_s - before_s > BOOT_WOBBLE_S else None


def _facts(version: Version) -> dict[str, Any]:
    document = version.document
    return facts_of(document) if isinstance(document, Description) else {}


def _steady(of: Inventory | Interface | Disk, *left_out: str) -> dict[str, Any]:
    plain = msgspec.to_builtins(of)
    return {name: value for name, value in plain.items() if name not in VOLATILE and name not in left_out}
