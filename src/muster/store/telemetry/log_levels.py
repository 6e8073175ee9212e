"""Rows of the logs table by level and runner: counted from its projection, minute by minute."""

from collections.abc import Collection, Sequence

from muster.core.attention.ports import LevelCount, Span
from muster.model.ids import AgentId
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.log_sql import Sql


class LogLevels:
    """Implements `muster.core.attention.ports.LevelStore` on chDB or ClickHouse."""

    def __init__(self, clients: TelemetryClients) -> None:
        self._clients = clients

    async def count_levels(
        self, levels: Collection[str], spans: Sequence[Span], *, agents: Collection[AgentId] | None = None
    ) -> list[LevelCount]:
        """See `LevelStore`."""
        sql = Sql()
        minute = "toStartOfMinute(ts)"
        inside = [
            f"{minute} >= {sql.time(min(span.from_us for span in spans))}",
            f"{minute} < {sql.time(max(span.to_us for span in spans))}",
            f"level IN {sql.bind(sorted(levels), 'Array(String)')}",
        ]
        if agents is not None:
            inside.append(f"agent_id IN {sql.bind(sorted(agents), 'Array(String)')}")
        counts = ", ".join(
            f"sumIf(n, minute >= {sql.time(span.from_us)} AND minute < {sql.time(span.to_us)})"
            for span in spans
        )
        rows = await self._clients.read(
            f"SELECT agent_id, runner, [{counts}], min(toUnixTimestamp(minute)) FROM ("
            f"SELECT {minute} AS minute, agent_id, runner, count() AS n FROM logs "
            f"WHERE {' AND '.join(inside)} GROUP BY minute, agent_id, runner) GROUP BY agent_id, runner",
            sql.parameters,
        )
        return [
            LevelCount(AgentId(agent_id), runner, tuple(counts), first_s * 1_000_000)
            for agent_id, runner, counts, first_s in rows
        ]
