"""A process that does what may cost time and memory, one thing at a time; it may be ended at any moment."""

import asyncio
import contextlib
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence

from muster.errors import Overloaded, Unavailable

START_S = 20.0
CLOSE_S = 2.0


class TooCostly(Exception):
    """The process took too long or too much memory; it was ended."""


class Worker:
    """Asks a process of `muster.pipeline.worker`. Belongs to one event loop; `close` ends its process.

    An answer may take `ask_s`, and who comes meanwhile waits for `wait_s` at most. A process that nobody
    asked for `idle_s` is ended, and the next one to ask waits for another; None: it stays. `what` names
    the process to people.
    """

    def __init__(
        self, argv: Sequence[str], what: str, *, ask_s: float, wait_s: float, idle_s: float | None = None
    ) -> None:
        self.ask_s = ask_s
        self._argv = tuple(argv)
        self._what = what
        self._wait_s = wait_s
        self._idle_s = idle_s
        self._one_at_a_time = asyncio.Lock()
        self._starting: asyncio.Task[Process] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    async def ask(self, message: bytes, ask_s: float | None = None) -> bytes:
        """Return the answer to a message; it may take another time than usual.

        Raises TooCostly; Overloaded when others wait already; Unavailable when the process does not start.
        """
        try:
            async with asyncio.timeout(self._wait_s):
                await self._one_at_a_time.acquire()
        except TimeoutError:
            raise Overloaded(f"too much waits for {self._what}") from None
        self._stay()
        try:
            return await self._asked(message, self.ask_s if ask_s is None else ask_s)
        finally:
            self._one_at_a_time.release()
            if self._idle_s is not None:
                self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._rest)

    async def close(self) -> None:
        """End the process, if there is one."""
        self._stay()
        self._rest()
        if self._ending is not None:
            await self._ending

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()

    def _rest(self) -> None:
        """Give the process up at once, so that nobody asks it, and let it end."""
        starting, self._starting = self._starting, None
        if starting is not None:
            self._ending = asyncio.create_task(_end_started(starting))

    async def _asked(self, message: bytes, ask_s: float) -> bytes:
        process = await self._running()
        try:
            async with asyncio.timeout(ask_s):
                await _send(process, message)
                return await _receive(process)
        except (OSError, EOFError, TimeoutError):
            self._restart(process)
            raise TooCostly from None
        except BaseException:
            # Its answer would be taken for the next one's.
            self._restart(process)
            raise

    async def _running(self) -> Process:
        """Return the process, ready. Raises Unavailable."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        try:
            process = await asyncio.shield(self._starting)
        except (OSError, EOFError, TimeoutError) as error:
            self._starting = None
            raise Unavailable(f"{self._what} does not start: {type(error).__name__}") from None
        if process.returncode is None:
            return process
        self._starting = None
        return await self._running()

    async def _start(self, last: Process | None = None) -> Process:
        if last is not None:
            await _end(last)
        process = await asyncio.create_subprocess_exec(*self._argv, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        try:
            async with asyncio.timeout(START_S):
                await _receive(process)
        except BaseException:
            await _end(process)
            raise
        return process

    def _restart(self, process: Process) -> None:
        """End a process and start the next, so that it is ready when it is asked."""
        self._starting = asyncio.create_task(self._start(process))


async def _end_started(starting: asyncio.Task[Process]) -> None:
    # A process whose creation is cancelled half-way would be lost.
    await asyncio.wait((starting,), timeout=CLOSE_S)
    starting.cancel()
    with contextlib.suppress(asyncio.CancelledError, OSError, EOFError, TimeoutError):
        await _end(await starting)


async def _send(process: Process, message: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 it is a pipe
    process.stdin.write(len(message).to_bytes(4) + message)
    await process.stdin.drain()


async def _receive(process: Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 it is a pipe
    size = int.from_bytes(await process.stdout.readexactly(4))
    return await process.stdout.readexactly(size)


async def _end(process: Process) -> None:
    """Kill it at once, for it holds nothing, and wait until it is gone and its pipes are closed."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert process.stdin is not None  # noqa: S101 it is a pipe
    process.stdin.close()
    with contextlib.suppress(OSError):
        await process.stdin.wait_closed()
    await process.wait()
