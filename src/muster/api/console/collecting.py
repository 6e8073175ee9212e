"""What agents collect by themselves: watched ports, groups of metrics, how often; by tag and agent, too."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, put

from muster.api.console.changing import JSON_OBJECT, DryRun
from muster.api.http.authorization import Needs, caller_of
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.core.fleet.collect_rules import CollectRule, rule_of, set_rule
from muster.core.fleet.collection import collection_of, set_collection
from muster.core.fleet.plan import OF_AGENT, OF_ALL, OF_TAG, Draft, Key, Kind, Plan
from muster.core.fleet.steering import Steering
from muster.errors import InvalidInput
from muster.model.access import Scope
from muster.model.ids import AgentId
from muster.model.metric_groups import GROUPS

READ = {"needs": Needs(Scope.READ)}
CHANGE = {"needs": Needs(Scope.WRITE_FLEET), "errors": (404,)}

MAX_TARGET = 253
MAX_SPECS = 1_000

PortSpec = Annotated[str, msgspec.Meta(max_length=16)]


class Collecting(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    steering: Steering
    live: Live


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: `scope` is `all`, `tag` or `agent`, `target` the tag or the agent's id.

    `name` is what people call the target. `ports` null: it says nothing of ports; `groups` are those that
    it switches on or off; `interval_s` null: it says nothing of that. `agents` is for how many it counts.
    """

    scope: str
    target: str
    name: str
    agents: int
    ports: list[str] | None
    groups: dict[str, bool]
    interval_s: float | None


class CollectingPage(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /console/v1/collecting`: `is_open` false: no agent takes samples. The rule for all comes first.

    `groups` are the names of all groups; agents without an interval of the server use their own, which
    is `own_interval_s` for those that nobody gave one.
    """

    is_open: bool
    own_interval_s: float
    groups: list[str]
    rules: list[RuleRow]


class NewRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `PUT /console/v1/collecting`: the whole rule; one that says nothing is deleted.

    `is_open` is for the scope `all` only, null: as before.
    """

    scope: Literal["all", "tag", "agent"]
    target: Annotated[str, msgspec.Meta(max_length=MAX_TARGET)] = ""
    ports: Annotated[list[PortSpec], msgspec.Meta(max_length=MAX_SPECS)] | None = None
    groups: dict[str, bool] = {}
    interval_s: float | None = None
    is_open: bool | None = None


class CollectingChanged(msgspec.Struct, frozen=True):
    """What a change does, or a dry run would do: whom it touches.

    `revision` undoes it by `POST /v1/api/revisions/{ID}/restore?to=before`; null when nothing changed.
    """

    agents: list[AgentId]
    revision: int | None


@get("/collecting", opt=READ, summary="What agents collect by themselves")
async def collecting_page(collecting: Collecting) -> CollectingPage:
    """Return every rule."""
    plan = collecting.steering.plan
    hostnames = _hostnames(collecting.steering)
    keys = [key for key in plan.keys(Kind.COLLECT_RULE) if key.name != OF_ALL]
    return CollectingPage(
        is_open=collection_of(plan).is_open,
        own_interval_s=collecting.live.settings.agent.interval_s,
        groups=list(GROUPS),
        rules=[_row(plan, hostnames, key) for key in (Key(Kind.COLLECT_RULE, OF_ALL), *keys)],
    )


@put(
    "/collecting",
    opt=CHANGE,
    summary="Say what agents collect by themselves",
    operation_class=raw_body(JSON_OBJECT),
    status_code=200,
)
async def change_collecting(
    request: AnyRequest, collecting: Collecting, dry_run: DryRun = False
) -> Response[CollectingChanged]:
    """Write a rule; agents collect by it from their next look on, at once and over restarts."""
    new = await json_of(request, collecting.live.limits, NewRule)
    _check(new)
    steering = collecting.steering
    done = await steering.change(
        lambda draft: _write(draft, new),
        by=caller_of(request),
        action=_action(new),
        agents=[AgentId(new.target)] if new.scope == OF_AGENT else (),
        dry_run=dry_run,
    )
    return Response(CollectingChanged(done.agents, done.revision), status_code=200)


def _check(new: NewRule) -> None:
    if bool(new.target) is (new.scope == OF_ALL):
        raise InvalidInput("expected the tag or the agent, and nothing for all", field="target")
    if new.is_open is not None and new.scope != OF_ALL:
        raise InvalidInput("collection is opened and closed for all agents", field="is_open")


def _write(draft: Draft, new: NewRule) -> None:
    is_for_all = new.scope == OF_ALL
    rule = CollectRule(
        ports=None if new.ports is None else tuple(port.strip() for port in new.ports),
        groups=new.groups,
        interval_s=None if is_for_all else new.interval_s,
    )
    set_rule(draft, new.scope, new.target, rule)
    if is_for_all:
        old = collection_of(draft.plan)
        is_open = old.is_open if new.is_open is None else new.is_open
        changed = msgspec.structs.replace(old, is_open=is_open, interval_s=new.interval_s)
        if changed != old:
            set_collection(draft, changed)


def _action(new: NewRule) -> str:
    if new.scope == OF_ALL:
        return "change what all agents collect"
    if new.scope == OF_AGENT:
        return f"change what agent {new.target} collects"
    return f"change what agents with the tag {new.target} collect"


def _hostnames(steering: Steering) -> dict[AgentId, str]:
    return {agent.id: agent.hostname for agent in steering.fleet.agents()}


def _row(plan: Plan, hostnames: Mapping[AgentId, str], key: Key) -> RuleRow:
    _, scope, target = key
    rule = rule_of(plan, scope, target)
    name, agents = target, len(hostnames)
    if scope == OF_TAG:
        agents = len(hostnames.keys() & plan.linked(Kind.TAG_AGENT, target))
    elif scope == OF_AGENT:
        hostname = hostnames.get(AgentId(target))
        name, agents = (target, 0) if hostname is None else (hostname, 1)
    return RuleRow(
        scope=scope,
        target=target,
        name=name,
        agents=agents,
        ports=None if rule.ports is None else list(rule.ports),
        groups=rule.groups,
        interval_s=collection_of(plan).interval_s if scope == OF_ALL else rule.interval_s,
    )


HANDLERS: tuple[Any, ...] = (collecting_page, change_collecting)
