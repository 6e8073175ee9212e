"""Releases of the agent, and what agents say of upgrades."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError

from muster.errors import Conflict
from muster.model.audit import ControlAction
from muster.model.ids import AgentId
from muster.model.release import Manifest, Release, SignedManifest, UpgradeStatus
from muster.store.relational.database import Relational
from muster.store.relational.fleet_schema import agent_upgrades, releases
from muster.store.relational.outbox import note_action

_SEPARATOR = ","
"""Joins what a package lacks; no name of that has a comma."""


class RelationalReleases:
    """Implements `muster.core.fleet.releases.ReleaseStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    async def releases(self) -> list[Release]:
        """See `ReleaseStore`."""
        rows = await self._relational.read(lambda c: c.execute(select(releases)).all())
        return [_to_release(row) for row in rows]

    async def add_release(self, release: Release, *, by: str) -> None:
        """See `ReleaseStore`."""
        manifest = release.manifest
        row = msgspec.structs.asdict(manifest) | {
            "lacks": _SEPARATOR.join(manifest.lacks),
            "signature": release.signed.signature,
            "message": release.message,
            "added_us": release.added_us,
        }
        details: dict[str, str | int | bool | list[str]] = {
            "by": by,
            "version": manifest.version,
            "target": str(manifest.target),
            "sha256": manifest.sha256,
        }

        def work(connection: Connection) -> None:
            try:
                connection.execute(insert(releases), row)
            except IntegrityError:
                raise Conflict(
                    f"there is a release {manifest.version} for {manifest.target}, or one with this content"
                ) from None
            note_action(connection, ControlAction("ReleaseAdded", release.added_us, details))

        await self._relational.write(work)


class RelationalUpgrades:
    """Implements `muster.core.fleet.upgrades.UpgradeStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    async def load_upgrades(self) -> dict[AgentId, UpgradeStatus]:
        """See `UpgradeStore`."""
        rows = await self._relational.read(lambda c: c.execute(select(agent_upgrades)).all())
        decoder = msgspec.json.Decoder(UpgradeStatus)
        return {AgentId(row.agent_id): decoder.decode(row.status) for row in rows}

    async def save_upgrades(self, said: Mapping[AgentId, UpgradeStatus]) -> None:
        """See `UpgradeStore`."""
        rows = [
            {"agent_id": agent, "status": msgspec.json.encode(status).decode()}
            for agent, status in said.items()
        ]
        old = delete(agent_upgrades).where(agent_upgrades.c.agent_id == bindparam("at"))

        def work(connection: Connection) -> None:
            connection.execute(old, [{"at": row["agent_id"]} for row in rows])
            connection.execute(insert(agent_upgrades), rows)

        if rows:
            await self._relational.write(work)


def _to_release(row: Row[Any]) -> Release:
    fields = row._mapping
    known = {name: fields[name] for name in Manifest.__struct_fields__}
    lacks = tuple(filter(None, row.lacks.split(_SEPARATOR)))
    manifest = Manifest(**(known | {"lacks": lacks}))
    return Release(
        signed=SignedManifest(manifest=manifest, signature=row.signature),
        message=row.message,
        added_us=row.added_us,
    )
