"""What can be done to tags, configurations, runners and agents: each edit writes a draft.

An edit checks everything it was given before it writes anything. `agents` are ids of agents that
exist; whether they do is checked by `Steering`.
"""

from collections.abc import Collection, Iterable

from muster.core.fleet.names import parse_name, parse_note
from muster.core.fleet.plan import (
    EDGES,
    OF_AGENT,
    OF_TAG,
    Change,
    Config,
    Draft,
    Exclusion,
    Key,
    Kind,
    Linked,
    Plan,
    Runner,
    Tag,
    Tombstone,
)
from muster.errors import Conflict, NotFound
from muster.model.ids import AgentId


def add_tag(
    draft: Draft, name: str, *, note: str, agents: Iterable[AgentId], configs: Iterable[str], now_us: int
) -> None:
    """Make a tag that is on agents and grants configurations. Raises Conflict, NotFound, InvalidInput."""
    if draft.plan.tag(parse_name(name)) is not None:
        raise Conflict(f"there is a tag {name} already")
    for config in configs:
        find_config(draft.plan, config)
    draft.put(Key(Kind.TAG, name), Tag(note=parse_note(note), created_us=now_us))
    for agent in agents:
        draft.put(Key(Kind.TAG_AGENT, name, agent), Linked())
    for config in configs:
        draft.put(Key(Kind.TAG_CONFIG, name, config), Linked())


def tag_agents(draft: Draft, tags: Iterable[str], agents: Collection[AgentId], *, now_us: int) -> None:
    """Put tags on agents; a tag that does not exist is made. Raises InvalidInput."""
    for tag in _made(draft, tags, now_us):
        for agent in agents:
            draft.put(Key(Kind.TAG_AGENT, tag, agent), Linked())


def untag_agents(draft: Draft, tag: str, agents: Iterable[AgentId]) -> None:
    """Take a tag off agents. Raises NotFound when there is no such tag, or it is not on one of them."""
    find_tag(draft.plan, tag)
    having = draft.plan.linked(Kind.TAG_AGENT, tag)
    for agent in agents:
        if agent not in having:
            raise NotFound(f"agent {agent} has no tag {tag}")
    for agent in agents:
        draft.put(Key(Kind.TAG_AGENT, tag, agent), None)


def set_tag_note(draft: Draft, name: str, note: str) -> None:
    """Write a tag's note. Raises NotFound, InvalidInput."""
    tag = find_tag(draft.plan, name)
    draft.put(Key(Kind.TAG, name), Tag(note=parse_note(note), created_us=tag.created_us))


def remove_tag_config(draft: Draft, tag: str, config: str) -> None:
    """Let a tag no longer grant a configuration. Raises NotFound."""
    find_tag(draft.plan, tag)
    if config not in draft.plan.linked(Kind.TAG_CONFIG, tag):
        raise NotFound(f"the tag {tag} has no configuration {config}")
    draft.put(Key(Kind.TAG_CONFIG, tag, config), None)


def delete_tags(draft: Draft, tags: Collection[str]) -> None:
    """Delete tags. Raises NotFound when one does not exist, and deletes none."""
    for tag in tags:
        find_tag(draft.plan, tag)
    for tag in tags:
        for agent in draft.plan.linked(Kind.TAG_AGENT, tag):
            draft.put(Key(Kind.TAG_AGENT, tag, agent), None)
        for config in draft.plan.linked(Kind.TAG_CONFIG, tag):
            draft.put(Key(Kind.TAG_CONFIG, tag, config), None)
        draft.put(Key(Kind.COLLECT_RULE, OF_TAG, tag), None)
        draft.put(Key(Kind.TAG, tag), None)


def add_config(draft: Draft, name: str, config: str, *, note: str, tags: Iterable[str], now_us: int) -> None:
    """Make a configuration of JSON text that is valid, granted by tags. Raises Conflict, InvalidInput."""
    if draft.plan.config(parse_name(name)) is not None:
        raise Conflict(f"there is a configuration {name} already")
    entry = Config(config=config, note=parse_note(note), created_us=now_us, changed_us=now_us)
    draft.put(Key(Kind.CONFIG, name), entry)
    tag_config(draft, name, tags, now_us=now_us)


def update_config(draft: Draft, name: str, *, config: str | None, note: str | None, now_us: int) -> None:
    """Replace what is not None. Another text is a new version of it. Raises NotFound, InvalidInput."""
    old = find_config(draft.plan, name)
    is_new = config is not None and config != old.config
    entry = Config(
        config=old.config if config is None else config,
        note=old.note if note is None else parse_note(note),
        created_us=old.created_us,
        changed_us=max(now_us, old.changed_us + 1) if is_new else old.changed_us,
    )
    draft.put(Key(Kind.CONFIG, name), entry)


def tag_config(draft: Draft, name: str, tags: Iterable[str], *, now_us: int) -> None:
    """Let tags grant a configuration; a tag that does not exist is made. Raises NotFound, InvalidInput."""
    find_config(draft.plan, name)
    for tag in _made(draft, tags, now_us):
        draft.put(Key(Kind.TAG_CONFIG, tag, name), Linked())


