"""Any sequence of edits leaves what a plain model says, on every agent; dry runs and undoing included."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from muster.core.fleet import edits
from muster.core.fleet.desired import DesiredStates
from muster.core.fleet.plan import Entry, Key, Plan
from muster.core.fleet.registry import Fleet
from muster.core.fleet.restoring import Side
from muster.core.fleet.revisions import Revision, changes_from_json, changes_to_json
from muster.core.fleet.runners import Order, Target, order_runners
from muster.core.fleet.steering import Effect, Steering
from muster.errors import CallerError, NotFound
from muster.model.agent import Agent
from muster.model.idempotency import IdempotencyKey
from muster.model.ids import AgentId

AGENTS = [AgentId(f"{number:032x}") for number in range(2)]
TAGS = ["t1", "t2"]
CONFIGS = ["c1", "c2"]

agents, tags, configs = st.sampled_from(AGENTS), st.sampled_from(TAGS), st.sampled_from(CONFIGS)
OPERATIONS = st.one_of(
    st.tuples(st.just("add_config"), configs, st.lists(tags, max_size=2)),
    st.tuples(st.just("update"), configs),
    st.tuples(st.just("delete_config"), configs),
    st.tuples(st.just("tag_config"), configs, tags),
    st.tuples(st.just("untag_config"), configs, tags),
    st.tuples(st.just("assign"), configs, agents),
    st.tuples(st.just("tag_agent"), tags, agents),
    st.tuples(st.just("untag_agent"), tags, agents),
    st.tuples(st.just("delete_tag"), tags),
    st.tuples(st.sampled_from(list(Order)), configs, agents),
)


START: list[tuple[Any, ...]] = [
    ("add_config", "c1", ["t1"]),
    ("add_config", "c2", ["t1", "t2"]),
    ("tag_agent", "t1", AGENTS[0]),
    ("tag_agent", "t1", AGENTS[1]),
    ("tag_agent", "t2", AGENTS[1]),
    ("assign", "c1", AGENTS[0]),
]
SEQUENCES = st.lists(OPERATIONS, min_size=12, max_size=30).map(lambda operations: START + operations)
"""Most sequences from nothing never come to a runner that is deleted and granted again."""


class MemoryPlan:
    """A PlanStore in memory, which keeps revisions as JSON text, as a database does."""

    def __init__(self) -> None:
        self.entries: dict[Key, Entry] = {}
        self.texts: list[str] = []

    async def load_plan(self) -> list[tuple[Key, Entry]]:
        return list(self.entries.items())

    async def save_revision(self, revision: Revision, key: IdempotencyKey | None = None) -> int:
        self.texts.append(changes_to_json(revision.changes))
        for change in revision.changes:
            assert self.entries.get(change.key) == change.before
            if change.after is None:
                self.entries.pop(change.key, None)
            else:
                self.entries[change.key] = change.after
        return len(self.texts)

    async def is_done(self, key: IdempotencyKey) -> bool:
        return False

    async def revisions(self, *, limit: int, before: int | None = None) -> list[Revision]:
        last = len(self.texts) if before is None else min(before - 1, len(self.texts))
        return [await self.find_revision(number) for number in range(last, max(0, last - limit), -1)]

    async def find_revision(self, revision_id: int) -> Revision:
        if not 1 <= revision_id <= len(self.texts):
            raise NotFound("no revision")
        changes = changes_from_json(self.texts[revision_id - 1])
        return Revision(id=revision_id, ts_us=0, by="", action="", changes=changes)


class NoAgents:
    async def load_agents(self) -> list[Agent]:
        return [
            Agent(
                id=agent,
                hostname=agent,
                machine_id="",
                platform="",
                agent_version="",
                credential_sha256=agent.encode(),
                enrolled_us=0,
                last_seen_us=0,
            )
            for agent in AGENTS
        ]

    async def load_ledgers(self) -> dict[AgentId, Any]:
        return {}

    async def add_agent(self, agent: Agent) -> None: ...

    async def update_agents(self, changed: Any, ledgers: Any) -> None: ...


class Model:
    """What the words of the decisions say, without any index."""

    def __init__(self) -> None:
        self.configs: dict[str, int] = {}
        self.tags: set[str] = set()
        self.on_agent: set[tuple[str, str]] = set()
        self.on_config: set[tuple[str, str]] = set()
        self.assigned: set[tuple[str, str]] = set()
        self.stopped: set[tuple[str, str]] = set()
        self.deleted: set[tuple[str, str]] = set()
        self.epochs: dict[tuple[str, str], int] = {}

    def granted(self, agent: str) -> set[str]:
        by_tag = {c for c, t in self.on_config if (t, agent) in self.on_agent}
        return by_tag | {c for c, a in self.assigned if a == agent}

    def runners(self, agent: str) -> dict[str, tuple[bool, int, int]]:
        return {
            c: ((c, agent) not in self.stopped, self.epochs.get((c, agent), 0), self.configs[c])
            for c in self.granted(agent)
            if (c, agent) not in self.deleted
        }

    def apply(self, operation: tuple[Any, ...], now: int) -> bool:
        """Do it and tell whether it may be done."""
        before = {(c, a) for a in AGENTS for c in self.granted(a)}
        had = self.on_agent.copy(), self.on_config.copy(), self.assigned.copy()
        match operation:
            case ("add_config", config, wanted):
                if config in self.configs:
                    return False
                self.configs[config] = now
                self.tags |= set(wanted)
                self.on_config |= {(config, tag) for tag in wanted}
            case ("update", config):
                if config not in self.configs:
                    return False
                self.configs[config] = now
            case ("delete_config", config):
                if self.configs.pop(config, None) is None:
                    return False
                self.on_config = {pair for pair in self.on_config if pair[0] != config}
                self.assigned = {pair for pair in self.assigned if pair[0] != config}
            case ("tag_config", config, tag):
                if config not in self.configs:
                    return False
                self.tags.add(tag)
                self.on_config.add((config, tag))
            case ("untag_config", config, tag):
                if (config, tag) not in self.on_config:
                    return False
                self.on_config.remove((config, tag))
            case ("assign", config, agent):
                if config not in self.configs:
                    return False
                self.assigned.add((config, agent))
            case ("tag_agent", tag, agent):
                self.tags.add(tag)
                self.on_agent.add((tag, agent))
            case ("untag_agent", tag, agent):
                if (tag, agent) not in self.on_agent:
                    return False
                self.on_agent.remove((tag, agent))
            case ("delete_tag", tag):
                if tag not in self.tags:
                    return False
                self.tags.remove(tag)
                self.on_agent = {pair for pair in self.on_agent if pair[0] != tag}
                self.on_config = {pair for pair in self.on_config if pair[1] != tag}
            case (Order() as order, config, agent):
                if config not in self.runners(agent):
                    return False
                self._order(order, (config, agent))
        self._settle(before, had)
        return True

    def _order(self, order: Order, at: tuple[str, str]) -> None:
        match order:
            case Order.START:
                self.stopped.discard(at)
            case Order.STOP:
                self.stopped.add(at)
            case Order.RESET:
                self.epochs[at] = self.epochs.get(at, 0) + 1
            case Order.DELETE:
                self.assigned.discard(at)
                self.deleted.add(at)
                self.stopped.discard(at)

    def _settle(self, before: set[tuple[str, str]], had: tuple[set[Any], set[Any], set[Any]]) -> None:
        for tag, agent in self.on_agent - had[0]:
            self._revive({(c, agent) for c, t in self.on_config if t == tag})
        for config, tag in self.on_config - had[1]:
            self._revive({(config, a) for t, a in self.on_agent if t == tag})
        self._revive(self.assigned - had[2])
        for at in before - {(c, a) for a in AGENTS for c in self.granted(a)}:
            self.deleted.discard(at)
            self.stopped.discard(at)
            self.epochs.pop(at, None)

    def _revive(self, pairs: set[tuple[str, str]]) -> None:
        for at in pairs & self.deleted:
            self.deleted.remove(at)
            self.epochs[at] = self.epochs.get(at, 0) + 1


def edit_of(operation: tuple[Any, ...], now: int) -> Any:
    match operation:
        case ("add_config", config, wanted):
            return lambda d: edits.add_config(d, config, f'{{"{now}":0}}', note="", tags=wanted, now_us=now)
        case ("update", config):
            return lambda d: edits.update_config(d, config, config=f'{{"{now}":0}}', note=None, now_us=now)
        case ("delete_config", config):
            return lambda d: edits.delete_configs(d, [config])
        case ("tag_config", config, tag):
            return lambda d: edits.tag_config(d, config, [tag], now_us=now)
        case ("untag_config", config, tag):
            return lambda d: edits.remove_tag_config(d, tag, config)
        case ("assign", config, agent):
            return lambda d: edits.assign_config(d, config, [agent])
        case ("tag_agent", tag, agent):
            return lambda d: edits.tag_agents(d, [tag], [agent], now_us=now)
        case ("untag_agent", tag, agent):
            return lambda d: edits.untag_agents(d, tag, [agent])
        case ("delete_tag", tag):
            return lambda d: edits.delete_tags(d, [tag])
    order, config, agent = operation
    return lambda d: order_runners(d, order, [Target(config, agent)])


async def made() -> tuple[Steering, MemoryPlan]:
    store = MemoryPlan()
    fleet = Fleet(NoAgents(), desired=DesiredStates(Plan()))
    await fleet.load()
    return Steering(store, fleet, now_us=lambda: 1), store


def shown(steering: Steering) -> dict[str, dict[str, tuple[bool, int, int]]]:
    return {
        agent: {
            r.name: (r.is_running, r.epoch, r.config_us) for r in steering.fleet.desired.of(agent).runners
        }
        for agent in AGENTS
    }


@settings(max_examples=1500, deadline=None)
@given(st.one_of(SEQUENCES, st.lists(OPERATIONS, max_size=10)))
def test_desired_states_are_those_of_the_model(operations: list[tuple[Any, ...]]) -> None:
    async def run() -> None:
        steering, store = await made()
        model = Model()
        for now, operation in enumerate(operations, start=1):
            before = shown(steering)
            versions = {agent: steering.fleet.desired.of(agent).version for agent in AGENTS}
            edit = edit_of(operation, now)
            try:
                dry = await steering.change(edit, by="", action="", dry_run=True)
                assert shown(steering) == before
                outcome = await steering.change(edit, by="", action="")
                assert (dry.agents, dry.runners) == (outcome.agents, outcome.runners)
                assert model.apply(operation, now)
            except CallerError:
                assert not model.apply(operation, now)
            after = shown(steering)
            assert after == {agent: model.runners(agent) for agent in AGENTS}
            for agent in AGENTS:
                is_same = steering.fleet.desired.of(agent).version == versions[agent]
                assert is_same == (after[agent] == before[agent])
        again = Plan()
        for key, entry in store.entries.items():
            again.put(key, entry)
        fresh = DesiredStates(again)
        assert all(fresh.of(agent) == steering.fleet.desired.of(agent) for agent in AGENTS)

    asyncio.run(run())


@settings(max_examples=150, deadline=None)
@given(SEQUENCES)
def test_effects_say_what_changes_and_undoing_brings_it_back(operations: list[tuple[Any, ...]]) -> None:
    async def run() -> None:
        steering, _ = await made()
        for now, operation in enumerate(operations, start=1):
            before = shown(steering)
            try:
                outcome = await steering.change(edit_of(operation, now), by="", action="")
            except CallerError:
                continue
            after = shown(steering)
            told = {(effect.agent_id, effect.name) for effect in outcome.runners}
            differing = {
                (agent, name)
                for agent in AGENTS
                for name in {*before[agent], *after[agent]}
                if before[agent].get(name) != after[agent].get(name)
            }
            assert told == differing
            for effect in outcome.runners:
                assert (effect.effect is Effect.ADDED) == (effect.name not in before[effect.agent_id])
                assert (effect.effect is Effect.REMOVED) == (effect.name not in after[effect.agent_id])
        for revision in await steering.store.revisions(limit=1):
            last = revision.id
            await steering.restore(last, Side.BEFORE, by="")
            undone = shown(steering)
            await steering.restore(last, Side.AFTER, by="")
            redone = shown(steering)
            assert names(undone) == names(await replayed(operations, last - 1))
            assert names(redone) == names(await replayed(operations, last))

    asyncio.run(run())


def names(states: dict[str, dict[str, tuple[bool, int, int]]]) -> dict[str, dict[str, bool]]:
    """Return which runners there are and whether they run; times and epochs go on."""
    return {agent: {name: r[0] for name, r in runners.items()} for agent, runners in states.items()}


async def replayed(operations: list[tuple[Any, ...]], revisions: int) -> dict[str, Any]:
    """Return the states after so many revisions."""
    steering, store = await made()
    for now, operation in enumerate(operations, start=1):
        if len(store.texts) == revisions:
            break
        try:
            await steering.change(edit_of(operation, now), by="", action="")
        except CallerError:
            continue
    return shown(steering)
