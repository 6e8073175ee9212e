"""`/v1/api/agents`: the agents and their machines."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get
from litestar.params import QueryParameter

from muster.api.fleet.bodies import split_texts
from muster.api.fleet.control import CHANGE, READ, DryRun, FleetControl, make_change
from muster.api.fleet.machines import Machine, address_of, state_of, status_of, to_machine
from muster.api.fleet.pages import Order, PageNumber, PageSize, Search, Sort, Wanted, cut
from muster.api.http.requests import AnyRequest
from muster.core.fleet.edits import delete_agents
from muster.core.fleet.plan import Kind
from muster.errors import InvalidInput
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.inventory import Inventory
from muster.model.release import UpgradeState

STATES = frozenset({"register", "online", "offline", "ok", "bad", "lost"})
SECOND_US = 1_000_000

Tag = Annotated[str, QueryParameter(max_length=253, description="Only agents with this tag.")]
Id = Annotated[str, QueryParameter(max_length=253, description="Only this agent.")]
State = Annotated[
    str,
    QueryParameter(
        name="state",
        max_length=253,
        description=f"Only these, joined by commas: {', '.join(sorted(STATES))}.",
    ),
]


class Upgrade(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the last upgrade, or in `reason` why there can be none."""

    version: str = ""
    state: UpgradeState = UpgradeState.NONE
    reason: str = ""


class AgentRow(msgspec.Struct, frozen=True, kw_only=True):
    """An agent; `create_time` in Unix seconds. `status` tells how long ago there was contact."""

    id: AgentId
    ip: str
    tags: list[str]
    hostname: str
    create_time: int
    state: str
    status: str
    runners: list[str]
    machine: Machine
    version: str
    upgrade: Upgrade


class AgentList(msgspec.Struct, frozen=True, rename={"agent_list": "agentList", "total_size": "totalSize"}):
    """`GET /v1/api/agents`."""

    agent_list: list[AgentRow]
    total_size: int


@get("/agents", opt=READ, summary="Agents and their machines")
async def list_agents(
    fleet_control: FleetControl,
    tag: Tag = "",
    id: Id = "",
    states: State = "",
    sort: Sort = "",
    order: Order = "ascend",
    page: PageNumber = None,
    size: PageSize = None,
    search: Search = "",
) -> Response[AgentList]:
    """Return agents by hostname; all of them when no page is asked for."""
    control = fleet_control
    agents = [a for a in matching(control, tag, id, states) if search.lower() in a.hostname.lower()]
    found = cut(agents, _keys(control), Wanted(sort, order, page, size))
    inventories = await control.inventory.of_agents([agent.id for agent in found.items])
    rows = [to_row(control, agent, inventories.get(agent.id)) for agent in found.items]
    body = await asyncio.to_thread(msgspec.json.encode, AgentList(rows, found.total))
    return Response(body, media_type="application/json")  # type: ignore[arg-type]


@delete("/agents", opt=CHANGE, summary="Delete agents", status_code=200)
async def delete_matching(
    request: AnyRequest,
    fleet_control: FleetControl,
    tag: Tag = "",
    id: Id = "",
    states: State = "",
    all: Annotated[bool, QueryParameter(description="Needed when nothing else is given.")] = False,
    dry_run: DryRun = False,
) -> Response[Any]:
    """Delete the agents that match; each must start anew to be one of the fleet again."""
    if not (tag or id or states or all):
        raise InvalidInput("this would delete every agent: give a filter, or all=true", field="query")
    agents = [agent.id for agent in matching(fleet_control, tag, id, states)]
    return await _delete(request, fleet_control, agents, dry_run=dry_run)


@delete("/agents/batch", opt=CHANGE, summary="Delete several agents", status_code=200)
async def delete_batch(
    request: AnyRequest,
    fleet_control: FleetControl,
    id: Annotated[str, QueryParameter(description="Ids, joined by commas.")],
    dry_run: DryRun = False,
) -> Response[Any]:
    """Delete agents, all of them or none."""
    agents = list(map(AgentId, split_texts(id, "id")))
    return await _delete(request, fleet_control, agents, dry_run=dry_run)


def matching(control: FleetControl, tag: str, agent_id: str, state: str) -> list[Agent]:
    """Return the agents that filters leave. Raises InvalidInput for an unknown state."""
    wanted = set(split_texts(state, "state")) if state else set()
    unknown = wanted - STATES
    if unknown:
        raise InvalidInput(f"expected some of {', '.join(sorted(STATES))}", field="state")
    tagged = control.plan.linked(Kind.TAG_AGENT, tag)
    now_us = control.steering.now_us()
    return [
        agent
        for agent in control.fleet.agents()
        if (not tag or agent.id in tagged)
        and (not agent_id or agent.id == agent_id)
        and (not wanted or {state_of(control, agent), status_of(agent, now_us)} & wanted)
    ]


def to_row(control: FleetControl, agent: Agent, inventory: Inventory | None) -> AgentRow:
    """Return an agent as it is answered."""
    return AgentRow(
        id=agent.id,
        ip=address_of(agent, inventory),
        tags=sorted(control.plan.linked_to(Kind.TAG_AGENT, agent.id)),
        hostname=agent.hostname,
        create_time=agent.enrolled_us // SECOND_US,
        state=state_of(control, agent),
        status=status_of(agent, control.steering.now_us()),
        runners=list(control.plan.runners(agent.id)),
        machine=to_machine(agent, inventory),
        version=agent.agent_version,
        upgrade=to_upgrade(control, agent),
    )


def to_upgrade(control: FleetControl, agent: Agent) -> Upgrade:
    """Return what an agent said last of upgrades."""
    said = control.fleet.upgrades.of(agent.id)
    return Upgrade(version=said.version, state=said.state, reason=said.reason) if said else Upgrade()


def _keys(control: FleetControl) -> dict[str, Callable[[Agent], Any]]:
    now_us = control.steering.now_us()
    return {
        "hostname": lambda agent: (agent.hostname, agent.id),
        "id": lambda agent: agent.id,
        "ip": lambda agent: agent.address,
        "create_time": lambda agent: agent.enrolled_us,
        "state": lambda agent: state_of(control, agent),
        "status": lambda agent: status_of(agent, now_us),
    }


async def _delete(
    request: AnyRequest, control: FleetControl, agents: list[AgentId], *, dry_run: bool
) -> Response[Any]:
    known = {agent.id: agent for agent in control.fleet.agents()}
    now_us = control.steering.now_us()
    pairs = [(agent, known[agent].nonce) for agent in agents if agent in known]
    return await make_change(
        request,
        control,
        lambda draft: delete_agents(draft, pairs, now_us=now_us),
        f"delete {len(agents)} agents",
        dry_run=dry_run,
        agents=agents,
    )


HANDLERS = (list_agents, delete_matching, delete_batch)
