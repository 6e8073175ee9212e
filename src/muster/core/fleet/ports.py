"""What the fleet needs of a store."""

from collections.abc import Sequence
from typing import Protocol

from muster.core.fleet.plan import Entry, Key
from muster.core.fleet.revisions import Revision
from muster.model.agent import Agent
from muster.model.idempotency import IdempotencyKey
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
        """Store a new agent, and count it for the token that enrolled it.

        Raises Conflict when the id exists, Unauthenticated when the token may enrol no more.
        """
        ...

    async def update_agents(
        self, agents: Sequence[Agent], ledgers: dict[AgentId, list[StreamLedger]]
    ) -> None:
        """Replace the stored values of these agents (all but id, credential and enrolled_us) and ledgers,

        in one transaction. Unknown ids are ignored.
        """
        ...


class PlanStore(Protocol):
    """Keeps the plan and its revisions. All methods may run concurrently."""

    async def load_plan(self) -> list[tuple[Key, Entry]]:
        """Return every entry, in no particular order."""
        ...

    async def save_revision(self, revision: Revision, key: IdempotencyKey | None = None) -> int:
        """Write what a revision changes, the revision and its key in one transaction; return its new id.

        Durable on return.
        """
        ...

    async def is_done(self, key: IdempotencyKey) -> bool:
        """Tell whether a revision was saved with this key. Raises InvalidInput when another request was."""
        ...

    async def revisions(self, *, limit: int, before: int | None = None) -> list[Revision]:
        """Return revisions, the newest first, only those with an id below `before`."""
        ...

    async def find_revision(self, revision_id: int) -> Revision:
        """Return one revision. Raises NotFound."""
        ...
