"""Which agents a token let in: a page asks that each second while machines arrive."""

from collections.abc import Iterator

from muster.model.agent import Agent
from muster.model.ids import AgentId


class Enrolments:
    """The agents by the token that let each in, in memory."""

    def __init__(self) -> None:
        self._by_token: dict[str, list[AgentId]] = {}

    def note(self, agent: Agent) -> None:
        """Take an agent that enrolled after all that were noted before; an agent is noted once."""
        self._by_token.setdefault(agent.enrolled_by, []).append(agent.id)

    def of(self, token_id: str) -> list[AgentId]:
        """Return the agents that a token let in, also those that are deleted, by id."""
        return sorted(self._by_token.get(token_id, ()))

    def iter_newest(self, token_id: str) -> Iterator[AgentId]:
        """Yield them, the newest first."""
        return reversed(self._by_token.get(token_id, []))
