"""`/v1/api/tags`: what groups agents and grants them configurations."""

from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import QueryParameter

from muster.api.fleet import body_docs
from muster.api.fleet.bodies import parse_agents, parse_texts, read_body, some, split_texts
from muster.api.fleet.control import CHANGE, READ, DryRun, FleetControl, Name, make_change
from muster.api.fleet.machines import AgentShort, short_agents
from muster.api.fleet.pages import Order, PageNumber, PageSize, Search, Sort, Wanted, cut
from muster.api.http.requests import AnyRequest
from muster.core.fleet.edits import (
    add_tag,
    delete_tags,
    find_tag,
    remove_tag_config,
    set_tag_note,
    tag_agents,
    untag_agents,
)
from muster.core.fleet.names import parse_name
from muster.core.fleet.plan import Kind, Plan
from muster.model.ids import AgentId


class TagRow(msgspec.Struct, frozen=True):
    """A tag, the agents that have it, and the configurations that it grants."""

    name: str
    agent_ids: list[AgentId]
    config_names: list[str]
    note: str


class TagList(msgspec.Struct, frozen=True, omit_defaults=True):
    """`GET /v1/api/tags`; `agents` is there when it is asked for."""

    tags: list[TagRow]
    totalSize: int  # noqa: N815 the document's name
    agents: dict[AgentId, AgentShort] | None = None


class NewTag(msgspec.Struct, frozen=True):
    """Body of `POST /v1/api/tags/{name}`; its `name` is the path's."""

    note: str = ""
    config_names: Any = None
    agent_ids: Any = None


class Note(msgspec.Struct, frozen=True):
    """Body of `PUT /v1/api/tags/{name}/note`."""

    note: str


class Agents(msgspec.Struct, frozen=True):
    """Body that names agents."""

    agent_ids: Any


KEYS = {"name": lambda row: row.name, "note": lambda row: row.note}


@get("/tags", opt=READ, summary="Tags")
async def list_tags(
    fleet_control: FleetControl,
    name: Annotated[str, QueryParameter(max_length=253, description="Only this one.")] = "",
    agents: Annotated[bool, QueryParameter(description="Tell of the agents, too.")] = False,
    sort: Sort = "",
    order: Order = "ascend",
    page: PageNumber = None,
    size: PageSize = None,
    search: Search = "",
) -> TagList:
    """Return tags by name."""
    plan = fleet_control.plan
    names = [key.name for key in plan.keys(Kind.TAG)]
    rows = [
        to_row(plan, each) for each in names if (not name or each == name) and search.lower() in each.lower()
    ]
    found = cut(rows, KEYS, Wanted(sort, order, page, size))
    if not agents:
        return TagList(found.items, found.total)
    ids = {agent_id for row in found.items for agent_id in row.agent_ids}
    return TagList(found.items, found.total, short_agents(fleet_control, ids))


