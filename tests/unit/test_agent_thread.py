"""Blocking calls beside the event loop: nobody waits for ever for one that ended, however it did."""

import asyncio
import threading

import pytest

from muster.agent.thread import MAX_IDLE, Worker, in_thread


class Panic(BaseException):
    """What a library in another language raises when it fails: no Exception."""


def panic() -> None:
    raise Panic


def test_a_worker_keeps_one_thread_whatever_its_calls_raise() -> None:
    async def run() -> None:
        worker = Worker("test")
        first = await worker.call(threading.get_ident)
        with pytest.raises(Panic):
            await worker.call(panic)
        assert await worker.call(threading.get_ident) == first != threading.get_ident()
        worker.close()

    asyncio.run(asyncio.wait_for(run(), 20))


def test_a_panic_in_a_thread_reaches_who_waits() -> None:
    async def run() -> None:
        with pytest.raises(Panic):
            await in_thread(panic)

    asyncio.run(asyncio.wait_for(run(), 20))


def test_threads_are_kept_for_the_next_calls_and_a_call_that_hangs_holds_up_no_other() -> None:
    async def run() -> None:
        hanging, may_end = threading.Event(), threading.Event()

        def hang() -> bool:
            hanging.set()
            return may_end.wait(20)

        stuck = asyncio.ensure_future(in_thread(hang))
        assert await in_thread(hanging.wait)
        used = {await in_thread(threading.get_ident) for _ in range(50)}
        assert len(used) <= MAX_IDLE + 1
        at_once = await asyncio.gather(*(in_thread(threading.get_ident) for _ in range(20)))
        assert threading.get_ident() not in {*used, *at_once}
        assert not stuck.done()
        may_end.set()
        assert await stuck

    asyncio.run(asyncio.wait_for(run(), 20))


def test_a_call_of_a_worker_ends_before_what_was_cancelled_goes_on() -> None:
    async def run() -> None:
        worker = Worker("test")
        began, may_end = threading.Event(), threading.Event()
        steps: list[str] = []

        def call() -> None:
            began.set()
            may_end.wait()
            steps.append("call")

        async def work() -> None:
            try:
                await worker.call(call)
            finally:
                steps.append("after")

        task = asyncio.create_task(work())
        await in_thread(began.wait)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert steps == ["call", "after"]
        worker.close()

    asyncio.run(asyncio.wait_for(run(), 20))
