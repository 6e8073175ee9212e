"""What was changed of one agent's wanted state over time, out of the revisions of the whole plan."""

from collections.abc import Collection

import msgspec

from muster.core.fleet.history import AT_ONCE, LOOKED_AT
from muster.core.fleet.plan import OF_ALL, OF_TAG, Change, Key, Kind, Plan
from muster.core.fleet.ports import PlanStore
from muster.core.fleet.revisions import Revision
from muster.model.ids import AgentId


class AgentHistory(msgspec.Struct, frozen=True):
    """Revisions that touch an agent, the newest first. `is_whole`: there are no others in the span."""

    revisions: list[Revision]
    is_whole: bool


async def history_of_agent(
    store: PlanStore, plan: Plan, agent_id: AgentId, *, from_us: int, to_us: int, limit: int
) -> AgentHistory:
    """Return the newest revisions from `from_us` to before `to_us` that touch an agent, at most `limit`.

    What the agent was granted is followed back from the plan as it is, so that a change of a
    configuration counts while the agent had it. Looks through a bounded number of revisions.
    """
    belonging = Belonging(plan, agent_id)
    found: list[Revision] = []
    before: int | None = None
    for _ in range(LOOKED_AT // AT_ONCE):
        page = await store.revisions(limit=AT_ONCE, before=before)
        for revision in page:
            if revision.ts_us < from_us:
                return AgentHistory(found, is_whole=True)
            if belonging.take_back(revision.changes) and revision.ts_us < to_us:
                if len(found) == limit:
                    return AgentHistory(found, is_whole=False)
                found.append(revision)
        if len(page) < AT_ONCE:
            return AgentHistory(found, is_whole=True)
        before = page[-1].id
    return AgentHistory(found, is_whole=False)


class Belonging:
    """What an agent has by tags and by itself, followed back in time from the plan as it is."""

    def __init__(self, plan: Plan, agent_id: AgentId) -> None:
        self._agent_id = agent_id
        self._tags = set(plan.linked_to(Kind.TAG_AGENT, agent_id))
        self._own = set(plan.linked_to(Kind.ASSIGNMENT, agent_id))
        self._tags_of: dict[str, set[str]] = {}
        for key in plan.keys(Kind.TAG_CONFIG):
            self._tags_of.setdefault(key.other, set()).add(key.name)

    def take_back(self, changes: Collection[Change]) -> bool:
        """Go to before these changes; tell whether the agent had to do with one, before or after."""
        is_touched = any(self._has(change.key) for change in changes)
        for change in changes:
            names, name = self._names(change.key)
            if names is not None:
                (names.discard if change.before is None else names.add)(name)
        return is_touched or any(self._has(change.key) for change in changes)

    def _names(self, key: Key) -> tuple[set[str] | None, str]:
        """Return the set that a key is kept in, and as what; None when it is in none."""
        match key.kind:
            case Kind.TAG_AGENT if key.other == self._agent_id:
                return self._tags, key.name
            case Kind.ASSIGNMENT if key.other == self._agent_id:
                return self._own, key.name
            case Kind.TAG_CONFIG:
                return self._tags_of.setdefault(key.other, set()), key.name
        return None, ""

    def _has(self, key: Key) -> bool:
        match key.kind:
            case Kind.TAG_AGENT | Kind.ASSIGNMENT | Kind.RUNNER:
                return key.other == self._agent_id
            case Kind.TOMBSTONE | Kind.EXCLUSION:
                return key.name == self._agent_id
            case Kind.COLLECT_RULE:
                return self._is_ruled(key)
            case Kind.TAG_CONFIG:
                return key.name in self._tags
            case Kind.CONFIG:
                return key.name in self._own or bool(self._tags & self._tags_of.get(key.name, set()))
            case Kind.TAG | Kind.SETTING | Kind.SERVER_SETTING:
                return key.kind is Kind.SETTING

    def _is_ruled(self, key: Key) -> bool:
        """Tell whether a rule of what agents collect is for this one."""
        mine = self._tags if key.name == OF_TAG else {self._agent_id}
        return key.name == OF_ALL or key.other in mine
