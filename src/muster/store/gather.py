"""Gathers what coroutines hand over into one piece of work at a time."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from muster.errors import Overloaded

Item = TypeVar("Item")
Result = TypeVar("Result")


class Gather(Generic[Item, Result]):
    """Collects items while the piece before them is written, and answers all of one with one wake-up.

    `submit` hands a piece to a writer, and its future ends with one outcome for each item: a result,
    or the exception that its sender shall see. Belongs to one event loop. A future for each of many
    small items and a wake-up of the loop for each would cost more than the items.
    """

    def __init__(
        self,
        submit: "Callable[[Sequence[Item]], Future[Sequence[Result | Exception]]]",
        *,
        max_weight: int,
        piece_weight: int,
    ) -> None:
        """At most `max_weight` may wait and at most about `piece_weight` make a piece."""
        self._submit = submit
        self._max_weight = max_weight
        self._piece_weight = piece_weight
        self._waiting: list[tuple[Item, int, asyncio.Future[Result]]] = []
        self._weight = 0
        self._is_busy = False

    @property
    def waiting_weight(self) -> int:
        """The weight of what is in no piece yet."""
        return self._weight

    def add(self, item: Item, weight: int = 1) -> "asyncio.Future[Result]":
        """Hand over an item; the future ends when it is durable or refused. Raises Overloaded."""
        if self._waiting and self._weight + weight > self._max_weight:
            raise Overloaded("too much waits for the disk already")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        if not self._waiting and not self._is_busy:
            # Whatever else this turn of the loop brings goes with it.
            loop.call_soon(self._send, loop)
        self._waiting.append((item, weight, future))
        self._weight += weight
        return future

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        piece = self._next_piece()
        if not piece:
            self._is_busy = False
            return
        self._is_busy = True
        futures = [future for _, _, future in piece]
        try:
            written = self._submit([item for item, _, _ in piece])
        except Exception as error:  # noqa: BLE001 the senders get the error
            self._answer(futures, [error] * len(futures))
            loop.call_soon(self._send, loop)
            return
        written.add_done_callback(lambda done: loop.call_soon_threadsafe(self._written, loop, futures, done))

    def _written(
        self,
        loop: asyncio.AbstractEventLoop,
        futures: "list[asyncio.Future[Result]]",
        written: "Future[Sequence[Result | Exception]]",
    ) -> None:
        self._send(loop)
        error = written.exception()
        if error is None:
            self._answer(futures, written.result())
        else:
            self._answer(futures, [error] * len(futures))

    def _next_piece(self) -> "list[tuple[Item, int, asyncio.Future[Result]]]":
        if self._weight <= self._piece_weight:
            piece, self._waiting, self._weight = self._waiting, [], 0
            return piece
        size = weight = 0
        while not size or weight + self._waiting[size][1] <= self._piece_weight:
            weight += self._waiting[size][1]
            size += 1
        piece, self._waiting = self._waiting[:size], self._waiting[size:]
        self._weight -= weight
        return piece

    @staticmethod
    def _answer(
        futures: "list[asyncio.Future[Result]]", outcomes: "Sequence[Result | BaseException]"
    ) -> None:
        for future, outcome in zip(futures, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
