"""The live tail: who watches is told of new rows after they are durable, and can go on where it stopped."""

import asyncio
from collections.abc import AsyncIterator

from muster.core.logs.ports import Arrivals, LogFilter, LogStore
from muster.errors import Overloaded

MAX_WATCHERS = 100
MAX_ROWS = 500
"""One step tells of so many rows at most; of more, the newest, and how many were left out."""

STEP_S = 0.25
HEARTBEAT_S = 15.0
MAX_ROW = 2**32 - 1

Mark = tuple[int, int]
"""Time of receipt (Unix microseconds) and row: everything up to it was seen."""


class Tail:
    """Wakes the watchers when rows were stored. `note` may be called on any thread, the rest on the loop."""

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._newest_us = 0
        self._watchers = 0

    def note(self, received_us: int) -> None:
        """Tell that the rows with a time of receipt are stored."""
        self._newest_us = max(self._newest_us, received_us)
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(self._wake)

    def check_room(self) -> None:
        """Raise Overloaded when as many watch as may."""
        if self._watchers >= MAX_WATCHERS:
            raise Overloaded(f"{MAX_WATCHERS} watch already")

    async def watch(
        self, store: LogStore, where: LogFilter, after: Mark | None
    ) -> AsyncIterator[tuple[Arrivals, Mark]]:
        """Yield what arrives after a mark, or from now on, and up to where that is; nothing in a quiet time.

        Ends when the server stops. A slow watcher is told how many rows it missed. Raises Overloaded, and
        TooLarge when the question takes too long.
        """
        self.check_room()
        self._loop = asyncio.get_running_loop()
        self._watchers += 1
        try:
            self._newest_us = max(self._newest_us, await store.newest_receipt_us())
            mark = after or (self._newest_us, MAX_ROW)
            while not self._stopping.is_set():
                until = max(mark, (self._newest_us, MAX_ROW))
                if until > mark:
                    found = await store.arrivals(where, after=mark, until_us=until[0], limit=MAX_ROWS)
                else:
                    found = Arrivals([], 0)
                mark = until
                yield found, mark
                await self._pause(mark)
        finally:
            self._watchers -= 1

    async def _pause(self, mark: Mark) -> None:
        """Wait until there is more, at least a moment, at most until it is time for a sign of life."""
        if await self._is_stopping(STEP_S) or self._newest_us > mark[0]:
            return
        changed = asyncio.ensure_future(self._changed.wait())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((changed, stopping), timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            stopping.cancel()

    async def _is_stopping(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
