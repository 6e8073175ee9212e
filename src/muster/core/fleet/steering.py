"""Changes of the plan: one at a time, each one transaction and one revision."""

import asyncio
import enum
import time
from collections.abc import Callable, Collection, Mapping

import msgspec

from muster.core.fleet.edits import is_of_admission, settle, tag_agents, welcome_agent
from muster.core.fleet.plan import Change, Draft, Plan, is_for_all, touched
from muster.core.fleet.ports import PlanStore
from muster.core.fleet.registry import Fleet
from muster.core.fleet.restoring import Missing, Side, lost_configs, restore, returning
from muster.core.fleet.revisions import Revision
from muster.core.fleet.server_settings import is_of_server
from muster.errors import InvalidInput
from muster.failpoints import Reach, ignore
from muster.model.access import Token
from muster.model.desired import MAX_RUNNERS
from muster.model.idempotency import IdempotencyKey
from muster.model.ids import AgentId
from muster.model.link import EnrolReply, Facts

Edit = Callable[[Draft], None]
Shown = Mapping[str, tuple[int, bool, int]]
"""Of each runner of an agent: when its configuration changed, whether it runs, its epoch."""

REVISIONS_AT_ONCE = 100
AGENT = "agent"
"""By whom a change is that an agent's return makes."""


