"""What agents said of their runners, and the commands that they were given."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.engine import Row

from muster.core.fleet.commands import OPEN, CommandRecord, CommandState
from muster.core.fleet.reported import AgentRunners
from muster.core.fleet.runner_history import KEPT_OF_AGENT, RunnerChange
from muster.model.desired import RunnerStatus
from muster.model.ids import AgentId
from muster.store.relational.database import Relational
from muster.store.relational.fleet_schema import agent_commands, agent_runners, runner_changes


class RelationalRunners:
    """Implements `muster.core.fleet.reported.RunnerStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    async def load_runners(self) -> dict[AgentId, AgentRunners]:
        """See `RunnerStore`."""
        rows = await self._relational.read(lambda c: c.execute(select(agent_runners)).all())
        decoder = msgspec.json.Decoder(list[RunnerStatus])
        failing = msgspec.json.Decoder(dict[str, int])
        return {
            AgentId(row.agent_id): AgentRunners(
                row.applied, decoder.decode(row.runners), failing.decode(row.failing)
            )
            for row in rows
        }

    async def save_runners(
        self, said: Mapping[AgentId, AgentRunners], changes: Sequence[RunnerChange] = ()
    ) -> None:
        """See `RunnerStore`."""
        old = delete(agent_runners).where(agent_runners.c.agent_id == bindparam("at"))

        def work(connection: Connection) -> None:
            rows = [
                {
                    "agent_id": agent,
                    "applied": x.applied,
                    "runners": msgspec.json.encode(x.runners).decode(),
                    "failing": msgspec.json.encode(x.failing).decode(),
                }
                for agent, x in said.items()
            ]
            connection.execute(old, [{"at": row["agent_id"]} for row in rows])
            connection.execute(insert(agent_runners), rows)
            if changes:
                connection.execute(insert(runner_changes), [msgspec.structs.asdict(x) for x in changes])
                connection.execute(_SURPLUS, [{"at": agent} for agent in {x.agent_id for x in changes}])

        if said:
            await self._relational.write(work)

    async def runner_changes(
        self, agent_id: AgentId, *, from_us: int, to_us: int, limit: int
    ) -> list[RunnerChange]:
        """See `RunnerStore`."""
        at = runner_changes.c
        query = (
            select(at.agent_id, at.runner, at.was, at.state, at.ts_us, at.reason)
            .where(at.agent_id == agent_id, at.ts_us >= from_us, at.ts_us < to_us)
            .order_by(at.ts_us.desc(), at.id.desc())
            .limit(limit)
        )
        return await self._relational.read(
            lambda c: [RunnerChange(**row._mapping) for row in c.execute(query)]
        )

    async def forget_changes(self, before_us: int) -> None:
        """See `RunnerStore`."""
        old = delete(runner_changes).where(runner_changes.c.ts_us < before_us)
        await self._relational.write(lambda c: c.execute(old) and None)


class RelationalCommands:
    """Implements `muster.core.fleet.commands.CommandStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    async def load_open(self) -> list[CommandRecord]:
        """See `CommandStore`."""
        query = (
            select(agent_commands)
            .where(agent_commands.c.state.in_([state.value for state in OPEN]))
            .order_by(agent_commands.c.created_us, agent_commands.c.id)
        )
        return await self._relational.read(lambda c: [_to_record(row) for row in c.execute(query)])

    async def save_commands(self, records: Iterable[CommandRecord]) -> None:
        """See `CommandStore`."""
        rows = [msgspec.structs.asdict(record) | {"state": record.state.value} for record in records]
        old = delete(agent_commands).where(agent_commands.c.id == bindparam("at"))

        def work(connection: Connection) -> None:
            connection.execute(old, [{"at": row["id"]} for row in rows])
            connection.execute(insert(agent_commands), rows)

        if rows:
            await self._relational.write(work)

    async def commands_of(self, agent_id: AgentId, *, limit: int) -> list[CommandRecord]:
        """See `CommandStore`."""
        query = (
            select(agent_commands)
            .where(agent_commands.c.agent_id == agent_id)
            .order_by(agent_commands.c.created_us.desc(), agent_commands.c.id)
            .limit(limit)
        )
        return await self._relational.read(lambda c: [_to_record(row) for row in c.execute(query)])

    async def forget_ended(self, before_us: int) -> None:
        """See `CommandStore`."""
        old = delete(agent_commands).where(agent_commands.c.ended_us < before_us)
        await self._relational.write(lambda c: c.execute(old) and None)


_NEWEST = runner_changes.alias()
_SURPLUS = delete(runner_changes).where(
    runner_changes.c.agent_id == bindparam("at"),
    runner_changes.c.id
    <= select(_NEWEST.c.id)
    .where(_NEWEST.c.agent_id == bindparam("at"))
    .order_by(_NEWEST.c.id.desc())
    .offset(KEPT_OF_AGENT)
    .limit(1)
    .scalar_subquery(),
)
"""What an agent has beyond the changes that are kept of it."""


def _to_record(row: Row[Any]) -> CommandRecord:
    return CommandRecord(**{**row._mapping, "state": CommandState(row.state)})
