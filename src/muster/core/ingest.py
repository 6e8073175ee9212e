"""Exactly once: which batches of agents are new, and which are repeats."""

from collections.abc import Sequence
from typing import Protocol

from muster.model.ids import AgentId, Epoch, StreamName
from muster.model.mark import Mark


class MarkStore(Protocol):
    """Keeps high-water marks. Called by one writer thread at a time, but for `marks_of_agent`."""

    def load_mark(self, agent_id: AgentId, stream: StreamName, epoch: Epoch) -> Mark | None:
        """Return the stored mark, or None when nothing of this epoch was ever stored. Blocks."""
        ...

    def save_marks(self, marks: Sequence[Mark]) -> None:
        """Insert or replace the marks in one transaction, durable on return. Blocks."""
        ...

    async def marks_of_agent(self, agent_id: AgentId) -> list[Mark]:
        """Return all marks of one agent. May be called concurrently with the rest."""
        ...
