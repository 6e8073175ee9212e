"""What the console's two pages show: the fleet, and one machine."""

import time
from typing import Any

import msgspec
from litestar import get

from muster.api.http.authorization import Needs
from muster.core.fleet.registry import Fleet
from muster.core.inventory import InventoryStore
from muster.core.metrics.overview import MINUTES, STEP_S, Now, Overview
from muster.core.metrics.questions import Questions
from muster.core.reports import Hosts, ReportStore
from muster.model.access import Scope
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.inventory import Inventory
from muster.model.metric import is_of_runner, read_labels

SIGNED_IN = {"needs": Needs(Scope.READ)}


class ConsoleFleet(msgspec.Struct, frozen=True):
    """The parts behind these routes; agents take a sample each `interval_s` seconds."""

    fleet: Fleet
    overview: Overview
    questions: Questions
    reports: ReportStore
    inventory: InventoryStore
    interval_s: float


class Sparklines(msgspec.Struct, frozen=True):
    """Means by minute, the oldest first, null where there is no data."""

    cpu: list[float | None]
    memory: list[float | None]
    network: list[float | None]


class HostRow(msgspec.Struct, frozen=True, kw_only=True):
    """One machine in the list."""

    agent_id: AgentId
    hostname: str
    platform: str
    agent_version: str
    address: str
    state: str
    last_seen_us: int
    cpu_percent: float | None = None
    memory_percent: float | None = None
    disk_percent: float | None = None
    network_bytes_per_s: float | None = None
    uptime_s: float | None = None
    sparklines: Sparklines


class FleetPage(msgspec.Struct, frozen=True):
    """`GET /console/v1/fleet`: every machine; sparklines span `span_s` seconds in steps of `step_s`."""

    server_us: int
    interval_s: float
    span_s: int
    step_s: int
    hosts: list[HostRow]


class HostAgent(msgspec.Struct, frozen=True, kw_only=True):
    """The agent of a machine."""

    agent_id: AgentId
    hostname: str
    platform: str
    agent_version: str
    address: str
    state: str
    last_seen_us: int
    enrolled_us: int
    skew_us: int


class LastMetric(msgspec.Struct, frozen=True):
    """The newest sample of a series."""

    metric: str
    labels: dict[str, str]
    value: float
    ts_us: int


class HostPage(msgspec.Struct, frozen=True):
    """`GET /console/v1/hosts/{agent_id}`: one machine; null where it has not said anything yet.

    `last` are samples of the agent itself, not those that metric runners take beside it.
    """

    agent: HostAgent
    report: msgspec.Raw | None
    inventory: Inventory | None
    last: list[LastMetric]


@get("/fleet", opt=SIGNED_IN, summary="Every machine at a glance")
async def fleet_page(console_fleet: ConsoleFleet) -> FleetPage:
    """Return the machines by hostname."""
    now_us = time.time_ns() // 1000
    hosts = [_row(console_fleet, agent, now_us) for agent in console_fleet.fleet.agents()]
    return FleetPage(now_us, console_fleet.interval_s, MINUTES * STEP_S, STEP_S, hosts)


@get("/hosts/{agent_id:str}", opt=SIGNED_IN, summary="One machine")
async def host_page(agent_id: str, console_fleet: ConsoleFleet) -> HostPage:
    """Return what is known of one machine now."""
    fleet = console_fleet.fleet
    agent = fleet.get(AgentId(agent_id))
    reports = await console_fleet.reports.newest(Hosts(frozenset({agent.id})), limit=1)
    last = await console_fleet.questions.last(agent.id)
    return HostPage(
        agent=HostAgent(
            agent_id=agent.id,
            hostname=agent.hostname,
            platform=agent.platform,
            agent_version=agent.agent_version,
            address=agent.address,
            state=_state(fleet, agent),
            last_seen_us=agent.last_seen_us,
            enrolled_us=agent.enrolled_us,
            skew_us=agent.skew_us,
        ),
        report=msgspec.Raw(reports[0]) if reports else None,
        inventory=await console_fleet.inventory.of_agent(agent.id),
        last=[
            LastMetric(x.key.metric, read_labels(x.key.labels), x.value, x.ts_us)
            for x in last
            if not is_of_runner(x.key.labels)
        ],
    )


def _row(console_fleet: ConsoleFleet, agent: Agent, now_us: int) -> HostRow:
    now = console_fleet.overview.now(agent.id, now_us=now_us)
    online = console_fleet.fleet.presence.is_online(agent.id)
    return HostRow(
        agent_id=agent.id,
        hostname=agent.hostname,
        platform=agent.platform,
        agent_version=agent.agent_version,
        address=agent.address,
        state=_state(console_fleet.fleet, agent),
        last_seen_us=agent.last_seen_us,
        sparklines=_sparklines(now),
        **(_current(now) if now is not None and online else {}),
    )


def _current(now: Now) -> dict[str, Any]:
    return {
        "cpu_percent": now.cpu_percent,
        "memory_percent": now.memory_percent,
        "disk_percent": now.disk_percent,
        "network_bytes_per_s": now.network_bytes_per_s,
        "uptime_s": now.uptime_s,
    }


def _sparklines(now: Now | None) -> Sparklines:
    if now is None:
        nothing: list[float | None] = [None] * MINUTES
        return Sparklines(nothing, nothing, nothing)
    return Sparklines(now.cpu, now.memory, now.network)


def _state(fleet: Fleet, agent: Agent) -> str:
    return "online" if fleet.presence.is_online(agent.id) else "offline"


HANDLERS: tuple[Any, ...] = (fleet_page, host_page)
