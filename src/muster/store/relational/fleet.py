"""The plan of the fleet and its revisions."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete, insert, select
from sqlalchemy.engine import Row, RowMapping

from muster.core.fleet.plan import ENTRIES, Change, Entry, Key, Kind
from muster.core.fleet.revisions import Revision, changes_from_json, changes_to_json
from muster.core.fleet.server_settings import is_of_server
from muster.errors import NotFound
from muster.model.audit import ControlAction
from muster.model.idempotency import IdempotencyKey
from muster.store.relational.database import Relational
from muster.store.relational.fleet_schema import (
    fleet_assignments,
    fleet_collect_rules,
    fleet_configs,
    fleet_exclusions,
    fleet_revisions,
    fleet_runners,
    fleet_settings,
    fleet_tag_agents,
    fleet_tag_configs,
    fleet_tags,
    fleet_tombstones,
    server_settings,
)
from muster.store.relational.idempotency import find_answer, once
from muster.store.relational.outbox import note_action


class Place(NamedTuple):
    """Where entries of a kind lie, and the columns that hold the names of their keys."""

    table: Table
    names: tuple[str, ...]


PLACES: Mapping[Kind, Place] = {
    Kind.CONFIG: Place(fleet_configs, ("name",)),
    Kind.TAG: Place(fleet_tags, ("name",)),
    Kind.TAG_AGENT: Place(fleet_tag_agents, ("tag", "agent_id")),
    Kind.TAG_CONFIG: Place(fleet_tag_configs, ("tag", "config")),
    Kind.ASSIGNMENT: Place(fleet_assignments, ("config", "agent_id")),
    Kind.RUNNER: Place(fleet_runners, ("config", "agent_id")),
    Kind.TOMBSTONE: Place(fleet_tombstones, ("agent_id",)),
    Kind.EXCLUSION: Place(fleet_exclusions, ("agent_id",)),
    Kind.SETTING: Place(fleet_settings, ("name",)),
    Kind.COLLECT_RULE: Place(fleet_collect_rules, ("scope", "target")),
    Kind.SERVER_SETTING: Place(server_settings, ("name",)),
}


class RelationalPlan:
    """Implements `muster.core.fleet.ports.PlanStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    async def load_plan(self) -> list[tuple[Key, Entry]]:
        """See `PlanStore`."""

        def work(connection: Connection) -> list[tuple[Key, Entry]]:
            return [
                _to_entry(kind, place, row)
                for kind, place in PLACES.items()
                for row in connection.execute(select(place.table)).mappings()
            ]

        return await self._relational.read(work)

    async def save_revision(self, revision: Revision, key: IdempotencyKey | None = None) -> int:
        """See `PlanStore`."""
        row = {
            "ts_us": revision.ts_us,
            "by": revision.by,
            "action": revision.action,
            "changes": changes_to_json(revision.changes),
        }

        def effect(connection: Connection) -> bytes:
            for kind in Kind:
                _write(connection, kind, [change for change in revision.changes if change.key.kind is kind])
            made = connection.execute(insert(fleet_revisions), row).inserted_primary_key
            revision_id = int(made[0]) if made else 0
            details = {"revision": revision_id, "by": revision.by, "action": revision.action}
            is_settings = all(map(is_of_server, revision.changes))
            kind_of_action = "SettingsChanged" if is_settings else "FleetChanged"
            note_action(connection, ControlAction(kind_of_action, revision.ts_us, details))
            return str(revision_id).encode()

        def work(connection: Connection) -> int:
            return int(once(connection, key, revision.ts_us, lambda: effect(connection)))

        return await self._relational.write(work)

    async def is_done(self, key: IdempotencyKey) -> bool:
        """See `PlanStore`."""
        known = await self._relational.read(lambda connection: find_answer(connection, key))
        return known is not None

    async def revisions(self, *, limit: int, before: int | None = None) -> list[Revision]:
        """See `PlanStore`."""
        query = select(fleet_revisions).order_by(fleet_revisions.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(fleet_revisions.c.id < before)
        return await self._relational.read(lambda c: [_to_revision(row) for row in c.execute(query)])

    async def find_revision(self, revision_id: int) -> Revision:
        """See `PlanStore`."""
        query = select(fleet_revisions).where(fleet_revisions.c.id == revision_id)
        row = await self._relational.read(lambda c: c.execute(query).one_or_none())
        if row is None:
            raise NotFound(f"no revision {revision_id}")
        return _to_revision(row)


def _write(connection: Connection, kind: Kind, changes: Sequence[Change]) -> None:
    """Take out the old rows of changes and write the new ones."""
    table, names = PLACES[kind]
    keys = [dict(zip(names, change.key[1:], strict=False)) for change in changes]
    if not keys:
        return
    at = [table.c[name] == bindparam(f"at_{name}") for name in names]
    connection.execute(delete(table).where(*at), [{f"at_{n}": v for n, v in key.items()} for key in keys])
    rows = [
        key | msgspec.structs.asdict(change.after)
        for key, change in zip(keys, changes, strict=True)
        if change.after is not None
    ]
    if rows:
        connection.execute(insert(table), rows)


def _to_entry(kind: Kind, place: Place, row: RowMapping) -> tuple[Key, Entry]:
    names = [row[name] for name in place.names]
    values = {name: value for name, value in row.items() if name not in place.names}
    return Key(kind, *names), ENTRIES[kind](**values)


def _to_revision(row: Row[Any]) -> Revision:
    return Revision(
        id=row.id, ts_us=row.ts_us, by=row.by, action=row.action, changes=changes_from_json(row.changes)
    )
