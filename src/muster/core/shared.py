"""An answer that is made once for all who ask within a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Makes an answer when somebody asks, one at a time. Used on the event loop only."""

    def __init__(
        self,
        make: Callable[[], Awaitable[T]],
        fresh_s: float,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`make` is called again for who asks `fresh_s` after it was called last, and when it failed."""
        self._make = make
        self._fresh_s = fresh_s
        self._monotonic_s = monotonic_s
        self._making: asyncio.Task[T] | None = None
        self._begun_s = 0.0

    async def get(self) -> T:
        """Return the answer. Raises what `make` raises; who leaves before it is there ends it for no one."""
        return await asyncio.shield(self.making())

    def making(self) -> "asyncio.Task[T]":
        """Return the task that makes, or made, the answer."""
        making = self._making
        if making is None or (making.done() and (_has_failed(making) or self._is_old())):
            self._begun_s = self._monotonic_s()
            making = self._making = asyncio.ensure_future(self._run())
        return making

    async def _run(self) -> T:
        return await self._make()

    def _is_old(self) -> bool:
        return self._monotonic_s() - self._begun_s >= self._fresh_s


def _has_failed(task: "asyncio.Task[T]") -> bool:
    return task.cancelled() or task.exception() is not None
