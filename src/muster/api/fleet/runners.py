"""`/v1/api/runners`: what runs where, and starting, stopping, resetting and deleting it."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter

from muster.api.fleet import body_docs
from muster.api.fleet.agents import Id, Tag, matching
from muster.api.fleet.bodies import MAX_ITEMS, read_body, some
from muster.api.fleet.control import CHANGE, READ, DryRun, FleetControl, make_change
from muster.api.fleet.machines import AgentShort, short_agents
from muster.api.fleet.pages import Order as SortOrder
from muster.api.fleet.pages import PageNumber, PageSize, Search, Sort, Wanted, cut
from muster.api.http.requests import AnyRequest
from muster.core.fleet.configs import masked
from muster.core.fleet.plan import Runner
from muster.core.fleet.runners import Order, Target, order_runners
from muster.errors import InvalidInput
from muster.model.agent import Agent
from muster.model.desired import RunnerStatus
from muster.model.ids import AgentId

SECOND_US = 1_000_000


class RunnerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A runner. `state` is what it should do, `status` what its agent said last that it does.

    `config_timestamp` (Unix seconds) is of the configuration that the agent runs, 0 when it has said
    nothing; `config` is the one that it should run.
    """

    name: str
    agent_id: AgentId
    config: dict[str, Any]
    state: str
    status: RunnerStatus | None
    config_timestamp: int


class RunnerList(msgspec.Struct, frozen=True, omit_defaults=True):
    """`GET /v1/api/runners`; `agents` is there when it is asked for."""

    runners: list[RunnerRow]
    totalSize: int  # noqa: N815 the document's name
    agents: dict[AgentId, AgentShort] | None = None


class RunnerTarget(msgspec.Struct, frozen=True):
    """One item of the bodies below."""

    config_name: str
    agent_id: AgentId


Found = tuple[str, Agent, Runner]

KEYS = {
    "name": lambda found: (found[0], found[1].hostname, found[1].id),
    "agent_id": lambda found: found[1].id,
    "hostname": lambda found: found[1].hostname,
    "state": lambda found: found[2].is_running,
}


@get("/runners", opt=READ, summary="Runners")
async def list_runners(
    fleet_control: FleetControl,
    tag: Tag = "",
    id: Id = "",
    name: Annotated[str, QueryParameter(max_length=253, description="Only runners of this name.")] = "",
    agents: Annotated[bool, QueryParameter(description="Tell of the agents, too.")] = False,
    sort: Sort = "",
    order: SortOrder = "ascend",
    page: PageNumber = None,
    size: PageSize = None,
    search: Search = "",
) -> RunnerList:
    """Return the runners of all agents that match, by name; `search` looks in hostnames."""
    control = fleet_control
    matches = [a for a in matching(control, tag, id, "") if search.lower() in a.hostname.lower()]
    found = [
        (each, agent, runner)
        for agent in matches
        for each, runner in control.plan.runners(agent.id).items()
        if not name or each == name
    ]
    cut_out = cut(found, KEYS, Wanted(sort, order, page, size))
    rows = _rows(control, cut_out.items)
    if not agents:
        return RunnerList(rows, cut_out.total)
    return RunnerList(rows, cut_out.total, short_agents(control, {row.agent_id for row in rows}))


@post(
    "/runners/start",
    opt=CHANGE,
    summary="Start runners",
    operation_class=body_docs.RUNNERS,
    status_code=200,
)
async def start(request: AnyRequest, fleet_control: FleetControl, dry_run: DryRun = False) -> Response[Any]:
    """Start runners, all of them or none; agents that are offline do it when they are back."""
    return await _order(request, fleet_control, Order.START, dry_run=dry_run)


@post("/runners/stop", opt=CHANGE, summary="Stop runners", operation_class=body_docs.RUNNERS, status_code=200)
async def stop(request: AnyRequest, fleet_control: FleetControl, dry_run: DryRun = False) -> Response[Any]:
    """Stop runners, all of them or none."""
    return await _order(request, fleet_control, Order.STOP, dry_run=dry_run)


@post(
    "/runners/reset", opt=CHANGE, summary="Reset runners", operation_class=body_docs.RUNNERS, status_code=200
)
async def reset(request: AnyRequest, fleet_control: FleetControl, dry_run: DryRun = False) -> Response[Any]:
    """Let runners forget what they have read, all of them or none."""
    return await _order(request, fleet_control, Order.RESET, dry_run=dry_run)


@post(
    "/runners/delete",
    opt=CHANGE,
    summary="Delete runners",
    operation_class=body_docs.RUNNERS,
    status_code=200,
)
async def delete(request: AnyRequest, fleet_control: FleetControl, dry_run: DryRun = False) -> Response[Any]:
    """Delete runners, all of them or none; a configuration and its other runners stay."""
    return await _order(request, fleet_control, Order.DELETE, dry_run=dry_run)


def _rows(control: FleetControl, found: list[Found]) -> list[RunnerRow]:
    configs: dict[str, dict[str, Any]] = {}
    rows = []
    for name, agent, runner in found:
        config = control.plan.config(name)
        if name not in configs:
            configs[name] = masked(msgspec.json.decode(config.config)) if config else {}
        status = control.fleet.reported.runners(agent.id).get(name)
        rows.append(
            RunnerRow(
                name=name,
                agent_id=agent.id,
                config=configs[name],
                state="running" if runner.is_running else "stopped",
                status=status,
                config_timestamp=status.config_us // SECOND_US if status else 0,
            )
        )
    return rows


async def _order(request: AnyRequest, control: FleetControl, order: Order, *, dry_run: bool) -> Response[Any]:
    body = some(await read_body(request, control.live, list[RunnerTarget]), "body")
    if len(body) > MAX_ITEMS:
        raise InvalidInput(f"at most {MAX_ITEMS} at once", field="body")
    targets = list(dict.fromkeys(Target(each.config_name, each.agent_id) for each in body))
    return await make_change(
        request,
        control,
        lambda draft: order_runners(draft, order, targets),
        f"{order} {len(targets)} runners",
        dry_run=dry_run,
        agents=list(dict.fromkeys(target.agent_id for target in targets)),
    )


HANDLERS = (list_runners, start, stop, reset, delete)
