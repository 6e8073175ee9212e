"""Blocking calls beside the event loop."""

import asyncio
import contextlib
import queue
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

MAX_IDLE = 4
"""So many threads are kept for the next calls: to begin one costs as much as a small transaction."""

_is_inline: ContextVar[bool] = ContextVar("muster_agent_inline", default=False)
_idle: "deque[queue.SimpleQueue[Callable[[], None]]]" = deque()
"""What gives work to the threads that wait for some."""


@contextlib.contextmanager
def calling_inline() -> Iterator[None]:
    """Let `in_thread` call at once, without a thread, here and in tasks that are begun here.

    For thousands of agents in one process whose calls never block.
    """
    token = _is_inline.set(True)
    try:
        yield
    finally:
        _is_inline.reset(token)


async def in_thread(call: Callable[[], T]) -> T:
    """Run `call` in a thread that does nothing else and return what it returns, or raise what it raises.

    The thread is a daemon: a call that hangs (a dead network mount) never keeps the process from
    stopping. Cancelling the wait does not stop the call.
    """
    if _is_inline.get():
        await asyncio.sleep(0)
        return call()
    run, outcome = _with_outcome(call)
    try:
        work = _idle.pop()
    except IndexError:
        work = queue.SimpleQueue()
        threading.Thread(target=_serve, args=(work,), daemon=True, name="muster-agent").start()
    work.put(run)
    return await outcome


def _serve(work: "queue.SimpleQueue[Callable[[], None]]") -> None:
    """Make calls until there are enough threads that wait for some."""
    while True:
        work.get()()
        if len(_idle) >= MAX_IDLE:
            return
        _idle.append(work)


async def settled(work: Awaitable[T]) -> T:
    """Wait for work to its end even when cancelled; the cancellation counts behind it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


class Worker:
    """One thread for all blocking calls of one part, which keeps what libraries keep for each thread.

    A daemon, as those of `in_thread` are.
    """

    def __init__(self, name: str) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True, name=name).start()

    async def call(self, call: Callable[[], T]) -> T:
        """Run `call` behind the calls before it; return what it returns, or raise what it raises.

        Waits for its end even when cancelled: what follows does not overlap it.
        """
        run, outcome = _with_outcome(call)
        self._work.put(run)
        return await settled(outcome)

    def close(self) -> None:
        """Let the thread end behind what it has to do."""
        self._work.put(None)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
            del work  # It holds what it worked on.


def _with_outcome(call: Callable[[], T]) -> "tuple[Callable[[], None], asyncio.Future[T]]":
    """Return what calls in another thread, and where this loop learns what came of it.

    Whatever is raised arrives, what is no Exception (a panic of the engine) too: else who waits would
    wait for ever. A loop that was closed meanwhile learns nothing.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(result: Callable[[], None]) -> None:
        if not outcome.done():
            result()

    def post(result: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result)

    def run() -> None:
        try:
            value = call()
        except BaseException as error:  # noqa: BLE001 the thread's outermost boundary; raised by the await
            raised = error
            post(lambda: outcome.set_exception(raised))
        else:
            post(lambda: outcome.set_result(value))

    return run, outcome
