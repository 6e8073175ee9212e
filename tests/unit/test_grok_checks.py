"""The process that tries patterns: it may hang, die or not start, and the next check is answered."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import pytest

from muster.api.fleet.grok import WHOLE, GrokChecks
from muster.errors import InvalidInput, Overloaded, Unavailable

READY = "import sys; out = sys.stdout.buffer; out.write(bytes(4)); out.flush(); "
HANGS = (sys.executable, "-c", READY + "sys.stdin.buffer.read()")
DIES = (sys.executable, "-c", READY + "sys.stdin.buffer.read(5)")
NEVER = (sys.executable, "-c", "pass")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work, debug=False)


def test_one_process_answers_many_checks() -> None:
    async def work() -> None:
        checks = GrokChecks(check_s=20)
        assert await checks.check("a 1", "%{WORD:w} %{INT:n:long}", "") == {"w": "a", "n": "1", WHOLE: "a 1"}
        with pytest.raises(InvalidInput, match="does not match"):
            await checks.check("a", "%{INT:n}", "")
        with pytest.raises(InvalidInput, match="there is no pattern NOPE"):
            await checks.check("a", "%{NOPE}", "")
        assert await checks.check("x", "%{MINE:m}", "MINE x") == {"m": "x", WHOLE: "x"}
        await checks.close()
        await checks.close()

    run(work())


@pytest.mark.parametrize("argv", [HANGS, DIES], ids=["hangs", "dies"])
def test_a_process_that_gives_no_answer_is_replaced(argv: tuple[str, ...]) -> None:
    async def work() -> None:
        checks = GrokChecks(argv, check_s=0.3)
        for _ in range(2):
            with pytest.raises(InvalidInput, match=r"costs more than 0\.3 s or too much memory"):
                await checks.check("a", "a", "")
        await checks.close()

    run(work())


@pytest.mark.parametrize("argv", [NEVER, ("/no/such/program",)], ids=["ends", "is missing"])
def test_a_process_that_does_not_start_is_unavailable(argv: tuple[str, ...]) -> None:
    async def work() -> None:
        checks = GrokChecks(argv)
        for _ in range(2):
            with pytest.raises(Unavailable, match="does not start"):
                await checks.check("a", "a", "")
        await checks.close()

    run(work())


def test_who_waits_too_long_is_told_to_come_again() -> None:
    async def work() -> None:
        checks = GrokChecks(HANGS, check_s=5, wait_s=0.05)
        first = asyncio.create_task(checks.check("a", "a", ""))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await checks.check("b", "b", "")
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await checks.close()

    run(work())
