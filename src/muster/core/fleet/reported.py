"""What agents said last of their runners. Kept in memory, and written with the flush."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Protocol

import msgspec

from muster.core.fleet.runner_history import KEPT_US, RunnerChange, failing_since, iter_changes
from muster.model.desired import RunnerStatus
from muster.model.ids import AgentId
from muster.model.link import CheckinRequest


class AgentRunners(msgspec.Struct, frozen=True):
    """`applied` is the version of the desired state that the agent took over last.

    `failing` says since when (Unix microseconds) runners fail, over the times that they were started again.
    """

    applied: Annotated[str, msgspec.Meta(max_length=64)]
    runners: list[RunnerStatus]
    failing: dict[str, int] = {}


class RunnerStore(Protocol):
    """Keeps what agents said. All methods may run concurrently; a write is durable on return."""

    async def load_runners(self) -> dict[AgentId, AgentRunners]:
        """Return what each agent said."""
        ...

    async def save_runners(
        self, said: Mapping[AgentId, AgentRunners], changes: Sequence[RunnerChange] = ()
    ) -> None:
        """Write what these agents said in place of what is stored of them, and add changes.

        In one transaction. Of each agent the newest `KEPT_OF_AGENT` changes are kept.
        """
        ...

    async def runner_changes(
        self, agent_id: AgentId, *, from_us: int, to_us: int, limit: int
    ) -> list[RunnerChange]:
        """Return changes from `from_us` to before `to_us`, the newest first."""
        ...

    async def forget_changes(self, before_us: int) -> None:
        """Drop changes before a time."""
        ...


class NoRunners:
    """A RunnerStore that forgets: for fleets without a database."""

    async def load_runners(self) -> dict[AgentId, AgentRunners]:
        """Return nothing."""
        return {}

    async def save_runners(
        self, said: Mapping[AgentId, AgentRunners], changes: Sequence[RunnerChange] = ()
    ) -> None:
        """Do nothing."""

    async def runner_changes(
        self, agent_id: AgentId, *, from_us: int, to_us: int, limit: int
    ) -> list[RunnerChange]:
        """Return nothing."""
        return []

    async def forget_changes(self, before_us: int) -> None:
        """Do nothing."""


class Reported:
    """The last word of every agent, and what became of its runners. Used on the event loop only."""

    def __init__(
        self, store: RunnerStore, now_us: Callable[[], int] = lambda: time.time_ns() // 1000
    ) -> None:
        self._store = store
        self._now_us = now_us
        self._said: dict[AgentId, AgentRunners] = {}
        self._changed: set[AgentId] = set()
        self._changes: list[RunnerChange] = []

    async def load(self) -> None:
        """Read what was stored; call once, before anything else."""
        await self._store.forget_changes(self._now_us() - KEPT_US)
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

    def failing_since_us(self, agent_id: AgentId, name: str) -> int | None:
        """Return since when a runner fails, None when it does not."""
        said = self._said.get(agent_id)
        return said.failing.get(name) if said else None

    async def changes(self, agent_id: AgentId, *, from_us: int, to_us: int, limit: int) -> list[RunnerChange]:
        """Return what became of an agent's runners from `from_us` to before `to_us`, the newest first."""
        await self.save()
        return await self._store.runner_changes(agent_id, from_us=from_us, to_us=to_us, limit=limit)

    def note(self, agent_id: AgentId, request: CheckinRequest) -> None:
        """Take what a check-in says."""
        old = self._said.get(agent_id)
        if request.runners is None and old is None:
            return
        runners = request.runners if request.runners is not None else old.runners if old else []
        now_us = request.sent_us or self._now_us()
        failing = failing_since(old.failing if old else {}, runners, now_us)
        said = AgentRunners(request.applied, runners, failing)
        if said != old:
            self._changes += iter_changes(agent_id, old.runners if old else (), runners, now_us)
            self._said[agent_id] = said
            self._changed.add(agent_id)

    async def save(self) -> None:
        """Write what changed."""
        changed, self._changed = self._changed, set()
        changes, self._changes = self._changes, []
        if not changed:
            return
        try:
            await self._store.save_runners({agent_id: self._said[agent_id] for agent_id in changed}, changes)
        except BaseException:
            self._changed |= changed
            self._changes = changes + self._changes
            raise
