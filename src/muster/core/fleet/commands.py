"""Commands that wait for an agent's next check-in, and whoever waits for their results."""

import asyncio
from collections.abc import Callable, Iterable

from muster.model.ids import AgentId, CommandId
from muster.model.link import Command, CommandResult


class CommandDesk:
    """Keeps commands in memory until they are fetched, and futures until they are answered.

    Used on the event loop only. A command whose caller gave up is not handed out any more.
    """

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._waiting: dict[AgentId, list[Command]] = {}
        self._results: dict[CommandId, asyncio.Future[CommandResult]] = {}

    def waits(self, agent_id: AgentId) -> bool:
        """Tell whether there is a command for the agent."""
        return bool(self._waiting.get(agent_id))

    def take(self, agent_id: AgentId) -> list[Command]:
        """Return the commands for the agent; they are handed out once."""
        return [c for c in self._waiting.pop(agent_id, []) if c.id in self._results]

    def order_collect(self, agent_id: AgentId) -> tuple[CommandId, asyncio.Future[CommandResult]]:
        """Ask the agent for a report; the future ends with its result."""
        command = Command(id=CommandId(self._new_id()), kind="collect")
        future: asyncio.Future[CommandResult] = asyncio.get_running_loop().create_future()
        self._results[command.id] = future
        self._waiting.setdefault(agent_id, []).append(command)
        return command.id, future

    def settle(self, results: Iterable[CommandResult]) -> None:
        """Hand results to who waits for them; late ones are dropped."""
        for result in results:
            future = self._results.get(result.id)
            if future is not None and not future.done():
                future.set_result(result)

    def forget(self, command_id: CommandId) -> None:
        """Stop waiting for a command."""
        self._results.pop(command_id, None)
