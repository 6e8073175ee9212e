"""The streams of log runners on their way to the server: a sender for each that has something to send."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from muster.agent.sender import Sender
from muster.agent.thread import in_thread
from muster.model.batch import LOGS
from muster.model.ids import StreamName

KeepRunning = Callable[[str, Callable[[], Awaitable[None]]], Awaitable[None]]
"""Runs something by its name until cancelled, again when it fails."""


class LogSenders:
    """Begins a sender when a stream of logs is met first. Used on the event loop only."""

    def __init__(
        self,
        waiting: Callable[[], Iterable[StreamName]],
        open_sender: Callable[[StreamName], Sender],
        keep_running: KeepRunning,
    ) -> None:
        """`waiting` returns the streams of which something waits; it blocks."""
        self._waiting = waiting
        self._open_sender = open_sender
        self._keep_running = keep_running
        self._senders: dict[StreamName, Sender] = {}
        self._bell = asyncio.Event()
        self._bell.set()

    def wake(self, stream: StreamName) -> None:
        """Tell that something of a stream was spooled."""
        if stream in self._senders:
            self._senders[stream].wake()
        elif stream.startswith(LOGS):
            self._bell.set()

    async def run(self) -> None:
        """Send until cancelled."""
        tasks: list[asyncio.Task[None]] = []
        try:
            while True:
                await self._bell.wait()
                self._bell.clear()
                for stream in await in_thread(lambda: list(self._waiting())):
                    if stream.startswith(LOGS) and stream not in self._senders:
                        sender = self._senders[stream] = self._open_sender(stream)
                        tasks.append(asyncio.create_task(self._keep(stream, sender), name=stream))
        finally:
            self._senders.clear()
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)

    async def _keep(self, stream: StreamName, sender: Sender) -> None:
        await self._keep_running(f"sending {stream}", sender.run)
