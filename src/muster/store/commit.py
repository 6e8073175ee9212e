"""Group commit: the one way in. Many callers, one writer thread, one durable write for all that wait."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, NamedTuple, Protocol, TypeVar

from muster.errors import Overloaded, Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class Observer(Protocol):
    """Told about each group after it was written; called on the writer thread, must not block."""

    def group_written(self, name: str, items: int, size_bytes: int, seconds: float) -> None:
        """`items` waited together, `size_bytes` in all, and took `seconds` to write."""
        ...


class _Waiting(NamedTuple, Generic[Item, Result]):
    item: Item
    size_bytes: int
    due: float
    future: "Future[Result]"


class GroupCommit(Generic[Item, Result]):
    """Gathers what many threads submit and writes it in groups on one thread.

    `write_group` gets the items of a group in order of arrival and returns one outcome for each:
    a result, or the exception that its sender shall see. What it returns as a result MUST be
    durable. When it raises, nothing of the group may be stored, and the items are run again one
    by one, so that a bad item harms no neighbour.
    """

    def __init__(
        self,
        name: str,
        write_group: Callable[[Sequence[Item]], Sequence[Result | Exception]],
        *,
        queue_bytes: int,
        group_bytes: int,
        observer: Observer | None = None,
    ) -> None:
        self.name = name
        self._write_group = write_group
        self._queue_bytes = queue_bytes
        self._group_bytes = group_bytes
        self._observer = observer
        self._waiting: deque[_Waiting[Item, Result]] = deque()
        self._waiting_bytes = 0
        self._writing_bytes = 0
        self._last_items = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"commit-{name}", daemon=True)
        self._thread.start()

    @property
    def pending_bytes(self) -> int:
        """Bytes that wait or are being written now."""
        return self._waiting_bytes + self._writing_bytes

    def submit(self, item: Item, *, size_bytes: int, gather_s: float = 0.0) -> "Future[Result]":
        """Hand over an item; the future ends when it is durable or refused.

        `gather_s` lets the writer wait that long for company, if the last group had any; anyone less
        patient ends the wait for all. Raises Overloaded when `queue_bytes` are pending already,
        Unavailable after `close`.
        """
        future: Future[Result] = Future()
        with self._changed:
            if self._last_items < 2:
                gather_s = 0.0
            if self._closed:
                raise Unavailable("the server is stopping")
            if self.pending_bytes and self.pending_bytes + size_bytes > self._queue_bytes:
                raise Overloaded(f"{self.pending_bytes} bytes wait for the disk already")
            self._waiting.append(_Waiting(item, size_bytes, time.monotonic() + gather_s, future))
            self._waiting_bytes += size_bytes
            self._changed.notify()
        return future

    def close(self) -> None:
        """Write what waits, then end the thread. Later submits raise Unavailable."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            started = time.monotonic()
            outcomes = self._outcomes([waiting.item for waiting in group])
            with self._changed:
                size_bytes, self._writing_bytes = self._writing_bytes, 0
                self._last_items = len(group)
            if self._observer is not None:
                self._observer.group_written(self.name, len(group), size_bytes, time.monotonic() - started)
            for waiting, outcome in zip(group, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    waiting.future.set_exception(outcome)
                else:
                    waiting.future.set_result(outcome)

    def _next_group(self) -> list[_Waiting[Item, Result]]:
        """Wait until something is due; return it and its company. An empty list means: closed."""
        with self._changed:
            while not self._closed:
                if not self._waiting:
                    self._changed.wait()
                    continue
                left = min(waiting.due for waiting in self._waiting) - time.monotonic()
                if left <= 0 or self._waiting_bytes >= self._group_bytes:
                    break
                self._changed.wait(left)
            group: list[_Waiting[Item, Result]] = []
            while self._waiting and (not group or self._writing_bytes < self._group_bytes):
                waiting = self._waiting.popleft()
                self._waiting_bytes -= waiting.size_bytes
                if waiting.future.set_running_or_notify_cancel():
                    self._writing_bytes += waiting.size_bytes
                    group.append(waiting)
            return group if group or self._closed else self._next_group()

    def _outcomes(self, items: Sequence[Item]) -> Sequence[Result | Exception]:
        try:
            return self._write_group(items)
        except Exception as error:  # noqa: BLE001 the boundary of a group: its senders get the error
            if len(items) == 1:
                return [error]
        return [self._outcomes([item])[0] for item in items]
