"""What the host report routes need, and how a `?agent=` becomes a host."""

from collections.abc import Awaitable, Callable

import msgspec

from muster.api.http.live import Live
from muster.core.fleet.registry import Fleet
from muster.core.reports import EVERY_HOST, Hosts, ReportStore, unenrolled_id
from muster.errors import NotFound
from muster.model.ids import AgentId
from muster.model.report import Report


class OwnMachine(msgspec.Struct, frozen=True):
    """The machine that the server runs on; `collect` takes a report of it now."""

    hostname: str
    machine_id: str
    collect: Callable[[], Awaitable[Report]]


class HostReports:
    """The parts behind the routes of this surface."""

    def __init__(self, store: ReportStore, fleet: Fleet, own: OwnMachine, live: Live) -> None:
        self.store = store
        self.fleet = fleet
        self.own = own
        self.live = live

    async def hosts(self, name: str | None) -> Hosts:
        """Return whose reports a request is about.

        A named agent or hostname; without a name the server's own machine when an agent runs there,
        else every host. Raises NotFound for a name without an agent and without imported reports.
        """
        if name is None:
            own = self.own_agents()
            return Hosts(own) if own else EVERY_HOST
        imported = unenrolled_id(name)
        agents = self.fleet.named(name)
        if not agents and not await self.store.count_imported(imported):
            raise NotFound(f"no agent {name}")
        return Hosts(agents | {imported})

    def own_agents(self) -> frozenset[AgentId]:
        """Return the agents that run, or ran, on the server's own machine."""
        return self.fleet.on_machine(self.own.hostname, self.own.machine_id)

    def remote_agent(self, name: str | None) -> AgentId | None:
        """Return the agent that `/check` must ask, None for the server's own machine.

        An id always means that agent, also when it runs beside the server. Raises NotFound.
        """
        if name is None:
            return None
        agents = self.fleet.named(name)
        if AgentId(name) in agents:
            return AgentId(name)
        if agents & self.own_agents() or (not agents and name.lower() == self.own.hostname.lower()):
            return None
        if not agents:
            raise NotFound(f"no agent {name}")
        return max(agents, key=lambda a: (self.fleet.presence.is_online(a), self.fleet.get(a).last_seen_us))

    def import_target(self, hostname: str) -> AgentId:
        """Return the id under which imported reports of a host are stored."""
        agents = self.fleet.named(hostname)
        if not agents:
            return unenrolled_id(hostname)
        return max(agents, key=lambda a: self.fleet.get(a).last_seen_us)
