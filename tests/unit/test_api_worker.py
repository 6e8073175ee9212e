"""A process that is asked: it ends when nobody does, and comes back for the next one."""

import asyncio
import os
import sys
from collections.abc import Callable

from muster.api.http.worker import Worker
from tests.processes import wait_for

TELLS_ITS_ID = """
import os, sys
out = sys.stdout.buffer
out.write(bytes(4)); out.flush()
while head := sys.stdin.buffer.read(4):
    sys.stdin.buffer.read(int.from_bytes(head))
    said = str(os.getpid()).encode()
    out.write(len(said).to_bytes(4) + said); out.flush()
"""


def has_ended(pid: int) -> Callable[[], bool]:
    def check() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    return check


def test_a_process_that_nobody_asks_ends_and_another_answers_the_next() -> None:
    async def work() -> None:
        worker = Worker((sys.executable, "-c", TELLS_ITS_ID), "it", ask_s=20, wait_s=20, idle_s=0.01)
        first = int(await worker.ask(b"?"))
        await asyncio.to_thread(wait_for, "its end", has_ended(first), 20)
        second = int(await worker.ask(b"?"))
        assert second != first
        await worker.close()
        assert has_ended(second)()

    asyncio.run(work())


def test_a_process_without_a_bound_stays() -> None:
    async def work() -> None:
        worker = Worker((sys.executable, "-c", TELLS_ITS_ID), "it", ask_s=20, wait_s=20)
        assert await worker.ask(b"?") == await worker.ask(b"?")
        await worker.close()

    asyncio.run(work())
