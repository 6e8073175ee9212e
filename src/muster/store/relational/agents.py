"""Agents and their ledgers."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from muster.errors import Conflict, Unauthenticated
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.link import StreamLedger
from muster.store.relational.database import Relational
from muster.store.relational.schema import agents, stream_ledgers, tokens

CHANGING = (
    *("hostname", "machine_id", "platform", "agent_version"),
    *("last_seen_us", "address", "skew_us", "nonce"),
)


class RelationalAgents:
    """Implements `muster.core.fleet.ports.AgentStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    async def load_agents(self) -> list[Agent]:
        """See `AgentStore`."""
        rows = await self._relational.read(lambda c: c.execute(select(agents)).mappings().all())
        return [Agent(**row) for row in rows]

    async def load_ledgers(self) -> dict[AgentId, list[StreamLedger]]:
        """See `AgentStore`."""
        rows = await self._relational.read(lambda c: c.execute(select(stream_ledgers)).all())
        ledgers: dict[AgentId, list[StreamLedger]] = {}
        for row in rows:
            ledger = msgspec.json.decode(row.ledger, type=StreamLedger)
            ledgers.setdefault(AgentId(row.agent_id), []).append(ledger)
        return ledgers

    async def add_agent(self, agent: Agent) -> None:
        """See `AgentStore`."""

        def work(connection: Connection) -> None:
            if agent.enrolled_by:
                _count_enrolment(connection, agent.enrolled_by)
            try:
                connection.execute(insert(agents), msgspec.structs.asdict(agent))
            except IntegrityError:
                raise Conflict(f"agent {agent.id} exists") from None

        await self._relational.write(work)

    async def update_agents(
        self, changed: Sequence[Agent], ledgers: dict[AgentId, list[StreamLedger]]
    ) -> None:
        """See `AgentStore`."""

        def work(connection: Connection) -> None:
            values = [
                {"at": agent.id} | {name: getattr(agent, name) for name in CHANGING} for agent in changed
            ]
            said = [
                {
                    "agent_id": agent_id,
                    "stream": ledger.stream,
                    "ledger": msgspec.json.encode(ledger).decode(),
                }
                for agent_id, streams in ledgers.items()
                for ledger in streams
            ]
            if values:
                bound: dict[str, Any] = {name: bindparam(name) for name in CHANGING}
                connection.execute(update(agents).where(agents.c.id == bindparam("at")).values(bound), values)
            if ledgers:
                connection.execute(
                    delete(stream_ledgers).where(stream_ledgers.c.agent_id == bindparam("at")),
                    [{"at": agent_id} for agent_id in ledgers],
                )
            if said:
                connection.execute(insert(stream_ledgers), said)

        await self._relational.write(work)


def _count_enrolment(connection: Connection, token_id: str) -> None:
    """Note that a token let one more agent in. Raises Unauthenticated when it may not.

    The update locks the token's row, so that two servers on one database count together.
    """
    counting = (
        update(tokens)
        .where(
            tokens.c.id == token_id,
            tokens.c.revoked_us.is_(None),
            or_(tokens.c.max_agents.is_(None), tokens.c.enrolled < tokens.c.max_agents),
        )
        .values(enrolled=tokens.c.enrolled + 1)
    )
    if connection.execute(counting).rowcount == 0:
        raise Unauthenticated("this token has let in all the machines that it may; make another")
