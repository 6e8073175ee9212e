"""Which process speaks for an agent, and when it last did. In memory: a restart asks again."""

from collections.abc import Callable

import msgspec

from muster.errors import Conflict
from muster.model.ids import AgentId
from muster.model.link import ONLINE_S


class Holder(msgspec.Struct):
    """The process that speaks for an agent: its boot nonce, and when it last did (monotonic seconds)."""

    nonce: str
    seen_s: float


class Presence:
    """Lets one process at a time use an agent's id.

    A second one with another nonce is refused while the first is alive, that is for `ONLINE_S`
    after its last request, or until its held connection breaks.
    """

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._holders: dict[AgentId, Holder] = {}
        self._seen_s: dict[AgentId, float] = {}

    def touch(self, agent_id: AgentId) -> None:
        """Note that the agent made a request now."""
        self._seen_s[agent_id] = self._monotonic_s()

    def forget(self, agent_id: AgentId) -> None:
        """Note that the agent is not to be waited for: it is offline, and no process speaks for it."""
        self._seen_s.pop(agent_id, None)
        self._holders.pop(agent_id, None)

    def is_online(self, agent_id: AgentId) -> bool:
        """Tell whether the agent's last request is younger than `ONLINE_S`."""
        seen_s = self._seen_s.get(agent_id)
        return seen_s is not None and self._monotonic_s() - seen_s < ONLINE_S

    def state_of(self, agent_id: AgentId) -> str:
        """Return `online` or `offline`, the words of every list of machines."""
        return "online" if self.is_online(agent_id) else "offline"

    def online_count(self) -> int:
        """Count the agents that are online."""
        return sum(self.is_online(agent_id) for agent_id in self._seen_s)

    def claim(self, agent_id: AgentId, nonce: str) -> None:
        """Let the process with this nonce speak for the agent.

        Raises Conflict (code `nonce_conflict`) with the seconds to wait when another one does.
        """
        now_s = self._monotonic_s()
        holder = self._holders.get(agent_id)
        if holder is not None and holder.nonce != nonce and now_s - holder.seen_s < ONLINE_S:
            raise Conflict(
                "another process uses this agent's id; a copied data directory must be enrolled anew",
                code="nonce_conflict",
                retry_after_s=max(1, int(holder.seen_s + ONLINE_S - now_s)),
            )
        self._holders[agent_id] = Holder(nonce, now_s)

    def release(self, agent_id: AgentId, nonce: str) -> None:
        """Note that the connection of this process broke: its successor need not wait."""
        holder = self._holders.get(agent_id)
        if holder is not None and holder.nonce == nonce:
            del self._holders[agent_id]
