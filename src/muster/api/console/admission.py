"""Agents shut out, and let in again: whether an agent's credential counts."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import PathParameter

from muster.api.console.changing import DryRun
from muster.api.http.authorization import Needs, caller_of
from muster.api.http.requests import AnyRequest
from muster.core.fleet.edits import let_in_agents, shut_out_agents
from muster.core.fleet.plan import Exclusion, Kind
from muster.core.fleet.steering import Outcome, Steering
from muster.model.access import Scope
from muster.model.ids import AgentId

READ = {"needs": Needs(Scope.READ)}
ADMIN = {"needs": Needs(Scope.ADMIN), "errors": (404,)}

AgentPath = Annotated[str, PathParameter(description="An agent's id; that of a deleted one, too.")]


class Admission(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    steering: Steering


class AdmissionChanged(msgspec.Struct, frozen=True):
    """Whether an agent is shut out then. `agents` are those that were not, or were, before.

    `revision` undoes it by `POST /v1/api/revisions/{ID}/restore?to=before`; null when nothing changed.
    """

    is_shut_out: bool
    agents: list[AgentId]
    revision: int | None


class ShutOutRow(msgspec.Struct, frozen=True, kw_only=True):
    """An agent that is shut out since then. `token` let it in; `is_deleted`: it is in no other list."""

    agent_id: AgentId
    hostname: str
    address: str
    platform: str
    since_us: int
    last_seen_us: int
    is_deleted: bool
    token: str


@get("/shut-out", opt=READ, summary="Agents that are shut out")
async def list_shut_out(admission: Admission) -> list[ShutOutRow]:
    """Return every agent that is shut out, deleted ones too, the last one first."""
    fleet, plan = admission.steering.fleet, admission.steering.plan
    rows = [
        ShutOutRow(
            agent_id=agent.id,
            hostname=agent.hostname,
            address=agent.address,
            platform=agent.platform,
            since_us=entry.since_us,
            last_seen_us=agent.last_seen_us,
            is_deleted=plan.tombstone(agent.id) is not None,
            token=agent.enrolled_by,
        )
        for key in plan.keys(Kind.EXCLUSION)
        if isinstance(entry := plan.get(key), Exclusion) and (agent := fleet.known(AgentId(key.name)))
    ]
    return sorted(rows, key=lambda row: -row.since_us)


@post("/agents/{agent_id:str}/shut-out", opt=ADMIN, summary="Shut an agent out", status_code=200)
async def shut_out(
    agent_id: AgentPath, request: AnyRequest, admission: Admission, dry_run: DryRun = False
) -> Response[AdmissionChanged]:
    """Let an agent's credential not count, at once and over restarts; the agent keeps what it collects."""
    steering, agent = admission.steering, AgentId(agent_id)
    steering.fleet.check_known(agent)
    done = await shut_out_all(
        steering, [agent], f"shut out agent {agent}", by=caller_of(request), dry_run=dry_run
    )
    return Response(AdmissionChanged(True, done.agents, done.revision), status_code=200)


@post("/agents/{agent_id:str}/let-in", opt=ADMIN, summary="Let an agent in again", status_code=200)
async def let_in(
    agent_id: AgentPath, request: AnyRequest, admission: Admission, dry_run: DryRun = False
) -> Response[AdmissionChanged]:
    """Let the credential of an agent that was shut out count again: it goes on without enrolling anew."""
    steering, agent = admission.steering, AgentId(agent_id)
    steering.fleet.check_known(agent)
    done = await steering.change(
        lambda draft: let_in_agents(draft, [agent]),
        by=caller_of(request),
        action=f"let in agent {agent}",
        dry_run=dry_run,
    )
    return Response(AdmissionChanged(False, done.agents, done.revision), status_code=200)


async def shut_out_all(
    steering: Steering, agents: Sequence[AgentId], action: str, *, by: str, dry_run: bool = False
) -> Outcome:
    """Shut agents out, in one revision; durable on return."""
    return await steering.change(
        lambda draft: shut_out_agents(draft, agents, now_us=steering.now_us()),
        by=by,
        action=action,
        dry_run=dry_run,
    )


HANDLERS: tuple[Any, ...] = (list_shut_out, shut_out, let_in)
