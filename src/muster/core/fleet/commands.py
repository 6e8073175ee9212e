"""Commands: what agents are asked to do once, until they answer or the time is over."""

import asyncio
import enum
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import msgspec

from muster.errors import Unavailable
from muster.model.ids import AgentId, CommandId
from muster.model.link import Command, CommandResult

KEPT_US = 30 * 86_400 * 1_000_000
"""What ended longer ago is forgotten."""

COLLECT = "collect"
LISTED = 200
"""So many commands of an agent are listed."""


class CommandState(enum.StrEnum):
    """How far a command is."""

    QUEUED = "queued"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


OPEN = frozenset({CommandState.QUEUED, CommandState.SENT})


class CommandRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A command and what became of it; times in Unix microseconds. `message` is the agent's, or why not."""

    id: CommandId
    agent_id: AgentId
    kind: str
    argument: str = ""
    by: str = ""
    state: CommandState = CommandState.QUEUED
    created_us: int
    expires_us: int
    sent_us: int | None = None
    ended_us: int | None = None
    message: str = ""


class CommandStore(Protocol):
    """Keeps commands. All methods may run concurrently; a write is durable on return."""

    async def load_open(self) -> list[CommandRecord]:
        """Return commands that have not ended, the oldest first."""
        ...

    async def save_commands(self, records: Iterable[CommandRecord]) -> None:
        """Write commands in place of what is stored of them, in one transaction."""
        ...

    async def commands_of(self, agent_id: AgentId, *, limit: int) -> list[CommandRecord]:
        """Return commands of an agent, the newest first."""
        ...

    async def forget_ended(self, before_us: int) -> None:
        """Delete commands that ended before a time."""
        ...


class NoCommands:
    """A CommandStore that forgets: for fleets without a database."""

    async def load_open(self) -> list[CommandRecord]:
        """Return nothing."""
        return []

    async def save_commands(self, records: Iterable[CommandRecord]) -> None:
        """Do nothing."""

    async def commands_of(self, agent_id: AgentId, *, limit: int) -> list[CommandRecord]:
        """Return nothing."""
        return []

    async def forget_ended(self, before_us: int) -> None:
        """Do nothing."""


