"""`/v1/api/agents/{id}/tags`: the tags of one agent."""

from typing import Any

import msgspec
from litestar import Response, delete, post

from muster.api.fleet import body_docs
from muster.api.fleet.bodies import parse_texts, read_body, some
from muster.api.fleet.control import CHANGE, AgentPath, DryRun, FleetControl, Name, make_change
from muster.api.http.requests import AnyRequest
from muster.core.fleet.edits import tag_agents, untag_agents
from muster.core.fleet.names import parse_name
from muster.model.ids import AgentId


class Tags(msgspec.Struct, frozen=True):
    """Body that names tags."""

    tags: Any


@post("/agents/{agent_id:str}/tags/{tag:str}", opt=CHANGE, summary="Put a tag on an agent", status_code=200)
async def add_tag(
    request: AnyRequest, fleet_control: FleetControl, agent_id: AgentPath, tag: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Put a tag on an agent, which gets what it grants; a tag that does not exist is made."""
    return await _tag(request, fleet_control, agent_id, [tag], dry_run=dry_run)


@post(
    "/agents/{agent_id:str}/tags",
    opt=CHANGE,
    summary="Put tags on an agent",
    operation_class=body_docs.TAG_NAMES,
    status_code=200,
)
async def add_tags(
    request: AnyRequest, fleet_control: FleetControl, agent_id: AgentPath, dry_run: DryRun = False
) -> Response[Any]:
    """Put tags on an agent; those that do not exist are made."""
    fleet_control.fleet.get(AgentId(agent_id))
    body = await read_body(request, fleet_control.live, Tags)
    tags = some(parse_texts(body.tags, "tags"), "tags")
    return await _tag(request, fleet_control, agent_id, tags, dry_run=dry_run)


@delete(
    "/agents/{agent_id:str}/tags/{tag:str}", opt=CHANGE, summary="Take a tag off an agent", status_code=200
)
async def remove_tag(
    request: AnyRequest, fleet_control: FleetControl, agent_id: AgentPath, tag: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Take a tag off an agent; runners that nothing else grants it go."""
    agent = AgentId(agent_id)
    return await make_change(
        request,
        fleet_control,
        lambda draft: untag_agents(draft, tag, [agent]),
        f"take tag {tag} off agent {agent}",
        dry_run=dry_run,
        agents=[agent],
    )


async def _tag(
    request: AnyRequest, control: FleetControl, agent_id: str, tags: list[str], *, dry_run: bool
) -> Response[Any]:
    for tag in tags:
        parse_name(tag, "tag")
    agent = AgentId(agent_id)
    now_us = control.steering.now_us()
    return await make_change(
        request,
        control,
        lambda draft: tag_agents(draft, tags, [agent], now_us=now_us),
        f"put tag {', '.join(tags)} on agent {agent}",
        dry_run=dry_run,
        agents=[agent],
    )


HANDLERS = (add_tag, add_tags, remove_tag)
