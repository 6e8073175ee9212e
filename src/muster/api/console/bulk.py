"""Changes of many agents at once: their ids are in the body, which an address could not hold."""

from typing import Annotated, Any

import msgspec
from litestar import Response, post

from muster.api.console.changing import JSON_OBJECT, DryRun
from muster.api.http.authorization import Needs, caller_of
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.core.fleet.edits import delete_agents, untag_agents
from muster.core.fleet.steering import Outcome, Steering
from muster.model.access import Scope
from muster.model.ids import AgentId

CHANGE = {"needs": Needs(Scope.WRITE_FLEET), "errors": (404,)}

MAX_AGENTS = 10_000
MAX_NAME = 253

AgentIds = Annotated[list[AgentId], msgspec.Meta(min_length=1, max_length=MAX_AGENTS)]


class ManyAgents(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    steering: Steering
    live: Live


class SomeAgents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /console/v1/agents/delete`."""

    agent_ids: AgentIds


class TaggedAgents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /console/v1/agents/untag`."""

    tag: Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
    agent_ids: AgentIds


@post(
    "/agents/delete",
    opt=CHANGE,
    summary="Delete agents",
    operation_class=raw_body(JSON_OBJECT),
    status_code=200,
)
async def delete_many(
    request: AnyRequest, many_agents: ManyAgents, dry_run: DryRun = False
) -> Response[Outcome]:
    """Delete agents, all of them or none; each must start anew to be one of the fleet again."""
    body = await json_of(request, many_agents.live.limits, SomeAgents)
    steering, agents = many_agents.steering, list(dict.fromkeys(body.agent_ids))
    nonces = {agent.id: agent.nonce for agent in steering.fleet.agents()}
    pairs = [(agent, nonces[agent]) for agent in agents if agent in nonces]
    outcome = await steering.change(
        lambda draft: delete_agents(draft, pairs, now_us=steering.now_us()),
        by=caller_of(request),
        action=f"delete {len(agents)} agents",
        agents=agents,
        dry_run=dry_run,
    )
    return Response(outcome, status_code=200)


@post(
    "/agents/untag",
    opt=CHANGE,
    summary="Take a tag off agents",
    operation_class=raw_body(JSON_OBJECT),
    status_code=200,
)
async def untag_many(
    request: AnyRequest, many_agents: ManyAgents, dry_run: DryRun = False
) -> Response[Outcome]:
    """Take a tag off agents, all of them or none."""
    body = await json_of(request, many_agents.live.limits, TaggedAgents)
    agents = list(dict.fromkeys(body.agent_ids))
    outcome = await many_agents.steering.change(
        lambda draft: untag_agents(draft, body.tag, agents),
        by=caller_of(request),
        action=f"take the tag {body.tag} off {len(agents)} agents",
        agents=agents,
        dry_run=dry_run,
    )
    return Response(outcome, status_code=200)


HANDLERS: tuple[Any, ...] = (delete_many, untag_many)
