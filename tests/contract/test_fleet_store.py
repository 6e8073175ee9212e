"""The stores of the fleet keep their promises, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from muster.core.fleet.commands import CommandRecord, CommandState
from muster.core.fleet.plan import (
    Change,
    Config,
    Entry,
    Exclusion,
    Key,
    Kind,
    Linked,
    Runner,
    Setting,
    Tag,
    Tombstone,
)
from muster.core.fleet.reported import AgentRunners
from muster.core.fleet.revisions import Revision
from muster.core.fleet.runner_history import KEPT_OF_AGENT, RunnerChange
from muster.errors import InvalidInput, NotFound
from muster.model.desired import ConfigName, RunnerState, RunnerStatus
from muster.model.idempotency import IdempotencyKey
from muster.model.ids import AgentId, CommandId
from muster.store.relational.database import Relational
from muster.store.relational.fleet import RelationalPlan
from muster.store.relational.fleet_agents import RelationalCommands, RelationalRunners
from muster.store.relational.outbox import RelationalOutbox
from muster.store.relational.signatures import RelationalSignatures

NOW_US = 1_790_000_000_000_000
ONE, TWO = AgentId("1" * 32), AgentId("2" * 32)

ENTRIES: dict[Key, Entry] = {
    Key(Kind.CONFIG, "nginx"): Config(config='{"a":"é"}', note="n", created_us=1, changed_us=NOW_US),
    Key(Kind.TAG, "web"): Tag(note="ü", created_us=NOW_US),
    Key(Kind.TAG_AGENT, "web", ONE): Linked(),
    Key(Kind.TAG_AGENT, "web", TWO): Linked(),
    Key(Kind.TAG_CONFIG, "web", "nginx"): Linked(),
    Key(Kind.ASSIGNMENT, "nginx", ONE): Linked(),
    Key(Kind.RUNNER, "nginx", ONE): Runner(is_running=False, epoch=2**40, is_deleted=True),
    Key(Kind.TOMBSTONE, TWO): Tombstone(nonce="f" * 32, deleted_us=NOW_US),
    Key(Kind.EXCLUSION, ONE): Exclusion(since_us=NOW_US),
    Key(Kind.SETTING, "metrics"): Setting(value="{}"),
    Key(Kind.COLLECT_RULE, "all"): Setting(value='{"ports":["22"]}'),
    Key(Kind.COLLECT_RULE, "tag", "ü" * 128): Setting(value="{}"),
}


@pytest.fixture
def plan(relational: Relational) -> RelationalPlan:
    return RelationalPlan(relational)


def run(work: Awaitable[Any]) -> Any:
    async def main() -> Any:
        return await work

    return asyncio.run(main())


def revision(*changes: Change, action: str = "test") -> Revision:
    return Revision(ts_us=NOW_US, by="token a", action=action, changes=list(changes))


def added() -> list[Change]:
    return [Change(key, None, entry) for key, entry in ENTRIES.items()]


def test_every_kind_of_entry_comes_back(plan: RelationalPlan) -> None:
    run(plan.save_revision(revision(*added())))
    assert dict(run(plan.load_plan())) == ENTRIES


def test_a_revision_replaces_and_removes(plan: RelationalPlan) -> None:
    run(plan.save_revision(revision(*added())))
    key = Key(Kind.CONFIG, "nginx")
    new = Config(config="{}", note="", created_us=1, changed_us=2)
    gone = Key(Kind.TAG_AGENT, "web", TWO)
    run(plan.save_revision(revision(Change(key, ENTRIES[key], new), Change(gone, Linked(), None))))
    assert dict(run(plan.load_plan())) == {k: v for k, v in ENTRIES.items() if k != gone} | {key: new}


def test_revisions_come_back_whole_and_newest_first(plan: RelationalPlan) -> None:
    first = run(plan.save_revision(revision(*added(), action="é")))
    second = run(plan.save_revision(revision(*(Change(c.key, c.after, None) for c in added()))))
    assert second > first > 0
    assert [each.id for each in run(plan.revisions(limit=10))] == [second, first]
    assert [each.id for each in run(plan.revisions(limit=10, before=second))] == [first]
    assert [each.id for each in run(plan.revisions(limit=1))] == [second]
    found = run(plan.find_revision(first))
    assert (found.by, found.action, found.ts_us, found.changes) == ("token a", "é", NOW_US, added())
    with pytest.raises(NotFound):
        run(plan.find_revision(second + 1))


def test_a_revision_that_cannot_be_stored_changes_nothing(plan: RelationalPlan) -> None:
    run(plan.save_revision(revision(*added())))
    broken = Revision(
        ts_us=NOW_US, by="x", action=None, changes=[Change(Key(Kind.TAG, "a"), None, Tag(created_us=1))]
    )  # type: ignore[arg-type]
    with pytest.raises(Exception):  # noqa: B017 each database has its own
        run(plan.save_revision(broken))
    assert dict(run(plan.load_plan())) == ENTRIES
    assert len(run(plan.revisions(limit=10))) == 1


def test_each_revision_waits_for_the_audit_log(plan: RelationalPlan, relational: Relational) -> None:
    number = run(plan.save_revision(revision(*added())))
    ((_, action),) = run(RelationalOutbox(relational).waiting())
    assert (action.kind, action.ts_us) == ("FleetChanged", NOW_US)
    assert action.details == {"revision": number, "by": "token a", "action": "test"}


def test_a_key_is_good_for_one_revision(plan: RelationalPlan) -> None:
    key = IdempotencyKey("fleet", "k", bytes(32))
    assert not run(plan.is_done(key))
    first = run(plan.save_revision(revision(*added()), key))
    assert run(plan.is_done(key))
    assert run(plan.save_revision(revision(), key)) == first
    with pytest.raises(InvalidInput):
        run(plan.is_done(IdempotencyKey("fleet", "k", bytes([1]) * 32)))


def test_what_agents_said_is_replaced(relational: Relational) -> None:
    store = RelationalRunners(relational)
    status = RunnerStatus(name=ConfigName("nginx"), state=RunnerState.FAILED, config_us=NOW_US, reason="é")
    said = AgentRunners("v1", [status], {"nginx": NOW_US - 1})
    run(store.save_runners({}))
    run(store.save_runners({ONE: said, TWO: AgentRunners("", [])}))
    run(store.save_runners({TWO: said}))
    assert run(store.load_runners()) == {ONE: said, TWO: said}


def change(ts_us: int, agent: AgentId = ONE, **more: Any) -> RunnerChange:
    return RunnerChange(
        agent_id=agent,
        runner=ConfigName("nginx"),
        ts_us=ts_us,
        **({"was": "running", "state": "failed", "reason": "é"} | more),
    )


def test_what_became_of_runners_is_found_by_agent_and_time(relational: Relational) -> None:
    store = RelationalRunners(relational)
    said = AgentRunners("v1", [])
    mine = [change(5, was=""), change(9, was="failed", state="running", reason=""), change(12)]
    run(store.save_runners({ONE: said, TWO: said}, [*mine, change(9, TWO)]))
    assert run(store.runner_changes(ONE, from_us=5, to_us=12, limit=9)) == [mine[1], mine[0]]
    assert run(store.runner_changes(ONE, from_us=0, to_us=99, limit=1)) == [mine[2]]
    run(store.forget_changes(9))
    assert run(store.runner_changes(ONE, from_us=0, to_us=99, limit=9)) == [mine[2], mine[1]]


def test_a_runner_that_fails_all_the_time_fills_no_disk(relational: Relational) -> None:
    store = RelationalRunners(relational)
    said = AgentRunners("v1", [])
    run(store.save_runners({ONE: said, TWO: said}, [change(1, TWO)]))
    for start in (0, 400):
        run(store.save_runners({ONE: said}, [change(start + at) for at in range(400)]))
    kept = run(store.runner_changes(ONE, from_us=0, to_us=9_999, limit=9_999))
    assert [each.ts_us for each in kept] == list(range(799, 799 - KEPT_OF_AGENT, -1))
    assert len(run(store.runner_changes(TWO, from_us=0, to_us=99, limit=9))) == 1


def test_commands_until_they_are_forgotten(relational: Relational) -> None:
    store = RelationalCommands(relational)

    def command(number: int, **more: Any) -> CommandRecord:
        return CommandRecord(
            id=CommandId(f"{number:032x}"),
            agent_id=ONE,
            kind="collect",
            created_us=number,
            expires_us=NOW_US,
            **more,
        )

    first, second, other = command(1), command(2, argument="{}", by="é"), command(3)
    run(store.save_commands([first, second, other]))
    ended = command(1, state=CommandState.FAILED, sent_us=5, ended_us=7, message="no")
    run(store.save_commands([ended]))
    assert run(store.load_open()) == [second, other]
    assert run(store.commands_of(ONE, limit=10)) == [other, second, ended]
    assert run(store.commands_of(ONE, limit=1)) == [other]
    assert run(store.commands_of(TWO, limit=10)) == []
    run(store.forget_ended(7))
    assert ended in run(store.commands_of(ONE, limit=10))
    run(store.forget_ended(8))
    assert run(store.commands_of(ONE, limit=10)) == [other, second]


def test_a_signature_is_good_once_until_it_expires(relational: Relational) -> None:
    store = RelationalSignatures(relational)
    assert run(store.use(bytes(32), expires_us=100, now_us=1)) is True
    assert run(store.use(bytes(32), expires_us=100, now_us=100)) is False
    assert run(store.use(bytes([1]) * 32, expires_us=100, now_us=100)) is True
    assert run(store.use(bytes(32), expires_us=200, now_us=101)) is True
