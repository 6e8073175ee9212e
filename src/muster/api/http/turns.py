"""Turns on the event loop: work that would hold it for milliseconds, one piece at a time."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from muster.errors import Overloaded

T = TypeVar("T")

ALONE, CROWDED = 1, 3
"""How many times as long as a piece took the loop is left to others."""

FEW = 4
"""Beyond so many requests answered between two pieces, others are about."""


class Turns:
    """Runs one piece of work after the other and leaves the loop to others in between.

    What comes in one moment would else run in one go, and every small request would wait for all of
    it. On threads it would stand in everybody's way too: they share the interpreter's lock (ADR 0014).
    """

    def __init__(
        self,
        answered: Callable[[], int],
        *,
        max_bytes: int,
        monotonic_s: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`answered` tells how many requests were answered so far; at most `max_bytes` may wait."""
        self._answered = answered
        self._max_bytes = max_bytes
        self._waiting_bytes = 0
        self._monotonic_s = monotonic_s
        self._free = asyncio.Lock()
        self._seen = 0

    async def take(self, work: Callable[[], T], size_bytes: int) -> T:
        """Return what `work` returns, when it is its turn. Raises as it does, and Overloaded."""
        if self._waiting_bytes and self._waiting_bytes + size_bytes > self._max_bytes:
            raise Overloaded(f"{self._waiting_bytes} bytes wait to be read already")
        self._waiting_bytes += size_bytes
        try:
            await self._free.acquire()
        finally:
            self._waiting_bytes -= size_bytes
        started = self._monotonic_s()
        try:
            return work()
        finally:
            took_s = self._monotonic_s() - started
            asyncio.get_running_loop().call_later(took_s * self._share(), self._free.release)

    def _share(self) -> int:
        seen, self._seen = self._seen, self._answered()
        return CROWDED if self._seen - seen > FEW else ALONE
