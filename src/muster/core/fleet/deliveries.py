"""Which desired state each agent was told, and when first. In memory: a restart tells it again."""

import msgspec

from muster.model.desired import DesiredVersion
from muster.model.ids import AgentId


class Delivery(msgspec.Struct, frozen=True):
    """The process with `nonce` was told `version` first at `told_us` (Unix microseconds)."""

    nonce: str
    version: DesiredVersion
    told_us: int


class Deliveries:
    """The last delivery to each agent. Used on the event loop only."""

    def __init__(self) -> None:
        self._last: dict[AgentId, Delivery] = {}

    def note(self, agent_id: AgentId, nonce: str, version: DesiredVersion, now_us: int) -> None:
        """Take a delivery; one that is made again keeps the time of the first."""
        if not self.is_told(agent_id, nonce, version):
            self._last[agent_id] = Delivery(nonce, version, now_us)

    def is_told(self, agent_id: AgentId, nonce: str, version: DesiredVersion) -> bool:
        """Tell whether the last delivery to an agent was this version, to this process."""
        last = self._last.get(agent_id)
        return last is not None and (last.nonce, last.version) == (nonce, version)

    def told_us(self, agent_id: AgentId, version: DesiredVersion) -> int | None:
        """Return when an agent was told a version, None when its last delivery was another one."""
        last = self._last.get(agent_id)
        return last.told_us if last is not None and last.version == version else None
