"""Windows of samples whose rollups are out of date."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from muster.core.metrics.ports import StaleWindow
from muster.model.ids import AgentId
from muster.model.mark import Window
from muster.store.relational.database import Relational
from muster.store.relational.schema import sample_windows


class RelationalWindows:
    """Implements `muster.core.metrics.ports.WindowStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    def load_stale(self, *, before_s: int, limit: int) -> list[StaleWindow]:
        """See `WindowStore`."""
        query = (
            select(sample_windows)
            .where(sample_windows.c.start_s < before_s)
            .order_by(sample_windows.c.start_s, sample_windows.c.agent_id)
            .limit(limit)
        )
        rows = self._relational.read_now(lambda c: c.execute(query).all())
        return [StaleWindow(Window(AgentId(row.agent_id), row.start_s), row.revision) for row in rows]

    def forget_stale(self, windows: Sequence[StaleWindow]) -> None:
        """See `WindowStore`."""
        if not windows:
            return
        same = delete(sample_windows).where(
            sample_windows.c.agent_id == bindparam("at_agent"),
            sample_windows.c.start_s == bindparam("at_start"),
            sample_windows.c.revision == bindparam("at_revision"),
        )
        values = [
            {
                "at_agent": stale.window.agent_id,
                "at_start": stale.window.start_s,
                "at_revision": stale.revision,
            }
            for stale in windows
        ]
        self._relational.write_now(lambda connection: connection.execute(same, values))

    async def oldest_stale(self, agents: Collection[AgentId]) -> int | None:
        """See `WindowStore`."""
        query = select(func.min(sample_windows.c.start_s)).where(sample_windows.c.agent_id.in_(agents))
        return await self._relational.read(lambda c: c.execute(query).scalar())


def touch_windows(connection: Connection, windows: Collection[Window], revision: int) -> None:
    """Note inside a transaction that windows have new samples; `revision` is one never used before."""
    if not windows:
        return
    rows = [
        {"agent_id": agent_id, "start_s": start_s, "revision": revision} for agent_id, start_s in set(windows)
    ]
    keys = [{"at_agent": row["agent_id"], "at_start": row["start_s"]} for row in rows]
    same = (
        sample_windows.c.agent_id == bindparam("at_agent"),
        sample_windows.c.start_s == bindparam("at_start"),
    )
    connection.execute(delete(sample_windows).where(*same), keys)
    connection.execute(insert(sample_windows), rows)
