"""Turns: work that holds the interpreter for milliseconds, one piece at a time, less the more others ask."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from muster.errors import Overloaded

T = TypeVar("T")

LEAST, MOST = 1.0, 19.0
"""How many times as long as a piece took others have the interpreter before the next one.

In between it is as many times as requests of others are in the house: so pieces have half of the time when
nobody else asks, a share like everybody's when others do, and never less than a twentieth.
"""

SMOOTH_S = 0.1
"""Over so long that number is averaged."""

LONGEST_S = 1.0
"""No pause is longer, so that what waits behind a huge piece waits for that piece, not for its shadow."""

WAIT_S = 10.0
"""Nobody is let in who would wait for longer."""

WEIGHT = 0.2
"""Of the newest piece in the average that says how long others will wait."""


def _later(delay_s: float, then: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(delay_s, then)


class Turns:
    """Runs one piece of work after the other and leaves the interpreter to others in between.

    What comes in one moment would else run in one go, and every small request would wait for all of
    it; several at once on threads would stand in everybody's way too, since they share one lock (ADR 0014).
    """

    def __init__(
        self,
        spent_s: Callable[[], float],
        *,
        max_bytes: int,
        monotonic_s: Callable[[], float] = time.perf_counter,
        later: Callable[[float, Callable[[], None]], None] = _later,
    ) -> None:
        """`spent_s` tells how many seconds the requests of others have spent here so far, all together.

        At most `max_bytes` may wait. `later` calls something after so many seconds.
        """
        self._spent_s = spent_s
        self._max_bytes = max_bytes
        self._monotonic_s = monotonic_s
        self._later = later
        self._free = asyncio.Lock()
        self._waiting_bytes = 0
        self._bytes_per_s = math.inf
        self._seen_s = 0.0
        self._others = 0.0
        self._ended_s = -math.inf

    async def take(self, work: Callable[[], T], size_bytes: int) -> T:
        """Return what `work` returns, when it is its turn. Raises as it does, and Overloaded."""
        async with self._turn(size_bytes):
            return work()

    async def take_on_thread(self, work: Callable[[], T], size_bytes: int) -> T:
        """Do the same for a piece that is too long for the loop: a thread gives way in the midst of it."""
        async with self._turn(size_bytes):
            return await asyncio.to_thread(work)

    @contextlib.asynccontextmanager
    async def _turn(self, size_bytes: int) -> AsyncIterator[None]:
        self._check_room(size_bytes)
        self._waiting_bytes += size_bytes
        try:
            await self._free.acquire()
        finally:
            self._waiting_bytes -= size_bytes
        started_s = self._monotonic_s()
        try:
            yield
        finally:
            ended_s = self._monotonic_s()
            took_s = ended_s - started_s
            pause_s = min(LONGEST_S, took_s * self._times(ended_s))
            self._note_pace(size_bytes, took_s + pause_s)
            self._later(pause_s, self._free.release)

    def _check_room(self, size_bytes: int) -> None:
        """Raise Overloaded when too much waits; one that is too large may come when nothing does."""
        waiting = self._waiting_bytes
        if not waiting:
            return
        wait_s = (waiting + size_bytes) / self._bytes_per_s
        if waiting + size_bytes > self._max_bytes or wait_s > WAIT_S:
            retry_s = math.ceil(min(waiting / self._bytes_per_s, WAIT_S))
            raise Overloaded(f"{waiting} bytes wait to be read already", retry_after_s=max(1, retry_s))

    def _times(self, now_s: float) -> float:
        """Return how many times as long as the piece that ends now the pause after it is."""
        spent_s, since_s = self._spent_s(), now_s - self._ended_s
        if since_s > 0:
            newest = (spent_s - self._seen_s) / since_s
            self._others += (newest - self._others) * min(1.0, since_s / SMOOTH_S)
        self._seen_s, self._ended_s = spent_s, now_s
        return min(MOST, max(LEAST, self._others))

    def _note_pace(self, size_bytes: int, seconds: float) -> None:
        if seconds <= 0:
            return
        pace = size_bytes / seconds
        known = math.isfinite(self._bytes_per_s)
        self._bytes_per_s = self._bytes_per_s * (1 - WEIGHT) + pace * WEIGHT if known else pace
