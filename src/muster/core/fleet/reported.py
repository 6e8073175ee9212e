"""What agents said last of their runners. Kept in memory, and written with the flush."""

from collections.abc import Mapping
from typing import Annotated, Protocol

import msgspec

from muster.model.desired import RunnerStatus
from muster.model.ids import AgentId
from muster.model.link import CheckinRequest


class AgentRunners(msgspec.Struct, frozen=True):
    """`applied` is the version of the desired state that the agent took over last."""

    applied: Annotated[str, msgspec.Meta(max_length=64)]
    runners: list[RunnerStatus]


class RunnerStore(Protocol):
    """Keeps what agents said. All methods may run concurrently; a write is durable on return."""

    async def load_runners(self) -> dict[AgentId, AgentRunners]:
        """Return what each agent said."""
        ...

    async def save_runners(self, said: Mapping[AgentId, AgentRunners]) -> None:
        """Write what these agents said in place of what is stored of them."""
        ...


class NoRunners:
    """A RunnerStore that forgets: for fleets without a database."""

    async def load_runners(self) -> dict[AgentId, AgentRunners]:
        """Return nothing."""
        return {}

    async def save_runners(self, said: Mapping[AgentId, AgentRunners]) -> None:
        """Do nothing."""


class Reported:
    """The last word of every agent. Used on the event loop only."""

    def __init__(self, store: RunnerStore) -> None:
        self._store = store
        self._said: dict[AgentId, AgentRunners] = {}
        self._changed: set[AgentId] = set()

    async def load(self) -> None:
        """Read what was stored; call once, before anything else."""
        self._said = await self._store.load_runners()

    def knows(self, agent_id: AgentId) -> bool:
        """Tell whether the agent has said anything."""
        return agent_id in self._said

    def applied(self, agent_id: AgentId) -> str:
        """Return the version of the desired state that the agent took over, empty when it did none."""
        said = self._said.get(agent_id)
        return said.applied if said else ""

    def runners(self, agent_id: AgentId) -> dict[str, RunnerStatus]:
        """Return what the agent said of its runners, by name."""
        said = self._said.get(agent_id)
        return {status.name: status for status in said.runners} if said else {}

    def note(self, agent_id: AgentId, request: CheckinRequest) -> None:
        """Take what a check-in says."""
        old = self._said.get(agent_id)
        if request.runners is None and old is None:
            return
        runners = request.runners if request.runners is not None else old.runners if old else []
        said = AgentRunners(request.applied, runners)
        if said != old:
            self._said[agent_id] = said
            self._changed.add(agent_id)

    async def save(self) -> None:
        """Write what changed."""
        changed, self._changed = self._changed, set()
        if not changed:
            return
        try:
            await self._store.save_runners({agent_id: self._said[agent_id] for agent_id in changed})
        except BaseException:
            self._changed |= changed
            raise
