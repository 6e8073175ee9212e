"""What agents collect: a rule for all, rules for tags and rules for single agents, put together for each.

Ports add up: an agent watches those of every rule that is for it. Of groups of metrics and of the
interval the nearest rule counts, the agent's own before those of its tags before that for all; of tags
that disagree, the one that collects more.
"""

from collections.abc import Iterable
from typing import Annotated, NamedTuple

import msgspec

from muster.core.fleet.collection import MAX_S, MIN_S, interval_of
from muster.core.fleet.edits import find_tag
from muster.core.fleet.plan import OF_AGENT, OF_ALL, OF_TAG, Draft, Key, Kind, Plan, Setting
from muster.errors import InvalidInput
from muster.model.ids import AgentId
from muster.model.metric_groups import GROUPS
from muster.model.ports import parse_ports

MAX_PORTS = 1_000
"""Ports of one rule, the ranges counted out."""


class CollectRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one rule says; what it leaves out is for others to say.

    `ports` are numbers and ranges, None: nothing about ports; `groups` which groups of metrics are
    taken, or not; `interval_s` the seconds between samples, never in the rule for all, where
    `core.fleet.collection` has it.
    """

    ports: tuple[str, ...] | None = None
    groups: dict[str, bool] = {}
    interval_s: Annotated[float, msgspec.Meta(ge=MIN_S, le=MAX_S)] | None = None


NOTHING = CollectRule()


class Collected(NamedTuple):
    """What one agent collects by the rules. `interval_s` None: no samples, 0: as its own settings say.

    `ports` None: no rule says anything of them. `off` are groups, in the order of `GROUPS`.
    """

    interval_s: float | None
    ports: tuple[str, ...] | None
    off: tuple[str, ...]


def rule_of(plan: Plan, scope: str, target: str = "") -> CollectRule:
    """Return a rule; one that says nothing when there is none."""
    found = plan.get(Key(Kind.COLLECT_RULE, scope, target))
    return msgspec.json.decode(found.value, type=CollectRule) if isinstance(found, Setting) else NOTHING


def collected_by(plan: Plan, agent_id: AgentId) -> Collected:
    """Return what an agent collects."""
    tags = [rule_of(plan, OF_TAG, tag) for tag in sorted(plan.linked_to(Kind.TAG_AGENT, agent_id))]
    own, for_all = rule_of(plan, OF_AGENT, agent_id), rule_of(plan, OF_ALL)
    said = [rule.ports for rule in (for_all, *tags, own) if rule.ports is not None]
    off = tuple(group for group in GROUPS if not _is_on(group, own, tags, for_all))
    ports = tuple(dict.fromkeys(port for ports in said for port in ports)) if said else None
    return Collected(_interval_s(plan, own, tags), ports, off)


def set_rule(draft: Draft, scope: str, target: str, rule: CollectRule) -> None:
    """Write a rule; one that says nothing is taken out. Raises InvalidInput, NotFound for a tag.

    Whether there is such an agent is checked by `Steering`.
    """
    if scope == OF_TAG:
        find_tag(draft.plan, target)
    _check(scope, rule)
    text = msgspec.json.encode(rule, order="deterministic").decode()
    key = Key(Kind.COLLECT_RULE, scope, target)
    draft.put(key, None if rule == NOTHING else Setting(value=text))


def _is_on(group: str, own: CollectRule, tags: Iterable[CollectRule], for_all: CollectRule) -> bool:
    if group in own.groups:
        return own.groups[group]
    said = [rule.groups[group] for rule in tags if group in rule.groups]
    return any(said) if said else for_all.groups.get(group, True)


def _interval_s(plan: Plan, own: CollectRule, tags: Iterable[CollectRule]) -> float | None:
    usual_s = interval_of(plan)
    if usual_s is None or own.interval_s is not None:
        return None if usual_s is None else own.interval_s
    said = [rule.interval_s for rule in tags if rule.interval_s is not None]
    return min(said, default=usual_s)


def _check(scope: str, rule: CollectRule) -> None:
    if scope == OF_ALL and rule.interval_s is not None:
        raise InvalidInput("the interval of all agents is not part of a rule", field="interval_s")
    if rule.interval_s is not None and not MIN_S <= rule.interval_s <= MAX_S:
        raise InvalidInput(f"expected {MIN_S}-{MAX_S} seconds", field="interval_s")
    for group in rule.groups:
        if group not in GROUPS:
            raise InvalidInput(f"expected one of {', '.join(GROUPS)}", field=f"groups.{group[:50]}")
    if rule.ports is not None and len(parse_ports(rule.ports, "ports")) > MAX_PORTS:
        raise InvalidInput(f"expected at most {MAX_PORTS} ports", field="ports")
