"""The agents and their runners as the fleet's pages list them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import get

from muster.api.http.authorization import Needs
from muster.core.fleet.plan import Kind
from muster.core.fleet.registry import Fleet
from muster.core.fleet.releases import Releases
from muster.core.fleet.steering import Steering
from muster.core.fleet.ways import Step, way_of
from muster.errors import NotFound
from muster.model.access import Scope
from muster.model.agent import Agent
from muster.model.desired import RunnerState, RunnerStatus
from muster.model.ids import AgentId
from muster.model.link import StreamLedger
from muster.model.release import Release
from muster.model.runner_kinds import kind_of

READ = {"needs": Needs(Scope.READ)}
AT_ONCE = 50
"""After so many agents the loop is left to others: thousands take a tenth of a second."""


class ConsoleAgents(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    steering: Steering
    releases: Releases

    @property
    def fleet(self) -> Fleet:
        """The agents."""
        return self.steering.fleet


class RunnerCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Runners of an agent: that it should have, and what it says of them."""

    wanted: int
    running: int
    stopped: int
    failed: int
    unknown: int


class RowCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of all streams of an agent, by its own account.

    `acknowledged` are on the server's disk; `lost` were dropped, thinned or quarantined.
    """

    collected: int
    acknowledged: int
    waiting: int
    lost: int


class AgentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One agent. `state` is register, online, offline or shut out.

    `is_applied`: it runs what it should. `upgrade_to` is the version that `upgrade` leads to, or
    failed to, `upgrade_reason` why it failed or cannot be.
    """

    id: AgentId
    hostname: str
    address: str
    platform: str
    state: str
    last_seen_us: int
    version: str
    tags: list[str]
    is_applied: bool
    runners: RunnerCounts
    rows: RowCounts
    upgrade: Step
    upgrade_to: str
    upgrade_reason: str


class AgentLines(msgspec.Struct, frozen=True):
    """`GET /console/v1/agents`, by hostname."""

    server_us: int
    agents: list[AgentLine]


class RunnerLine(msgspec.Struct, frozen=True, kw_only=True):
    """One runner. `wanted` is running or stopped; `config_us` when its configuration was changed last.

    `kind` is `metric` or the mode of its reader; `status` is what its agent said last, whose `config_us`
    is that of the configuration which really runs. `is_built_in`: its agent runs it by itself, nobody gave
    it a configuration, and it can be neither stopped nor deleted here.
    """

    name: str
    agent_id: AgentId
    hostname: str
    is_online: bool
    kind: str
    wanted: str
    config_us: int
    status: RunnerStatus | None
    is_built_in: bool


class RunnerLines(msgspec.Struct, frozen=True):
    """`GET /console/v1/runners`, by name and hostname."""

    server_us: int
    runners: list[RunnerLine]


@get("/agents", opt=READ, summary="Every agent in a line")
async def agent_lines(console_agents: ConsoleAgents) -> AgentLines:
    """Return the agents with their tags, runners, rows and upgrades."""
    fleet, lines = console_agents.fleet, []
    releases = await console_agents.releases.all()
    async for agent in _each(fleet):
        with contextlib.suppress(NotFound):  # Deleted meanwhile.
            lines.append(to_line(fleet, releases, agent))
    return AgentLines(console_agents.steering.now_us(), lines)


@get("/runners", opt=READ, summary="Every runner in a line")
async def runner_lines(console_agents: ConsoleAgents) -> RunnerLines:
    """Return what each runner should do and does."""
    fleet, plan = console_agents.fleet, console_agents.steering.plan
    kinds = {
        key.name: kind_of(msgspec.json.decode(config.config)) if (config := plan.config(key.name)) else ""
        for key in plan.keys(Kind.CONFIG)
    }
    lines = []
    async for agent in _each(fleet):
        said = fleet.reported.runners(agent.id)
        is_online = fleet.presence.is_online(agent.id)
        wanted = plan.runners(agent.id)
        for name, runner in wanted.items():
            config = plan.config(name)
            lines.append(
                RunnerLine(
                    name=name,
                    agent_id=agent.id,
                    hostname=agent.hostname,
                    is_online=is_online,
                    kind=kinds.get(name, ""),
                    wanted="running" if runner.is_running else "stopped",
                    config_us=config.changed_us if config else 0,
                    status=said.get(name),
                    is_built_in=False,
                )
            )
        lines += [
            _built_in(agent, status, is_online=is_online)
            for status in said.values()
            if status.config_us == 0 and status.name not in wanted
        ]
    return RunnerLines(console_agents.steering.now_us(), sorted(lines, key=lambda x: (x.name, x.hostname)))


def _built_in(agent: Agent, status: RunnerStatus, *, is_online: bool) -> RunnerLine:
    """Return a runner that has no configuration of the server: those have a time of change."""
    return RunnerLine(
        name=status.name,
        agent_id=agent.id,
        hostname=agent.hostname,
        is_online=is_online,
        kind="",
        wanted="running",
        config_us=0,
        status=status,
        is_built_in=True,
    )


async def _each(fleet: Fleet) -> AsyncIterator[Agent]:
    """Yield the agents by hostname; between some of them others have their turn."""
    for number, agent in enumerate(fleet.agents()):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
        yield agent


def to_line(fleet: Fleet, releases: list[Release], agent: Agent) -> AgentLine:
    """Return an agent as it is listed. Raises NotFound."""
    plan = fleet.desired.plan
    way = way_of(fleet, releases, agent)
    return AgentLine(
        id=agent.id,
        hostname=agent.hostname,
        address=agent.address,
        platform=agent.platform,
        state=_state(fleet, agent),
        last_seen_us=agent.last_seen_us,
        version=agent.agent_version,
        tags=sorted(plan.linked_to(Kind.TAG_AGENT, agent.id)),
        is_applied=fleet.reported.applied(agent.id) == fleet.desired.of(agent.id).version,
        runners=_runners(fleet, agent.id),
        rows=_rows(fleet.ledger(agent.id)),
        upgrade=way.step,
        upgrade_to=way.to,
        upgrade_reason=way.reason,
    )


def _state(fleet: Fleet, agent: Agent) -> str:
    if fleet.is_shut_out(agent.id):
        return "shut out"
    if not agent.nonce:
        return "register"
    return fleet.presence.state_of(agent.id)


def _runners(fleet: Fleet, agent_id: AgentId) -> RunnerCounts:
    wanted = fleet.desired.plan.runners(agent_id)
    said = [status.state for name, status in fleet.reported.runners(agent_id).items() if name in wanted]
    return RunnerCounts(
        wanted=len(wanted),
        running=said.count(RunnerState.RUNNING),
        stopped=said.count(RunnerState.STOPPED),
        failed=said.count(RunnerState.FAILED),
        unknown=said.count(RunnerState.UNKNOWN),
    )


def _rows(streams: list[StreamLedger]) -> RowCounts:
    return RowCounts(
        collected=sum(said.collected for said in streams),
        acknowledged=sum(said.acknowledged for said in streams),
        waiting=sum(said.waiting for said in streams),
        lost=sum(said.dropped + said.thinned + said.quarantined for said in streams),
    )


HANDLERS: tuple[Any, ...] = (agent_lines, runner_lines)
