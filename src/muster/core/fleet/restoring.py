"""The way back: what a revision wrote, written again."""

import enum
from collections.abc import Collection, Iterable, Mapping

import msgspec

from muster.core.fleet.plan import OF_AGENT, OF_TAG, Change, Config, Draft, Entry, Key, Kind, Plan, Tag
from muster.core.fleet.revisions import Revision
from muster.errors import Conflict
from muster.model.ids import AgentId

Missing = dict[Key, Entry]
"""Entries that are gone, as they were."""


class Side(enum.StrEnum):
    """Which state of what a revision wrote is meant."""

    AFTER = "after"
    BEFORE = "before"


def lost_configs(plan: Plan, revision: Revision, side: Side) -> frozenset[Key]:
    """Return the configurations that a revision needs, does not write itself, and that are gone."""
    wanted = {_config_of(key) for key, entry in _entries(revision.changes, side) if entry is not None}
    own = {key.name for key, entry in _entries(revision.changes, side) if key.kind is Kind.CONFIG and entry}
    return frozenset(Key(Kind.CONFIG, name) for name in wanted - own if name and plan.config(name) is None)


def returning(revision: Revision, side: Side) -> set[AgentId]:
    """Return the agents that a revision brings back."""
    entries = _entries(revision.changes, side)
    return {AgentId(key.name) for key, entry in entries if key.kind is Kind.TOMBSTONE and entry is None}


def restore(
    draft: Draft,
    revision: Revision,
    side: Side,
    missing: Mapping[Key, Entry],
    agents: Collection[str],
    *,
    now_us: int,
) -> None:
    """Write what a revision wrote. `missing` are configurations that it needs and that are gone.

    A configuration that comes back counts as changed now, lest an agent takes it for what it runs.
    A tag that is gone is made. Raises Conflict when a configuration is gone and not in `missing`.
    """
    entries = dict(_entries(revision.changes, side))
    draft.is_undoing = side is Side.BEFORE
    for key, entry in (*missing.items(), *entries.items()):
        if key.kind is Kind.CONFIG:
            draft.put(key, _renewed(draft.plan, key, entry, now_us))
    for key, entry in entries.items():
        if key.kind is Kind.CONFIG or (entry is not None and not _has_agent(key, agents)):
            continue
        if entry is not None:
            _check_ends(draft, key, now_us)
        draft.put(key, entry)
    _clear_ends(draft, entries)


def _entries(changes: Iterable[Change], side: Side) -> Iterable[tuple[Key, Entry | None]]:
    return ((x.key, x.after if side is Side.AFTER else x.before) for x in changes)


def _renewed(plan: Plan, key: Key, entry: Entry | None, now_us: int) -> Entry | None:
    if not isinstance(entry, Config):
        return None
    now = plan.config(key.name)
    if now is not None and now.config == entry.config:
        return msgspec.structs.replace(entry, changed_us=now.changed_us)
    return msgspec.structs.replace(entry, changed_us=max(now_us, entry.changed_us + 1))


def _config_of(key: Key) -> str:
    """Return the configuration that an entry needs, "" for none."""
    if key.kind is Kind.TAG_CONFIG:
        return key.other
    return key.name if key.kind in (Kind.ASSIGNMENT, Kind.RUNNER) else ""


def _tag_of(key: Key) -> str:
    """Return the tag that an entry needs, "" for none."""
    if key.kind is Kind.COLLECT_RULE and key.name == OF_TAG:
        return key.other
    return key.name if key.kind in (Kind.TAG_AGENT, Kind.TAG_CONFIG) else ""


def _has_agent(key: Key, agents: Collection[str]) -> bool:
    is_of_agent = key.kind in (Kind.TAG_AGENT, Kind.ASSIGNMENT, Kind.RUNNER) or (
        key.kind is Kind.COLLECT_RULE and key.name == OF_AGENT
    )
    return not is_of_agent or key.other in agents


def _check_ends(draft: Draft, key: Key, now_us: int) -> None:
    """See to it that the tag and the configuration of an entry exist. Raises Conflict."""
    name = _config_of(key)
    if name and draft.plan.config(name) is None:
        raise Conflict(f"the configuration {name} is gone, and no revision has it any more")
    tag = _tag_of(key)
    if tag and draft.plan.tag(tag) is None:
        draft.put(Key(Kind.TAG, tag), Tag(created_us=now_us))


def _clear_ends(draft: Draft, entries: Mapping[Key, Entry | None]) -> None:
    """Take out what hangs on tags and configurations that are taken out."""
    plan = draft.plan
    for key in [key for key, entry in entries.items() if entry is None]:
        if key.kind is Kind.TAG:
            draft.put(Key(Kind.COLLECT_RULE, OF_TAG, key.name), None)
            for kind in (Kind.TAG_AGENT, Kind.TAG_CONFIG):
                for other in plan.linked(kind, key.name):
                    draft.put(Key(kind, key.name, other), None)
        elif key.kind is Kind.CONFIG:
            for tag in plan.linked_to(Kind.TAG_CONFIG, key.name):
                draft.put(Key(Kind.TAG_CONFIG, tag, key.name), None)
            for agent in plan.linked(Kind.ASSIGNMENT, key.name):
                draft.put(Key(Kind.ASSIGNMENT, key.name, agent), None)
