"""What agents said last of upgrades. Kept in memory, and written with the flush."""

from collections.abc import Mapping
from typing import Protocol

from muster.model.ids import AgentId
from muster.model.link import CheckinRequest
from muster.model.release import UpgradeStatus


class UpgradeStore(Protocol):
    """Keeps what agents said. All methods may run concurrently; a write is durable on return."""

    async def load_upgrades(self) -> dict[AgentId, UpgradeStatus]:
        """Return what each agent said."""
        ...

    async def save_upgrades(self, said: Mapping[AgentId, UpgradeStatus]) -> None:
        """Write what these agents said in place of what is stored of them."""
        ...


class NoUpgrades:
    """An UpgradeStore that forgets: for fleets without a database."""

    async def load_upgrades(self) -> dict[AgentId, UpgradeStatus]:
        """Return nothing."""
        return {}

    async def save_upgrades(self, said: Mapping[AgentId, UpgradeStatus]) -> None:
        """Do nothing."""


class Upgrades:
    """The last word of every agent on upgrades. Used on the event loop only."""

    def __init__(self, store: UpgradeStore) -> None:
        self._store = store
        self._said: dict[AgentId, UpgradeStatus] = {}
        self._changed: set[AgentId] = set()

    async def load(self) -> None:
        """Read what was stored; call once, before anything else."""
        self._said = await self._store.load_upgrades()

    def of(self, agent_id: AgentId) -> UpgradeStatus | None:
        """Return what an agent said; None when it never did, as those do that are older than upgrades."""
        return self._said.get(agent_id)

    def note(self, agent_id: AgentId, request: CheckinRequest) -> None:
        """Take what a check-in says."""
        said = request.upgrade
        if said is not None and said != self._said.get(agent_id):
            self._said[agent_id] = said
            self._changed.add(agent_id)

    async def save(self) -> None:
        """Write what changed."""
        changed, self._changed = self._changed, set()
        if not changed:
            return
        try:
            await self._store.save_upgrades({agent_id: self._said[agent_id] for agent_id in changed})
        except BaseException:
            self._changed |= changed
            raise