def assign_config(draft: Draft, name: str, agents: Iterable[AgentId]) -> None:
    """Give a configuration to agents themselves. Raises NotFound."""
    find_config(draft.plan, name)
    for agent in agents:
        draft.put(Key(Kind.ASSIGNMENT, name, agent), Linked())


def delete_configs(draft: Draft, names: Collection[str]) -> None:
    """Delete configurations and all their runners. Raises NotFound when one does not exist."""
    for name in names:
        find_config(draft.plan, name)
    for name in names:
        for tag in draft.plan.linked_to(Kind.TAG_CONFIG, name):
            draft.put(Key(Kind.TAG_CONFIG, tag, name), None)
        for agent in draft.plan.linked(Kind.ASSIGNMENT, name):
            draft.put(Key(Kind.ASSIGNMENT, name, agent), None)
        draft.put(Key(Kind.CONFIG, name), None)


def delete_agents(draft: Draft, agents: Iterable[tuple[AgentId, str]], *, now_us: int) -> None:
    """Delete agents, each with the nonce of its process: tags, assignments and runners go with it."""
    for agent, nonce in agents:
        for kind in (Kind.TAG_AGENT, Kind.ASSIGNMENT):
            for name in draft.plan.linked_to(kind, agent):
                draft.put(Key(kind, name, agent), None)
        draft.put(Key(Kind.COLLECT_RULE, OF_AGENT, agent), None)
        draft.put(Key(Kind.TOMBSTONE, agent), Tombstone(nonce=nonce, deleted_us=now_us))


def welcome_agent(draft: Draft, agent: AgentId) -> None:
    """Let a deleted agent be one of the fleet again, without tags and assignments."""
    draft.put(Key(Kind.TOMBSTONE, agent), None)


def shut_out_agents(draft: Draft, agents: Iterable[AgentId], *, now_us: int) -> None:
    """Let the credentials of agents not count; those that are shut out already stay so."""
    for agent in agents:
        if not draft.plan.is_shut_out(agent):
            draft.put(Key(Kind.EXCLUSION, agent), Exclusion(since_us=now_us))


def let_in_agents(draft: Draft, agents: Iterable[AgentId]) -> None:
    """Let the credentials of agents count again."""
    for agent in agents:
        draft.put(Key(Kind.EXCLUSION, agent), None)


def is_of_admission(change: Change) -> bool:
    """Tell whether a change shuts an agent out, or lets it in."""
    return change.key.kind is Kind.EXCLUSION


def find_tag(plan: Plan, name: str) -> Tag:
    """Return a tag. Raises NotFound."""
    tag = plan.tag(name)
    if tag is None:
        raise NotFound(f"no tag {name}")
    return tag


def find_config(plan: Plan, name: str) -> Config:
    """Return a configuration. Raises NotFound."""
    config = plan.config(name)
    if config is None:
        raise NotFound(f"no configuration {name}")
    return config


def settle(draft: Draft, changes: Iterable[Change], agents: Iterable[AgentId]) -> None:
    """Bring the entries of runners in line with what is granted now.

    A runner that was deleted comes back, reset, when something new grants it, unless the draft says
    that it is deleted; what is known of a runner is forgotten when nothing grants it any more.
    `agents` are those that `changes` touch.
    """
    plan = draft.plan
    edges = [c.key for c in changes if c.key.kind in EDGES and c.before is None and c.after is not None]
    for config, agent in _newly_granted(plan, [] if draft.is_undoing else edges):
        runner = plan.runner(config, agent)
        if runner.is_deleted and not draft.has_written(Key(Kind.RUNNER, config, agent)):
            draft.put(Key(Kind.RUNNER, config, agent), Runner(epoch=runner.epoch + 1))
    for agent in agents:
        granted = plan.granted(agent)
        for config in plan.linked_to(Kind.RUNNER, agent):
            if config not in granted:
                draft.put(Key(Kind.RUNNER, config, agent), None)


def _newly_granted(plan: Plan, edges: Iterable[Key]) -> Iterable[tuple[str, str]]:
    """Return configuration and agent of all that new edges grant."""
    for edge in edges:
        match edge.kind:
            case Kind.ASSIGNMENT:
                yield edge.name, edge.other
            case Kind.TAG_CONFIG:
                yield from ((edge.other, agent) for agent in plan.linked(Kind.TAG_AGENT, edge.name))
            case Kind.TAG_AGENT:
                yield from ((config, edge.other) for config in plan.linked(Kind.TAG_CONFIG, edge.name))


def _made(draft: Draft, tags: Iterable[str], now_us: int) -> list[str]:
    """Return names of tags, which exist then. Raises InvalidInput."""
    names = [parse_name(tag, "tag") for tag in tags]
    for name in names:
        if draft.plan.tag(name) is None:
            draft.put(Key(Kind.TAG, name), Tag(created_us=now_us))
    return names
