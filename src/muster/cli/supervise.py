"""Keeps a child process running."""

import asyncio
import contextlib
import logging
import os
import threading
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
SETTLED_S = 60.0
GRACE_S = 2.0

_log = logging.getLogger("muster.supervise")


class Supervisor:
    """Runs a child and starts it again when it ends: after 1 s, then 2, 4 ... 30 s.

    A child that lived for 60 s starts the pauses anew. Its standard input is a pipe that only this
    process holds, so a child that reads it knows when its supervisor died. It has its own session:
    Ctrl-C in a terminal reaches the supervisor only. `env` None: inherited.
    The pauses and the clock (seconds, monotonic) are parameters for tests.
    """

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        *,
        first_pause_s: float = FIRST_PAUSE_S,
        longest_pause_s: float = LONGEST_PAUSE_S,
        settled_s: float = SETTLED_S,
        grace_s: float = GRACE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._argv = tuple(argv)
        self._env = env
        self._first_pause_s = first_pause_s
        self._longest_pause_s = longest_pause_s
        self._settled_s = settled_s
        self._grace_s = grace_s
        self._clock = clock
        self._stopping = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.starts = 0
        self.pid: int | None = None

    async def run(self) -> None:
        """Run the child again and again until `stop` is called; the child is gone on return.

        Cancelling it ends the child too. May be called once.
        """
        pause_s = self._first_pause_s
        self._idle.clear()
        try:
            while not self._stopping.is_set():
                started = self._clock()
                await self._run_once()
                if self._clock() - started >= self._settled_s:
                    pause_s = self._first_pause_s
                await self._pause(pause_s)
                pause_s = min(pause_s * 2, self._longest_pause_s)
        finally:
            self._idle.set()

    async def stop(self) -> None:
        """End the child by closing its input and SIGTERM, after 2 s by SIGKILL; return when it is gone."""
        self._stopping.set()
        await self._idle.wait()

    async def _run_once(self) -> None:
        try:
            child = await asyncio.create_subprocess_exec(
                *self._argv, stdin=PIPE, env=self._env, start_new_session=True
            )
        except OSError as error:
            _log.error("cannot start %s: %s", self._argv[0], error)
            return
        self.starts += 1
        self.pid = child.pid
        stopping = asyncio.create_task(self._stopping.wait())
        ended = asyncio.create_task(child.wait())
        try:
            await asyncio.wait((stopping, ended), return_when=asyncio.FIRST_COMPLETED)
            if not self._stopping.is_set():
                _log.warning("process %d ended with %s and is started again", child.pid, child.returncode)
        finally:
            stopping.cancel()
            await self._end(child, ended)
            self.pid = None

    async def _end(self, child: Process, ended: "asyncio.Task[int]") -> None:
        """Ask the child to end, then make it end."""
        assert child.stdin is not None  # noqa: S101 it was asked for
        child.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        done, _ = await asyncio.wait((ended,), timeout=self._grace_s)
        if not done:
            _log.warning("process %d did not end in %g s and is killed", child.pid, self._grace_s)
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await asyncio.wait((ended,))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await child.stdin.wait_closed()

    async def _pause(self, pause_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause_s)


def when_input_ends(call: Callable[[], object]) -> None:
    """Call back from another thread when standard input ends: whoever started this process is gone."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        call()

    threading.Thread(target=watch, daemon=True, name="supervisor-watch").start()
