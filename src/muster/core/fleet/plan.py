"""What people want of the fleet: configurations, tags, who gets what, and runners that are held.

The plan is a map of small entries. A change writes some of them, and so does undoing it; indexes
beside the map answer who is touched.
"""

import enum
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from muster.model.ids import AgentId


class Kind(enum.StrEnum):
    """What an entry is about, and what its key's two names are."""

    CONFIG = "config"
    """A configuration: its name."""

    TAG = "tag"
    """A tag: its name."""

    TAG_AGENT = "tag_agent"
    """A tag is on an agent: tag, agent."""

    TAG_CONFIG = "tag_config"
    """A tag grants a configuration: tag, configuration."""

    ASSIGNMENT = "assignment"
    """An agent has a configuration of its own: configuration, agent."""

    RUNNER = "runner"
    """A runner is not simply to run: configuration, agent."""

    TOMBSTONE = "tombstone"
    """An agent was deleted: agent."""

    EXCLUSION = "exclusion"
    """An agent is shut out: agent."""

    SETTING = "setting"
    """A setting of the whole fleet: its name."""

    COLLECT_RULE = "collect_rule"
    """What agents collect: a scope (`core.fleet.collect_rules`), the tag or the agent."""

    SERVER_SETTING = "server_setting"
    """A setting of the server, made in the console: its dotted key."""


class Key(NamedTuple):
    """Names an entry."""

    kind: Kind
    name: str
    other: str = ""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration as its JSON text; times in Unix microseconds."""

    config: str
    note: str = ""
    created_us: int
    changed_us: int


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag."""

    note: str = ""
    created_us: int


class Linked(msgspec.Struct, frozen=True):
    """Two things belong together; there is no more to say of it."""


class Runner(msgspec.Struct, frozen=True, kw_only=True):
    """How a runner differs from one that simply runs; `epoch` rises when it is reset."""

    is_running: bool = True
    epoch: int = 0
    is_deleted: bool = False


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """`nonce` is of the process that spoke for the agent when it was deleted."""

    nonce: str
    deleted_us: int


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's credential does not count since then (Unix microseconds)."""

    since_us: int


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A setting as JSON."""

    value: str


Entry = Config | Tag | Linked | Runner | Tombstone | Exclusion | Setting

ENTRIES: Mapping[Kind, type[Entry]] = {
    Kind.CONFIG: Config,
    Kind.TAG: Tag,
    Kind.TAG_AGENT: Linked,
    Kind.TAG_CONFIG: Linked,
    Kind.ASSIGNMENT: Linked,
    Kind.RUNNER: Runner,
    Kind.TOMBSTONE: Tombstone,
    Kind.EXCLUSION: Exclusion,
    Kind.SETTING: Setting,
    Kind.COLLECT_RULE: Setting,
    Kind.SERVER_SETTING: Setting,
}

OF_ALL, OF_TAG, OF_AGENT = "all", "tag", "agent"
"""Scopes of a rule for what agents collect."""

EDGES = (Kind.TAG_AGENT, Kind.TAG_CONFIG, Kind.ASSIGNMENT)


class Plan:
    """All entries, in memory. Used on the event loop only."""

    def __init__(self) -> None:
        self._entries: dict[Kind, dict[Key, Entry]] = {kind: {} for kind in Kind}
        self._forth: dict[Kind, dict[str, set[str]]] = {kind: {} for kind in (*EDGES, Kind.RUNNER)}
        self._back: dict[Kind, dict[str, set[str]]] = {kind: {} for kind in (*EDGES, Kind.RUNNER)}

    def put(self, key: Key, entry: Entry | None) -> None:
        """Write an entry; None takes it out."""
        entries = self._entries[key.kind]
        if entry is None:
            entries.pop(key, None)
        else:
            entries[key] = entry
        if key.kind in self._forth:
            _link(self._forth[key.kind], key.name, key.other, is_linked=entry is not None)
            _link(self._back[key.kind], key.other, key.name, is_linked=entry is not None)

    def get(self, key: Key) -> Entry | None:
        """Return an entry, None when there is none."""
        return self._entries[key.kind].get(key)

    def keys(self, kind: Kind) -> list[Key]:
        """Return the keys of a kind, by name."""
        return sorted(self._entries[kind])

    def config(self, name: str) -> Config | None:
        """Return a configuration, None when there is none."""
        found = self.get(Key(Kind.CONFIG, name))
        return found if isinstance(found, Config) else None

    def tag(self, name: str) -> Tag | None:
        """Return a tag, None when there is none."""
        found = self.get(Key(Kind.TAG, name))
        return found if isinstance(found, Tag) else None

    def runner(self, config: str, agent: str) -> Runner:
        """Return what is known of a runner, whether or not something grants it."""
        found = self.get(Key(Kind.RUNNER, config, agent))
        return found if isinstance(found, Runner) else Runner()

    def tombstone(self, agent: str) -> Tombstone | None:
        """Return an agent's tombstone, None when it is not deleted."""
        found = self.get(Key(Kind.TOMBSTONE, agent))
        return found if isinstance(found, Tombstone) else None

    def is_shut_out(self, agent: str) -> bool:
        """Tell whether an agent's credential does not count."""
        return self.get(Key(Kind.EXCLUSION, agent)) is not None

    def setting(self, name: str) -> Setting | None:
        """Return a setting, None when nobody has made it."""
        found = self.get(Key(Kind.SETTING, name))
        return found if isinstance(found, Setting) else None

    def linked(self, kind: Kind, name: str) -> frozenset[str]:
        """Return the other names of the keys with this name: the agents of a tag, for example."""
        return frozenset(self._forth[kind].get(name, ()))

    def linked_to(self, kind: Kind, other: str) -> frozenset[str]:
        """Return the names of the keys with this other name: the tags of an agent, for example."""
        return frozenset(self._back[kind].get(other, ()))

    def granted(self, agent: str) -> frozenset[str]:
        """Return the configurations that the tags of an agent and its own assignments grant it."""
        found = set(self._back[Kind.ASSIGNMENT].get(agent, ()))
        for tag in self._back[Kind.TAG_AGENT].get(agent, ()):
            found |= self._forth[Kind.TAG_CONFIG].get(tag, set())
        return frozenset(found)

    def holders(self, config: str) -> frozenset[str]:
        """Return the agents to which a configuration is granted."""
        found = set(self._forth[Kind.ASSIGNMENT].get(config, ()))
        for tag in self._back[Kind.TAG_CONFIG].get(config, ()):
            found |= self._forth[Kind.TAG_AGENT].get(tag, set())
        return frozenset(found)

    def runners(self, agent: str) -> dict[str, Runner]:
        """Return the runners that an agent should have, by configuration."""
        found = {name: self.runner(name, agent) for name in sorted(self.granted(agent))}
        return {name: runner for name, runner in found.items() if not runner.is_deleted}


