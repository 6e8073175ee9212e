"""Blocking calls beside the event loop."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_is_inline: ContextVar[bool] = ContextVar("muster_agent_inline", default=False)


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
    """Run `call` in a thread of its own and return what it returns, or raise what it raises.

    The thread is a daemon: a call that hangs (a dead network mount) never keeps the process from
    stopping. Cancelling the wait does not stop the call.
    """
    if _is_inline.get():
        await asyncio.sleep(0)
        return call()
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: Callable[[], None]) -> None:
        if not future.done():
            result()

    def run() -> None:
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 the thread's outermost boundary; raised by the await
            outcome = error
            post(lambda: future.set_exception(outcome))
        else:
            post(lambda: future.set_result(value))

    def post(result: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=run, daemon=True, name="muster-agent").start()
    return await future


async def in_thread_to_the_end(call: Callable[[], T]) -> T:
    """Do as `in_thread`, but wait for the end even when cancelled: what follows must not overlap it."""
    return await settled(in_thread(call))


async def settled(work: Awaitable[T]) -> T:
    """Wait for work to its end even when cancelled; the cancellation counts behind it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
