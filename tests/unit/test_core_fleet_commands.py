"""Commands from order to end, on a clock that the test owns."""

import asyncio
from collections.abc import Iterable

import pytest

from muster.core.fleet.commands import OPEN, CommandDesk, CommandRecord, CommandState
from muster.errors import Unavailable
from muster.model.ids import AgentId, CommandId
from muster.model.link import CommandResult

ONE, TWO = AgentId("1" * 32), AgentId("2" * 32)
FIRST, SECOND = "a" * 32, "b" * 32


class MemoryCommands:
    """A CommandStore in memory that can be told to fail."""

    def __init__(self) -> None:
        self.records: dict[CommandId, CommandRecord] = {}
        self.fail = False

    async def load_open(self) -> list[CommandRecord]:
        return [record for record in self.records.values() if record.state in OPEN]

    async def save_commands(self, records: Iterable[CommandRecord]) -> None:
        if self.fail:
            raise Unavailable("the disk is gone")
        self.records |= {record.id: record for record in records}

    async def commands_of(self, agent_id: AgentId, *, limit: int) -> list[CommandRecord]:
        found = [record for record in self.records.values() if record.agent_id == agent_id]
        return sorted(found, key=lambda record: record.created_us, reverse=True)[:limit]

    async def forget_ended(self, before_us: int) -> None:
        self.records = {
            key: x for key, x in self.records.items() if x.ended_us is None or x.ended_us >= before_us
        }


class Clock:
    def __init__(self) -> None:
        self.us = 1_000_000_000

    def __call__(self) -> int:
        return self.us


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> MemoryCommands:
    return MemoryCommands()


def desk_on(store: MemoryCommands, clock: Clock) -> CommandDesk:
    numbers = iter(range(len(store.records) + 1, 1000))
    return CommandDesk(store, lambda: f"{next(numbers):032x}", clock)


@pytest.fixture
def desk(store: MemoryCommands, clock: Clock) -> CommandDesk:
    return desk_on(store, clock)


def order(
    desk: CommandDesk, agent: AgentId = ONE, kind: str = "upgrade", timeout_s: float = 60
) -> CommandRecord:
    return asyncio.run(desk.order(agent, kind, "{}", by="token x", timeout_s=timeout_s))


def states(desk: CommandDesk, agent: AgentId = ONE) -> list[tuple[CommandState, str]]:
    return [(record.state, record.message) for record in asyncio.run(desk.of_agent(agent))]


def test_a_command_is_stored_before_it_is_handed_out(desk: CommandDesk, store: MemoryCommands) -> None:
    record = order(desk)
    assert store.records[record.id] == record
    store.fail = True
    with pytest.raises(Unavailable):
        order(desk, TWO)
    assert desk.take(TWO, FIRST) == []


def test_each_process_gets_a_command_once(desk: CommandDesk) -> None:
    record = order(desk)
    assert desk.waits(ONE, FIRST)
    (command,) = desk.take(ONE, FIRST)
    assert (command.id, command.kind, command.argument) == (record.id, "upgrade", "{}")
    assert not desk.waits(ONE, FIRST)
    assert desk.take(ONE, FIRST) == []
    assert states(desk) == [(CommandState.SENT, "")]
    assert [each.id for each in desk.take(ONE, SECOND)] == [record.id]
    assert desk.take(TWO, FIRST) == []


def test_only_its_agent_ends_a_command(desk: CommandDesk) -> None:
    record = order(desk)
    desk.take(ONE, FIRST)
    result = CommandResult(id=record.id, ok=True, message="done")
    desk.settle(TWO, [result])
    assert states(desk) == [(CommandState.SENT, "")]
    desk.settle(ONE, [result])
    assert states(desk) == [(CommandState.DONE, "done")]
    desk.settle(ONE, [CommandResult(id=record.id, ok=False, message="again")])
    assert states(desk) == [(CommandState.DONE, "done")]


def test_a_refusal_is_told(desk: CommandDesk) -> None:
    record = order(desk)
    desk.settle(ONE, [CommandResult(id=record.id, ok=False, message="not here")])
    assert states(desk) == [(CommandState.FAILED, "not here")]


def test_a_command_that_nobody_answers_expires(desk: CommandDesk, clock: Clock) -> None:
    order(desk, timeout_s=10)
    clock.us += 10_000_000
    assert not desk.waits(ONE, FIRST)
    assert desk.take(ONE, FIRST) == []
    assert states(desk) == [(CommandState.EXPIRED, "the agent did not answer in time")]


def test_commands_outlive_the_server(desk: CommandDesk, store: MemoryCommands, clock: Clock) -> None:
    record = order(desk)
    desk.take(ONE, FIRST)
    asyncio.run(desk.save())
    again = desk_on(store, clock)
    asyncio.run(again.load())
    assert [each.id for each in again.take(ONE, FIRST)] == [record.id]
    again.settle(ONE, [CommandResult(id=record.id, ok=True)])
    asyncio.run(again.save())
    last = desk_on(store, clock)
    asyncio.run(last.load())
    assert last.take(ONE, FIRST) == []


def test_a_failed_save_is_tried_again(desk: CommandDesk, store: MemoryCommands) -> None:
    record = order(desk)
    desk.take(ONE, FIRST)
    store.fail = True
    with pytest.raises(Unavailable):
        asyncio.run(desk.save())
    store.fail = False
    asyncio.run(desk.save())
    assert store.records[record.id].state is CommandState.SENT


def test_what_ended_a_month_ago_is_forgotten(desk: CommandDesk, store: MemoryCommands, clock: Clock) -> None:
    record = order(desk)
    desk.settle(ONE, [CommandResult(id=record.id, ok=True)])
    asyncio.run(desk.save())
    clock.us += 30 * 86_400 * 1_000_000
    asyncio.run(desk_on(store, clock).load())
    assert store.records
    clock.us += 1
    asyncio.run(desk_on(store, clock).load())
    assert not store.records