class Change(msgspec.Struct, frozen=True):
    """An entry before and after; None: it was not there, it is not there any more."""

    key: Key
    before: Entry | None
    after: Entry | None


class Draft:
    """Entries that are being written; whoever made it MUST end it with `take_back`.

    `is_undoing`: what is granted by it was granted before, and brings back no runner that was deleted.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.is_undoing = False
        self._before: dict[Key, Entry | None] = {}

    def put(self, key: Key, entry: Entry | None) -> None:
        """Write an entry; None takes it out."""
        self._before.setdefault(key, self.plan.get(key))
        self.plan.put(key, entry)

    def has_written(self, key: Key) -> bool:
        """Tell whether an entry was written, be it as it was before."""
        return key in self._before

    def changes(self) -> list[Change]:
        """Return what differs from before, in the order in which it was written."""
        pairs = ((key, before, self.plan.get(key)) for key, before in self._before.items())
        return [Change(key, before, after) for key, before, after in pairs if before != after]

    def take_back(self) -> None:
        """Write what was there before."""
        for key, before in self._before.items():
            self.plan.put(key, before)


def touched(plan: Plan, changes: list[Change]) -> frozenset[AgentId]:
    """Return the agents whose wanted state changes may change; `plan` has them already.

    A change of what all agents share (`is_for_all`) is not told here.
    """
    found: set[str] = set()
    for key in (change.key for change in changes):
        found.update(_touched_by(plan, key))
    return frozenset(map(AgentId, found))


def _touched_by(plan: Plan, key: Key) -> Iterator[str]:
    match key.kind:
        case Kind.TAG_AGENT | Kind.ASSIGNMENT | Kind.RUNNER:
            yield key.other
        case Kind.TAG_CONFIG:
            yield from plan.linked(Kind.TAG_AGENT, key.name)
        case Kind.CONFIG:
            yield from plan.holders(key.name)
        case Kind.TOMBSTONE | Kind.EXCLUSION:
            yield key.name
        case Kind.COLLECT_RULE if key.name == OF_TAG:
            yield from plan.linked(Kind.TAG_AGENT, key.other)
        case Kind.COLLECT_RULE if key.name == OF_AGENT:
            yield key.other
        case Kind.TAG | Kind.SETTING | Kind.COLLECT_RULE | Kind.SERVER_SETTING:
            return


def is_for_all(change: Change) -> bool:
    """Tell whether a change is of something that all agents share."""
    kind, name, _ = change.key
    return kind is Kind.SETTING or (kind is Kind.COLLECT_RULE and name == OF_ALL)


def _link(index: dict[str, set[str]], name: str, other: str, *, is_linked: bool) -> None:
    if is_linked:
        index.setdefault(name, set()).add(other)
    elif name in index:
        index[name].discard(other)
        if not index[name]:
            del index[name]
