"""Blocking calls beside the event loop."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T]) -> T:
    """Run `call` in a thread of its own and return what it returns, or raise what it raises.

    The thread is a daemon: a call that hangs (a dead network mount) never keeps the process from
    stopping. Cancelling the wait does not stop the call.
    """
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
