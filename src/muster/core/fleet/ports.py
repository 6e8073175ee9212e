"""What the fleet needs of a store."""

from collections.abc import Sequence
from typing import Protocol

from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.link import StreamLedger


class AgentStore(Protocol):
    """Keeps agents. All methods may run concurrently; a write is durable when it returns."""

    async def load_agents(self) -> list[Agent]:
        """Return every agent, in no particular order."""
        ...

    async def load_ledgers(self) -> dict[AgentId, list[StreamLedger]]:
        """Return the last stored ledgers of every agent that has any."""
        ...

    async def add_agent(self, agent: Agent) -> None:
        """Store a new agent. Raises Conflict when the id exists."""
        ...

    async def update_agents(
        self, agents: Sequence[Agent], ledgers: dict[AgentId, list[StreamLedger]]
    ) -> None:
        """Replace the stored values of these agents (all but id, credential and enrolled_us) and ledgers,

        in one transaction. Unknown ids are ignored.
        """
        ...
