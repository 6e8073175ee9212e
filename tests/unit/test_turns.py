"""Pieces of work that take turns on the event loop."""

import asyncio
import itertools

import pytest

from muster.api.http.turns import FEW, Turns
from muster.errors import Overloaded

TOOK_S = 0.02
ACCURACY_S = 0.001


@pytest.mark.parametrize(("answered", "share"), [(FEW, 1), (FEW + 1, 3)])
def test_the_loop_is_left_to_others_and_longer_when_they_are_many(answered: int, share: int) -> None:
    clock, requests = itertools.count(0.0, TOOK_S), itertools.count(answered, answered)

    async def run() -> list[float]:
        loop = asyncio.get_running_loop()
        turns = Turns(lambda: next(requests), max_bytes=3, monotonic_s=lambda: next(clock))
        return list(await asyncio.gather(*(turns.take(loop.time, 1) for _ in range(3))))

    first, second, third = asyncio.run(run())
    assert second - first > share * TOOK_S - ACCURACY_S
    assert third - second > share * TOOK_S - ACCURACY_S


def test_others_run_between_pieces_that_came_together() -> None:
    log: list[str] = []

    async def run() -> None:
        turns = Turns(lambda: 0, max_bytes=3)
        pieces = [asyncio.create_task(turns.take(lambda: log.append("piece"), 1)) for _ in range(3)]
        while not all(piece.done() for piece in pieces):
            log.append("other")
            await asyncio.sleep(0)

    asyncio.run(run())
    assert log.count("piece") == 3
    assert ["piece", "piece"] not in [list(pair) for pair in itertools.pairwise(log)]


def test_work_that_fails_gives_its_turn_on() -> None:
    async def run() -> int:
        turns = Turns(lambda: 0, max_bytes=1)
        with pytest.raises(ZeroDivisionError):
            await turns.take(lambda: 1 // 0, 1)
        return await turns.take(lambda: 2, 1)

    assert asyncio.run(run()) == 2


def test_what_waits_is_bounded_and_one_that_is_too_large_runs_when_none_waits() -> None:
    async def run() -> list[str | BaseException]:
        turns = Turns(lambda: 0, max_bytes=10)
        sizes = {"too large": 11, "runs": 5, "waits": 5, "refused": 6}
        pieces = (turns.take(lambda name=name: name, size) for name, size in sizes.items())  # type: ignore[misc]
        return await asyncio.gather(*pieces, return_exceptions=True)

    first, second, third, fourth = asyncio.run(run())
    assert (first, second, third) == ("too large", "runs", "waits")
    assert isinstance(fourth, Overloaded)


def test_whoever_goes_while_waiting_makes_room() -> None:
    async def run() -> str:
        turns = Turns(lambda: 0, max_bytes=1)
        await turns.take(lambda: "first", 1)
        gone = asyncio.create_task(turns.take(lambda: "gone", 1))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        return await turns.take(lambda: "next", 1)

    assert asyncio.run(run()) == "next"
