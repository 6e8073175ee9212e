"""Control actions that are stored but not in the audit log yet, in the transaction of what they tell of."""

import secrets
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, insert, select

from muster.model.audit import ControlAction
from muster.store.relational.database import Relational
from muster.store.relational.schema import audit_outbox

MAX_WAITING = 500
"""So many are moved at once."""


class RelationalOutbox:
    """Implements `muster.core.audit.ports.Outbox`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    async def add(self, action: ControlAction) -> None:
        """See `Outbox`."""
        await self._relational.write(lambda connection: note_action(connection, action))

    async def waiting(self) -> list[tuple[str, ControlAction]]:
        """See `Outbox`."""
        query = select(audit_outbox).order_by(audit_outbox.c.id).limit(MAX_WAITING)
        rows = await self._relational.read(lambda connection: connection.execute(query).all())
        return [
            (row.key, ControlAction(row.kind, row.ts_us, msgspec.json.decode(row.details))) for row in rows
        ]

    async def forget(self, keys: Sequence[str]) -> None:
        """See `Outbox`."""
        moved = delete(audit_outbox).where(audit_outbox.c.key.in_(keys))
        await self._relational.write(lambda connection: connection.execute(moved) and None)


def note_action(connection: Connection, action: ControlAction) -> None:
    """Store an action together with whatever else the transaction does."""
    row = {
        "key": secrets.token_hex(16),
        "ts_us": action.ts_us,
        "kind": action.kind,
        "details": msgspec.json.encode(action.details).decode(),
    }
    connection.execute(insert(audit_outbox), row)
