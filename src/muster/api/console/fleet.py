"""What the console's two pages show: the fleet, and one machine."""

import asyncio
import time
from typing import Annotated, Any, cast

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter

from muster.api.http.authorization import Needs
from muster.core.attention.lines import Line
from muster.core.attention.watch import Attention
from muster.core.fleet.collect_rules import collected_by
from muster.core.fleet.registry import Fleet
from muster.core.inventory import InventoryStore
from muster.core.metrics.minutes import MINUTES, STEP_S
from muster.core.metrics.overview import Lines, Overview
from muster.core.metrics.questions import Questions
from muster.core.metrics.trend import Trend
from muster.core.reports import Hosts, ReportStore
from muster.core.shared import Shared
from muster.model.access import Scope
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.inventory import Inventory
from muster.model.metric import is_of_runner, read_labels

SIGNED_IN = {"needs": Needs(Scope.READ)}


FRESH_S = 1.0
AT_ONCE = 200
"""After so many machines the loop is left to others: ten thousand take a tenth of a second."""

TREND_FRESH_S = 30.0
MAX_SPARKLINES = 200


class ConsoleFleet:
    """The parts behind these routes; agents take a sample each `interval_s` seconds."""

    def __init__(
        self,
        fleet: Fleet,
        overview: Overview,
        questions: Questions,
        reports: ReportStore,
        inventory: InventoryStore,
        interval_s: float,
    ) -> None:
        self.fleet = fleet
        self.overview = overview
        self.questions = questions
        self.reports = reports
        self.inventory = inventory
        self.interval_s = interval_s
        self.page: Shared[bytes] = Shared(lambda: _page(self), FRESH_S)
        self.trend: Shared[Trend] = Shared(lambda: _trend(self), TREND_FRESH_S)


class HostRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One machine in the list; numbers are of its last sample, null where it does not say."""

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


class FleetPage(msgspec.Struct, frozen=True):
    """`GET /console/v1/fleet`: every machine, by hostname. `trend` is at most a minute old."""

    server_us: int
    interval_s: float
    trend: Trend
    hosts: list[HostRow]


class Sparklines(msgspec.Struct, frozen=True, kw_only=True):
    """Means by minute of one machine, the oldest first, null where there is no data; rounded to be drawn."""

    agent_id: AgentId
    cpu: list[float | None]
    memory: list[float | None]
    disk: list[float | None]
    network: list[float | None]


class SparklinePage(msgspec.Struct, frozen=True):
    """`GET /console/v1/fleet/sparklines`: lines that span `span_s` seconds in steps of `step_s`."""

    server_us: int
    span_s: int
    step_s: int
    machines: list[Sparklines]


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

    `last` are samples of the agent itself, not those that metric runners take beside it. `off` are groups
    of metrics that it was told not to take; `interval_s` is how often it takes the others, null: none at
    all, 0: as often as its own settings say.
    `attention` is what is wrong with it, the worst first.
    """

    agent: HostAgent
    report: msgspec.Raw | None
    inventory: Inventory | None
    last: list[LastMetric]
    off: list[str]
    interval_s: float | None
    attention: list[Line]


@get("/fleet", opt=SIGNED_IN, summary="Every machine at a glance")
async def fleet_page(console_fleet: ConsoleFleet) -> Response[FleetPage]:
    """Return the machines by hostname, at most a few seconds old; for sparklines there is another route."""
    body = await console_fleet.page.get()
    return Response(cast(Any, body), media_type="application/json")


@get("/fleet/sparklines", opt=SIGNED_IN, summary="The last half hour of some machines")
async def fleet_sparklines(
    console_fleet: ConsoleFleet,
    agents: Annotated[
        list[AgentId],
        QueryParameter(name="agent", max_items=MAX_SPARKLINES, description="Ids of machines."),
    ],
) -> SparklinePage:
    """Return cpu, memory, disk and network of the machines that are named; unknown ones are left out."""
    now_us = time.time_ns() // 1000
    found = {agent_id: console_fleet.overview.lines(agent_id, now_us=now_us) for agent_id in agents}
    machines = [_sparklines(agent_id, lines) for agent_id, lines in found.items() if lines is not None]
    return SparklinePage(now_us, MINUTES * STEP_S, STEP_S, machines)


@get("/hosts/{agent_id:str}", opt=SIGNED_IN, summary="One machine")
async def host_page(agent_id: str, console_fleet: ConsoleFleet, attention: Attention) -> HostPage:
    """Return what is known of one machine now."""
    fleet = console_fleet.fleet
    agent = fleet.get(AgentId(agent_id))
    collected = collected_by(fleet.desired.plan, agent.id)
    reports = await console_fleet.reports.newest(Hosts(frozenset({agent.id})), limit=1)
    last = await console_fleet.questions.last(agent.id)
    return HostPage(
        agent=HostAgent(
            agent_id=agent.id,
            hostname=agent.hostname,
            platform=agent.platform,
            agent_version=agent.agent_version,
            address=agent.address,
            state=fleet.presence.state_of(agent.id),
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
        off=list(collected.off),
        interval_s=collected.interval_s,
        attention=await attention.of(agent),
    )


async def _trend(console_fleet: ConsoleFleet) -> Trend:
    agents = [agent.id for agent in console_fleet.fleet.agents()]
    now_us = time.time_ns() // 1000
    return await asyncio.to_thread(console_fleet.overview.trend, agents, now_us=now_us)


async def _page(console_fleet: ConsoleFleet) -> bytes:
    """Return the JSON of a `FleetPage`, written piece by piece."""
    agents = console_fleet.fleet.agents()
    pieces = []
    for start in range(0, len(agents), AT_ONCE):
        await asyncio.sleep(0)
        rows = [_row(console_fleet, agent) for agent in agents[start : start + AT_ONCE]]
        pieces.append(msgspec.json.encode(rows)[1:-1])
    trend = await console_fleet.trend.get()
    page = FleetPage(time.time_ns() // 1000, console_fleet.interval_s, trend, [])
    return msgspec.json.encode(page).removesuffix(b"]}") + b",".join(pieces) + b"]}"


def _row(console_fleet: ConsoleFleet, agent: Agent) -> HostRow:
    state = console_fleet.fleet.presence.state_of(agent.id)
    now = console_fleet.overview.now(agent.id)
    row = HostRow(
        agent_id=agent.id,
        hostname=agent.hostname,
        platform=agent.platform,
        agent_version=agent.agent_version,
        address=agent.address,
        state=state,
        last_seen_us=agent.last_seen_us,
    )
    if now is None or state == "offline":
        return row
    return msgspec.structs.replace(
        row,
        cpu_percent=now.cpu_percent,
        memory_percent=now.memory_percent,
        disk_percent=now.disk_percent,
        network_bytes_per_s=_rounded(now.network_bytes_per_s),
        uptime_s=_rounded(now.uptime_s),
    )


def _rounded(value: float | None, digits: int | None = None) -> float | None:
    return None if value is None else round(value, digits)


def _sparklines(agent_id: AgentId, lines: Lines) -> Sparklines:
    return Sparklines(
        agent_id=agent_id,
        cpu=[_rounded(value, 1) for value in lines.cpu],
        memory=[_rounded(value, 1) for value in lines.memory],
        disk=[_rounded(value, 1) for value in lines.disk],
        network=[_rounded(value) for value in lines.network],
    )


HANDLERS: tuple[Any, ...] = (fleet_page, fleet_sparklines, host_page)