@post("/tags/{name:str}", opt=CHANGE, summary="Add a tag", operation_class=body_docs.NEW_TAG, status_code=200)
async def add(
    request: AnyRequest, fleet_control: FleetControl, name: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Add a tag, put it on agents, and let it grant configurations."""
    parse_name(name)
    body = await read_body(request, fleet_control.live, NewTag)
    agents = parse_agents(body.agent_ids, "agent_ids")
    configs = parse_texts(body.config_names, "config_names")
    now_us = fleet_control.steering.now_us()
    return await make_change(
        request,
        fleet_control,
        lambda draft: add_tag(draft, name, note=body.note, agents=agents, configs=configs, now_us=now_us),
        f"add tag {name}",
        dry_run=dry_run,
        agents=agents,
    )


@put("/tags/{name:str}/note", opt=CHANGE, summary="Change a tag's note", operation_class=body_docs.TAG_NOTE)
async def update_note(
    request: AnyRequest, fleet_control: FleetControl, name: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Replace the note of a tag."""
    find_tag(fleet_control.plan, name)
    body = await read_body(request, fleet_control.live, Note)
    return await make_change(
        request,
        fleet_control,
        lambda draft: set_tag_note(draft, name, body.note),
        f"change the note of tag {name}",
        dry_run=dry_run,
    )


@post(
    "/tags/{name:str}/agentids",
    opt=CHANGE,
    summary="Put a tag on agents",
    operation_class=body_docs.AGENT_IDS,
    status_code=200,
)
async def add_agents(
    request: AnyRequest, fleet_control: FleetControl, name: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Put a tag on agents, which get what it grants."""
    find_tag(fleet_control.plan, name)
    body = await read_body(request, fleet_control.live, Agents)
    agents = some(parse_agents(body.agent_ids, "agent_ids"), "agent_ids")
    now_us = fleet_control.steering.now_us()
    return await make_change(
        request,
        fleet_control,
        lambda draft: tag_agents(draft, [name], agents, now_us=now_us),
        f"assign tag {name} to {len(agents)} agents",
        dry_run=dry_run,
        agents=agents,
    )


@delete("/tags/{name:str}/agentids/batch", opt=CHANGE, summary="Take a tag off agents", status_code=200)
async def remove_agents(
    request: AnyRequest,
    fleet_control: FleetControl,
    name: Name,
    agentids: Annotated[str, QueryParameter(description="Ids, joined by commas.")],
    dry_run: DryRun = False,
) -> Response[Any]:
    """Take a tag off agents; runners that nothing else grants them go."""
    agents = list(map(AgentId, split_texts(agentids, "agentids")))
    return await make_change(
        request,
        fleet_control,
        lambda draft: untag_agents(draft, name, agents),
        f"take tag {name} off {len(agents)} agents",
        dry_run=dry_run,
    )


@delete(
    "/tags/{name:str}/configs/{config:str}",
    opt=CHANGE,
    summary="Let a tag no longer grant a configuration",
    status_code=200,
)
async def remove_config(
    request: AnyRequest, fleet_control: FleetControl, name: Name, config: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Take a configuration out of a tag; runners that nothing else grants go."""
    return await make_change(
        request,
        fleet_control,
        lambda draft: remove_tag_config(draft, name, config),
        f"take configuration {config} out of tag {name}",
        dry_run=dry_run,
    )


@delete("/tags/{name:str}", opt=CHANGE, summary="Delete a tag", status_code=200)
async def delete_one(
    request: AnyRequest, fleet_control: FleetControl, name: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Delete a tag; runners that nothing else grants go."""
    return await _delete(request, fleet_control, [name], dry_run=dry_run)


@delete("/tags/batch", opt=CHANGE, summary="Delete tags", status_code=200)
async def delete_many(
    request: AnyRequest,
    fleet_control: FleetControl,
    tag: Annotated[str, QueryParameter(description="Names, joined by commas.")],
    dry_run: DryRun = False,
) -> Response[Any]:
    """Delete tags, all of them or none."""
    return await _delete(request, fleet_control, split_texts(tag, "tag"), dry_run=dry_run)


def to_row(plan: Plan, name: str) -> TagRow:
    """Return a tag as it is answered."""
    agents = sorted(map(AgentId, plan.linked(Kind.TAG_AGENT, name)))
    return TagRow(name, agents, sorted(plan.linked(Kind.TAG_CONFIG, name)), find_tag(plan, name).note)


async def _delete(
    request: AnyRequest, control: FleetControl, names: list[str], *, dry_run: bool
) -> Response[Any]:
    return await make_change(
        request,
        control,
        lambda draft: delete_tags(draft, names),
        f"delete tag {', '.join(names)}",
        dry_run=dry_run,
    )


HANDLERS = (
    list_tags,
    add,
    update_note,
    add_agents,
    remove_agents,
    remove_config,
    delete_one,
    delete_many,
)