class CommandDesk:
    """Hands commands to agents and takes what they say of them. Used on the event loop only.

    A command is handed to each process of an agent once: a process that ended in the middle of one
    leaves it to the next, so what commands ask for must bear being done twice.
    """

    def __init__(self, store: CommandStore, new_id: Callable[[], str], now_us: Callable[[], int]) -> None:
        self._store = store
        self._new_id = new_id
        self._now_us = now_us
        self._open: dict[AgentId, dict[CommandId, CommandRecord]] = {}
        self._nonces: dict[CommandId, str] = {}
        self._results: dict[CommandId, asyncio.Future[CommandResult]] = {}
        self._changed: dict[CommandId, CommandRecord] = {}

    async def load(self) -> None:
        """Read what has not ended; call once, before anything else."""
        await self._store.forget_ended(self._now_us() - KEPT_US)
        for record in await self._store.load_open():
            self._open.setdefault(record.agent_id, {})[record.id] = record

    async def order(
        self, agent_id: AgentId, kind: str, argument: str = "", *, by: str, timeout_s: float
    ) -> CommandRecord:
        """Ask an agent for something; durable on return. It waits until the agent is there, or expires."""
        (record,) = await self.order_all(kind, {agent_id: argument}, by=by, timeout_s=timeout_s)
        return record

    async def order_all(
        self, kind: str, arguments: Mapping[AgentId, str], *, by: str, timeout_s: float
    ) -> list[CommandRecord]:
        """Do the same for several agents at once, each with its argument, in one transaction."""
        now_us = self._now_us()
        records = [
            CommandRecord(
                id=CommandId(self._new_id()),
                agent_id=agent_id,
                kind=kind,
                argument=argument,
                by=by,
                created_us=now_us,
                expires_us=now_us + int(timeout_s * 1e6),
            )
            for agent_id, argument in arguments.items()
        ]
        await self._store.save_commands(records)
        for record in records:
            self._open.setdefault(record.agent_id, {})[record.id] = record
        return records

    def is_open(self, agent_id: AgentId, kind: str, argument: str) -> bool:
        """Tell whether the agent was asked for exactly this, and has not answered yet."""
        asked = ((record.kind, record.argument) for record in self._valid(agent_id))
        return (kind, argument) in asked

    def result(self, command_id: CommandId) -> "asyncio.Future[CommandResult]":
        """Return the future that ends with a command's result; whoever asks MUST `forget` it."""
        future: asyncio.Future[CommandResult] = asyncio.get_running_loop().create_future()
        self._results[command_id] = future
        return future

    def waits(self, agent_id: AgentId, nonce: str) -> bool:
        """Tell whether there is a command for this process of the agent."""
        return any(self._nonces.get(record.id) != nonce for record in self._valid(agent_id))

    def take(self, agent_id: AgentId, nonce: str) -> list[Command]:
        """Return the commands for this process of the agent that it was not handed yet."""
        taken = [record for record in self._valid(agent_id) if self._nonces.get(record.id) != nonce]
        for record in taken:
            self._nonces[record.id] = nonce
            self._write(msgspec.structs.replace(record, state=CommandState.SENT, sent_us=self._now_us()))
        return [Command(id=record.id, kind=record.kind, argument=record.argument) for record in taken]

    def settle(self, agent_id: AgentId, results: Iterable[CommandResult]) -> None:
        """Take an agent's results and hand them to who waits; those of other agents' commands are dropped."""
        for result in results:
            record = self._open.get(agent_id, {}).get(result.id)
            if record is None:
                continue
            state = CommandState.DONE if result.ok else CommandState.FAILED
            self._end(record, state, result.message)
            future = self._results.get(result.id)
            if future is not None and not future.done():
                future.set_result(result)

    def forget(self, record: CommandRecord, why: str) -> None:
        """Stop waiting for a command's result; one that has not ended expires."""
        self._results.pop(record.id, None)
        found = self._open.get(record.agent_id, {}).get(record.id)
        if found is not None:
            self._end(found, CommandState.EXPIRED, why)

    def give_up(self, agent_id: AgentId, why: str) -> None:
        """Raise Unavailable at who waits for an agent's results; its other commands go on waiting for it."""
        for command_id in self._open.get(agent_id, {}):
            future = self._results.get(command_id)
            if future is not None and not future.done():
                future.set_exception(Unavailable(why))

    async def save(self) -> None:
        """Let commands expire, and write what changed."""
        for agent_id in list(self._open):
            self._valid(agent_id)
        changed, self._changed = self._changed, {}
        if not changed:
            return
        try:
            await self._store.save_commands(changed.values())
        except BaseException:
            self._changed = changed | self._changed
            raise

    async def of_agent(self, agent_id: AgentId) -> list[CommandRecord]:
        """Return the commands of an agent, the newest first."""
        await self.save()
        return await self._store.commands_of(agent_id, limit=LISTED)

    def _valid(self, agent_id: AgentId) -> list[CommandRecord]:
        """Return the agent's commands whose time is not over; end the others."""
        now_us = self._now_us()
        records = list(self._open.get(agent_id, {}).values())
        for record in records:
            if record.expires_us <= now_us:
                self._end(record, CommandState.EXPIRED, "the agent did not answer in time")
        return [record for record in records if record.expires_us > now_us]

    def _end(self, record: CommandRecord, state: CommandState, message: str) -> None:
        self._write(msgspec.structs.replace(record, state=state, ended_us=self._now_us(), message=message))

    def _write(self, record: CommandRecord) -> None:
        self._changed[record.id] = record
        commands = self._open.setdefault(record.agent_id, {})
        if record.state in OPEN:
            commands[record.id] = record
            return
        commands.pop(record.id, None)
        self._nonces.pop(record.id, None)
        if not commands:
            del self._open[record.agent_id]
