import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from muster.cli.supervise import Supervisor

DEADLINE_S = 20.0

UNTIL_INPUT_ENDS = (
    "import pathlib, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "path = pathlib.Path(sys.argv[1]); path.write_text('ready'); sys.stdin.read(); path.write_text('ended')"
)
STUBBORN = (
    "import pathlib, signal, sys, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "pathlib.Path(sys.argv[1]).write_text('ready'); threading.Event().wait()"
)
UNTIL_TERM = (
    "import pathlib, sys, threading; pathlib.Path(sys.argv[1]).write_text('up'); threading.Event().wait()"
)


def run(test: Callable[[], Coroutine[None, None, None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(test(), DEADLINE_S)

    asyncio.run(bounded())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 what is waited for is in another process
        await asyncio.sleep(0.005)


async def running_child(supervisor: Supervisor, mark: Path, said: str) -> int:
    """Return the id of the child once it said so and the supervisor, which may be later, knows it."""
    await until(lambda: supervisor.pid is not None and mark.exists() and mark.read_text() == said)
    assert supervisor.pid is not None
    return supervisor.pid


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def child(code: str, path: Path) -> list[str]:
    return [sys.executable, "-S", "-E", "-c", code, str(path)]


def test_a_child_that_ends_is_started_again(tmp_path: Path) -> None:
    async def test() -> None:
        supervisor = Supervisor(child("", tmp_path), first_pause_s=0.0)
        running = asyncio.create_task(supervisor.run())
        await until(lambda: supervisor.starts >= 3)
        await supervisor.stop()
        await running
        assert supervisor.pid is None

    run(test)


def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    async def test() -> None:
        supervisor = Supervisor(child(UNTIL_TERM, mark), first_pause_s=0.0)
        running = asyncio.create_task(supervisor.run())
        first = await running_child(supervisor, mark, "up")
        mark.unlink()
        os.kill(first, signal.SIGKILL)
        await until(mark.exists)
        assert await running_child(supervisor, mark, "up") != first
        await supervisor.stop()
        await running

    run(test)


def test_pauses_double_up_to_a_bound_and_begin_anew_after_a_long_life() -> None:
    pauses: list[float] = []
    lives = iter([1.0, 1.0, 1.0, 1.0, 60.0, 1.0])
    now = 0.0

    class Paused(Supervisor):
        async def _run_once(self) -> None:
            nonlocal now
            now += next(lives)

        async def _pause(self, pause_s: float) -> None:
            pauses.append(pause_s)
            if len(pauses) == 6:
                self._stopping.set()

    async def test() -> None:
        await Paused(["never"], longest_pause_s=4.0, clock=lambda: now).run()

    run(test)
    assert pauses == [1.0, 2.0, 4.0, 4.0, 1.0, 2.0]


def test_stop_closes_the_input(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    async def test() -> None:
        supervisor = Supervisor(child(UNTIL_INPUT_ENDS, mark), grace_s=DEADLINE_S)
        running = asyncio.create_task(supervisor.run())
        await until(lambda: mark.exists() and mark.read_text() == "ready")
        await supervisor.stop()
        await running

    run(test)
    assert mark.read_text() == "ended"


def test_stop_kills_a_child_that_does_not_end(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    async def test() -> None:
        supervisor = Supervisor(child(STUBBORN, mark), grace_s=0.05)
        running = asyncio.create_task(supervisor.run())
        pid = await running_child(supervisor, mark, "ready")
        await supervisor.stop()
        assert not is_alive(pid)
        await running

    run(test)


def test_cancelling_ends_the_child(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    async def test() -> None:
        supervisor = Supervisor(child(UNTIL_TERM, mark))
        running = asyncio.create_task(supervisor.run())
        pid = await running_child(supervisor, mark, "up")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not is_alive(pid)

    run(test)


def test_stop_ends_a_pause_and_what_was_never_started() -> None:
    async def test() -> None:
        supervisor = Supervisor(["/nonexistent/program"], first_pause_s=3600.0)
        await supervisor.stop()
        supervisor = Supervisor(["/nonexistent/program"], first_pause_s=3600.0)
        running = asyncio.create_task(supervisor.run())
        await asyncio.sleep(0)
        await supervisor.stop()
        await running
        assert supervisor.starts == 0

    run(test)


def test_the_child_gets_its_environment(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(os.environ['WORD'])"

    async def test() -> None:
        supervisor = Supervisor(child(code, mark), {"WORD": "hello"}, first_pause_s=3600.0)
        running = asyncio.create_task(supervisor.run())
        await until(lambda: mark.exists() and mark.read_text() == "hello")
        await supervisor.stop()
        await running

    run(test)
