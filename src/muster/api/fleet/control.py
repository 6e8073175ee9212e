"""What the fleet's routes need, what they ask of their callers, and how changes are answered."""

import hashlib
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.params import PathParameter, QueryParameter

from muster.api.http.authorization import Needs, caller_of
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest
from muster.core.fleet.plan import Plan
from muster.core.fleet.registry import Fleet
from muster.core.fleet.releases import Releases
from muster.core.fleet.steering import Edit, Outcome, Steering
from muster.core.inventory import InventoryStore
from muster.core.metrics.questions import Questions
from muster.model.access import Scope, Surface
from muster.model.idempotency import IdempotencyKey, parse_key
from muster.model.ids import AgentId

READ = {"needs": Needs(Scope.READ, Surface.FLEET), "errors": (404,)}
CHANGE = {"needs": Needs(Scope.WRITE_FLEET, Surface.FLEET), "errors": (404, 409)}

Name = Annotated[str, PathParameter(description="1-128 characters, without / and control characters.")]
AgentPath = Annotated[str, PathParameter(description="An agent's id.")]
DryRun = Annotated[
    bool, QueryParameter(description="Change nothing, and answer which agents and runners it would touch.")
]


class FleetControl(msgspec.Struct, frozen=True):
    """The parts behind the routes of this surface; agents take samples each `interval_s` by themselves."""

    steering: Steering
    releases: Releases
    inventory: InventoryStore
    questions: Questions
    live: Live
    interval_s: float

    @property
    def fleet(self) -> Fleet:
        """The agents."""
        return self.steering.fleet

    @property
    def plan(self) -> Plan:
        """What they should do."""
        return self.steering.plan


class Effects(msgspec.Struct, frozen=True):
    """The answer of a dry run: whom the change would touch."""

    dry_run: bool
    agents: list[AgentId]
    runners: list[dict[str, str]]


async def make_change(
    request: AnyRequest,
    control: FleetControl,
    edit: Edit,
    action: str,
    *,
    dry_run: bool,
    agents: list[AgentId] | None = None,
) -> Response[Any]:
    """Make a change for the caller of a request and answer it, or say what it would do."""
    outcome = await control.steering.change(
        edit,
        by=caller_of(request),
        action=action[:MAX_ACTION],
        agents=agents or (),
        dry_run=dry_run,
        key=key_of(request),
    )
    return answer_of(outcome, dry_run=dry_run)


MAX_ACTION = 500
"""Characters of what a revision says that it is."""


def key_of(request: AnyRequest) -> IdempotencyKey | None:
    """Return the key of a request, with the hash of all that it asks for. Raises InvalidInput."""
    text = request.headers.get("idempotency-key")
    if text is None:
        return None
    asked = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    asked.update(getattr(request.state, "body", b""))
    return IdempotencyKey(Surface.FLEET, parse_key(text), asked.digest())


def answer_of(outcome: Outcome, *, dry_run: bool) -> Response[Any]:
    """Return an empty answer, or the effects of a dry run."""
    if not dry_run:
        return empty()
    runners = [{"agent_id": x.agent_id, "name": x.name, "effect": x.effect.value} for x in outcome.runners]
    return Response(Effects(True, outcome.agents, runners), status_code=200)


def empty() -> Response[Any]:
    """Return what the document calls empty: 200 without a body."""
    return Response(b"", status_code=200, media_type="text/plain")
