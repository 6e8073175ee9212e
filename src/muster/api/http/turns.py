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

So pieces have half of the time when nobody else asks, and never less than a twentieth.
"""

EACH_PER_S = 400.0
"""The pause is as many times as long as the piece as there are so many requests of others a second."""

SMOOTH_S = 0.1
"""Over so long that rate is averaged: requests that wait for one commit are answered in one moment."""

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
        answered: Callable[[], int],
        *,
        max_bytes: int,
        monotonic_s: Callable[[], float] = time.perf_counter,
        later: Callable[[float, Callable[[], None]], None] = _later,
    ) -> None:
        """`answered` tells how many requests were answered so far, those of the pieces among them.

        At most `max_bytes` may wait. `later` calls something after so many seconds.
        """
        self._answered = answered
        self._max_bytes = max_bytes
        self._monotonic_s = monotonic_s
        self._later = later
        self._free = asyncio.Lock()
        self._waiting_bytes = 0
        self._bytes_per_s = math.inf
        self._seen = 0
        self._others_per_s = 0.0
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
        answered, since_s = self._answered(), now_s - self._ended_s
        others = max(0, answered - self._seen - 1)
        self._seen, self._ended_s = answered, now_s
        if since_s > 0:
            newest = others / since_s
            self._others_per_s += (newest - self._others_per_s) * min(1.0, since_s / SMOOTH_S)
        return min(MOST, max(LEAST, self._others_per_s / EACH_PER_S))

    def _note_pace(self, size_bytes: int, seconds: float) -> None:
        if seconds <= 0:
            return
        pace = size_bytes / seconds
        known = math.isfinite(self._bytes_per_s)
        self._bytes_per_s = self._bytes_per_s * (1 - WEIGHT) + pace * WEIGHT if known else pace