class Effect(enum.StrEnum):
    """What a change does to a runner."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    STARTED = "started"
    STOPPED = "stopped"
    RESET = "reset"


class RunnerEffect(msgspec.Struct, frozen=True):
    """What a change does to one runner."""

    agent_id: AgentId
    name: str
    effect: Effect


class Outcome(msgspec.Struct, frozen=True):
    """Whom a change touches, by id.

    `revision` undoes it by `POST /v1/api/revisions/{ID}/restore?to=before`; null for a dry run, and when
    nothing changed.
    """

    agents: list[AgentId]
    runners: list[RunnerEffect]
    revision: int | None = None


class Steering:
    """The one way to change the plan. Used on the event loop only."""

    def __init__(
        self,
        store: PlanStore,
        fleet: Fleet,
        *,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        reach: Reach = ignore,
    ) -> None:
        self._reach = reach
        self.on_server_settings: Callable[[], None] = lambda: None
        """Called when a setting of the server was changed; it must not fail."""

        self.store = store
        self.fleet = fleet
        self.now_us = now_us
        self._lock = asyncio.Lock()

    @property
    def plan(self) -> Plan:
        """The plan as it is stored."""
        return self.fleet.desired.plan

    async def load(self) -> None:
        """Read the plan from the store; call once, before anything else."""
        for key, entry in await self.store.load_plan():
            self.plan.put(key, entry)

    async def change(
        self,
        edit: Edit,
        *,
        by: str,
        action: str,
        agents: Collection[AgentId] = (),
        dry_run: bool = False,
        key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Make a change; it is durable, and agents are told, when it returns. A dry run changes nothing.

        `agents` are those that the edit names; with a key the change is made once. Raises NotFound
        when one of them is none of the fleet, InvalidInput when an agent would have too many runners,
        and whatever the edit raises; then nothing is changed.
        """
        making = self._change(edit, by, action, agents, dry_run=dry_run, key=key)
        return await asyncio.shield(making)

    async def restore(self, revision_id: int, side: Side, *, by: str, dry_run: bool = False) -> Outcome:
        """Make what a revision wrote as it was after it, or before it.

        Configurations that it needs and that are gone come back as they were then; agents that are
        gone are left out. Raises NotFound.
        """
        revision = await self.store.find_revision(revision_id)
        missing = await self._find_lost(revision, side)
        here = {agent.id for agent in self.fleet.agents()} | returning(revision, side)
        return await self.change(
            lambda draft: restore(draft, revision, side, missing, here, now_us=self.now_us()),
            by=by,
            action=f"restore what revision {revision_id} changed, as it was {side} it",
            dry_run=dry_run,
        )

    async def enrol(self, facts: Facts, address: str, token: Token) -> EnrolReply:
        """Take a machine into the fleet with the tags of the token that lets it in; durable on return.

        Raises Unauthenticated when the token may enrol no more.
        """
        reply = await self.fleet.enrol(facts, address, token.id)
        if token.tags:
            await self.change(
                lambda draft: tag_agents(draft, token.tags, [reply.agent_id], now_us=self.now_us()),
                by=f"token {token.id}",
                action=f"agent {facts.hostname} enrolled",
                agents=[reply.agent_id],
            )
        return reply

    async def welcome(self, agent_id: AgentId, nonce: str) -> None:
        """Take a deleted agent back into the fleet when another process than then speaks for it."""
        tombstone = self.plan.tombstone(agent_id)
        if tombstone is not None and tombstone.nonce != nonce:
            await self.change(
                lambda draft: welcome_agent(draft, agent_id),
                by=AGENT,
                action=f"agent {agent_id} registered again",
            )

    async def _change(
        self,
        edit: Edit,
        by: str,
        action: str,
        agents: Collection[AgentId],
        *,
        dry_run: bool,
        key: IdempotencyKey | None,
    ) -> Outcome:
        """Make a change to its end, though its caller may go: what is stored must be in memory, too."""
        async with self._lock:
            if key is not None and await self.store.is_done(key):
                return Outcome([], [])
            for agent_id in agents:
                self.fleet.get(agent_id)
            changes, outcome = self._try(edit)
            if dry_run or not changes:
                return outcome
            revision = Revision(ts_us=self.now_us(), by=by, action=action, changes=changes)
            self._reach("server.plan.before_commit")
            revision_id = await self.store.save_revision(revision, key)
            self._reach("server.plan.after_commit")
            for change in changes:
                self.plan.put(change.key, change.after)
            self._tell(changes, outcome.agents)
        return msgspec.structs.replace(outcome, revision=revision_id)

    def _try(self, edit: Edit) -> tuple[list[Change], Outcome]:
        """Return what an edit would write and do; the plan is as before."""
        draft = Draft(self.plan)
        try:
            edit(draft)
            changes = draft.changes()
            agents = touched(self.plan, changes)
            settle(draft, changes, agents)
            changes = draft.changes()
            self._check_bounds(agents)
            after = {agent_id: _shown(self.plan, agent_id) for agent_id in agents}
        finally:
            draft.take_back()
        effects = [
            effect
            for agent_id in sorted(agents)
            for effect in _effects(agent_id, _shown(self.plan, agent_id), after[agent_id])
        ]
        if any(map(is_for_all, changes)):
            agents = agents | {agent.id for agent in self.fleet.agents()}
        return changes, Outcome(sorted(agents), effects)

    def _check_bounds(self, agents: Collection[AgentId]) -> None:
        for agent_id in agents:
            if len(self.plan.granted(agent_id)) > MAX_RUNNERS:
                raise InvalidInput(f"agent {agent_id} would have more than {MAX_RUNNERS} runners")

    def _tell(self, changes: list[Change], agents: Collection[AgentId]) -> None:
        self.fleet.desired.forget(None if any(map(is_for_all, changes)) else agents)
        shut_out = [AgentId(change.key.name) for change in filter(is_of_admission, changes) if change.after]
        self.fleet.dismiss(shut_out)
        self.fleet.ring(agents)
        if any(map(is_of_server, changes)):
            self.on_server_settings()

    async def _find_lost(self, revision: Revision, side: Side) -> Missing:
        """Return the last known text of configurations that a revision needs and that are gone."""
        lost = lost_configs(self.plan, revision, side)
        found: Missing = {}
        before = revision.id + 1
        while lost - found.keys():
            page = await self.store.revisions(limit=REVISIONS_AT_ONCE, before=before)
            if not page:
                break
            for change in (change for each in page for change in each.changes):
                if change.key in lost and change.after is not None:
                    found.setdefault(change.key, change.after)
            before = page[-1].id
        return found


def _shown(plan: Plan, agent_id: AgentId) -> Shown:
    configs = {name: plan.config(name) for name in plan.granted(agent_id)}
    return {
        name: (config.changed_us if (config := configs[name]) else 0, runner.is_running, runner.epoch)
        for name, runner in plan.runners(agent_id).items()
    }


def _effects(agent_id: AgentId, before: Shown, after: Shown) -> list[RunnerEffect]:
    effects = []
    for name in sorted({*before, *after}):
        effects += [
            RunnerEffect(agent_id, name, effect) for effect in _between(before.get(name), after.get(name))
        ]
    return effects


def _between(before: tuple[int, bool, int] | None, after: tuple[int, bool, int] | None) -> list[Effect]:
    if before is None or after is None:
        return [Effect.ADDED if before is None else Effect.REMOVED]
    found = [Effect.CHANGED] if before[0] != after[0] else []
    if before[1] != after[1]:
        found.append(Effect.STARTED if after[1] else Effect.STOPPED)
    return [*found, Effect.RESET] if before[2] != after[2] else found
