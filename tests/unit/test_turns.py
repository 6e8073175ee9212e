"""Pieces of work that take turns with everybody else's."""

import asyncio
import heapq
import itertools
import threading
from collections.abc import Callable

import pytest

from muster.api.http.metrics import HELD_S, Metrics
from muster.api.http.turns import LEAST, LONGEST_S, MOST, WAIT_S, Turns
from muster.errors import Overloaded

PIECE_S = 0.003


class Clock:
    """Time that passes only when a piece runs or everybody waits."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()

    def later(self, delay_s: float, then: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (self.now_s + delay_s, next(self._number), then))

    async def settle(self) -> None:
        """Let everybody run who can without time passing."""
        for _ in range(6):
            await asyncio.sleep(0)

    async def advance(self) -> None:
        """Go on to the next timer."""
        await self.settle()
        due_s, _, then = heapq.heappop(self._timers)
        self.now_s = max(self.now_s, due_s)
        then()
        await self.settle()


class Others:
    """A steady number of requests in the house."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before_s = 0.0
        self._since_s = 0.0
        self._number = 0

    def come(self, number: int) -> None:
        """Be so many from now on."""
        self._before_s, self._since_s, self._number = self.spent_s(), self._clock.now_s, number

    def spent_s(self) -> float:
        return self._before_s + (self._clock.now_s - self._since_s) * self._number


class Bulk:
    """Keeps eight pieces of `piece_s` waiting."""

    def __init__(self, piece_s: float = PIECE_S) -> None:
        self.clock = Clock()
        self.others = Others(self.clock)
        self.piece_s = piece_s
        self.pieces = 0
        self.turns = Turns(
            self.others.spent_s, max_bytes=8, monotonic_s=lambda: self.clock.now_s, later=self.clock.later
        )

    async def share(self, seconds: float) -> float:
        """Return which part of the next so many seconds the pieces had."""
        started_s, before = self.clock.now_s, self.pieces
        end_s = started_s + seconds
        senders = [asyncio.create_task(self._send(end_s)) for _ in range(8)]
        while not all(sender.done() for sender in senders):
            await self.clock.advance()
        return (self.pieces - before) * self.piece_s / (self.clock.now_s - started_s)

    async def _send(self, end_s: float) -> None:
        while self.clock.now_s < end_s:
            await self.turns.take(self._work, 1)

    def _work(self) -> None:
        self.clock.now_s += self.piece_s
        self.pieces += 1


def test_alone_they_have_half_of_the_time_however_small_they_are() -> None:
    for piece_s in (0.0002, PIECE_S, 0.02):
        assert asyncio.run(Bulk(piece_s).share(100 * piece_s)) == pytest.approx(1 / (1 + LEAST), rel=0.1)


def test_the_more_others_ask_the_less_they_have_and_never_nothing() -> None:
    async def share(number: int) -> float:
        bulk = Bulk()
        bulk.others.come(number)
        await bulk.share(0.5)
        return await bulk.share(1)

    for number in (1, 2, 5, 10, 19):
        assert asyncio.run(share(number)) == pytest.approx(1 / (1 + number), rel=0.1)
    for number in (20, 32, 10_000):
        assert asyncio.run(share(number)) == pytest.approx(1 / (1 + MOST), rel=0.1)


def test_others_get_their_way_at_once_and_pieces_theirs_when_others_are_gone() -> None:
    async def run() -> list[float]:
        bulk = Bulk()
        await bulk.share(1)
        bulk.others.come(32)
        busy = await bulk.share(0.5)
        bulk.others.come(0)
        await bulk.share(0.5)
        return [busy, await bulk.share(0.5)]

    busy, quiet = asyncio.run(run())
    assert busy < 0.15
    assert quiet > 0.45


def test_what_was_long_ago_is_forgotten() -> None:
    async def run() -> float:
        bulk = Bulk()
        bulk.others.come(32)
        await bulk.share(0.5)
        bulk.others.come(0)
        bulk.clock.now_s += 3600
        await bulk.share(PIECE_S)
        return await bulk.share(0.1)

    assert asyncio.run(run()) > 0.45


def test_no_pause_is_longer_than_the_longest() -> None:
    async def run() -> float:
        bulk = Bulk(piece_s=60)
        bulk.others.come(32)
        return await bulk.share(600)

    assert asyncio.run(run()) == pytest.approx(60 / (60 + LONGEST_S), rel=0.01)


def test_pieces_that_came_together_run_in_their_order_with_others_in_between() -> None:
    log: list[str] = []

    async def run() -> None:
        bulk = Bulk()
        pieces = [asyncio.create_task(bulk.turns.take(lambda n=n: log.append(n), 1)) for n in "abc"]  # type: ignore[misc]
        while not all(piece.done() for piece in pieces):
            await bulk.clock.settle()
            log.append("other")
            await bulk.clock.advance()

    asyncio.run(run())
    assert log == ["a", "other", "b", "other", "c"]


def test_a_long_piece_runs_on_a_thread_and_has_its_turn_until_it_ends() -> None:
    ended = threading.Event()
    where: list[int] = []

    def work() -> str:
        where.append(threading.get_ident())
        assert ended.wait(10)
        return "long"

    async def run() -> list[str]:
        bulk = Bulk()
        long = asyncio.create_task(bulk.turns.take_on_thread(work, 1))
        short = asyncio.create_task(bulk.turns.take(lambda: "short", 1))
        await bulk.clock.settle()
        assert not short.done()
        ended.set()
        first = await long
        await bulk.clock.advance()
        return [first, await short]

    assert asyncio.run(run()) == ["long", "short"]
    assert where != [threading.get_ident()]


def test_work_that_fails_gives_its_turn_on() -> None:
    async def run() -> int:
        bulk = Bulk()
        with pytest.raises(ZeroDivisionError):
            await bulk.turns.take(lambda: 1 // 0, 1)
        await bulk.clock.advance()
        return await bulk.turns.take(lambda: 2, 1)

    assert asyncio.run(run()) == 2


def test_what_waits_is_bounded_and_one_that_is_too_large_runs_when_none_waits() -> None:
    async def run() -> list[str | BaseException]:
        turns = Turns(lambda: 0, max_bytes=10)
        sizes = {"too large": 11, "runs": 5, "waits": 5, "refused": 6}
        pieces = (turns.take(lambda name=name: name, size) for name, size in sizes.items())  # type: ignore[misc]
        return list(await asyncio.gather(*pieces, return_exceptions=True))

    first, second, third, fourth = asyncio.run(run())
    assert (first, second, third) == ("too large", "runs", "waits")
    assert isinstance(fourth, Overloaded)


def test_nobody_is_let_in_who_would_wait_too_long_and_the_answer_says_how_long() -> None:
    async def run() -> list[object]:
        bulk = Bulk(piece_s=1.0)
        bulk.turns = Turns(
            bulk.others.spent_s,
            max_bytes=10**9,
            monotonic_s=lambda: bulk.clock.now_s,
            later=bulk.clock.later,
        )
        await bulk.turns.take(bulk._work, 100)  # 100 bytes take a second, and as long a pause
        pieces = [asyncio.create_task(bulk.turns.take(bulk._work, 100)) for _ in range(int(WAIT_S))]
        await bulk.clock.settle()
        while not all(piece.done() for piece in pieces):
            await bulk.clock.advance()
        return [piece.exception() for piece in pieces]

    errors = asyncio.run(run())
    waited = int(WAIT_S / 2)
    assert errors[:waited] == [None] * waited
    assert all(isinstance(error, Overloaded) for error in errors[waited:])
    assert isinstance(errors[-1], Overloaded) and errors[-1].retry_after_s == WAIT_S


def test_whoever_goes_while_waiting_makes_room() -> None:
    async def run() -> str:
        bulk = Bulk()
        await bulk.turns.take(lambda: "first", 8)
        gone = asyncio.create_task(bulk.turns.take(lambda: "gone", 8))
        await bulk.clock.settle()
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        await bulk.clock.advance()
        return await bulk.turns.take(lambda: "next", 8)

    assert asyncio.run(run()) == "next"


def test_bulk_bodies_and_answers_that_were_held_do_not_count_as_others() -> None:
    metrics = Metrics()
    metrics.request_answered("/a", "POST", 201, 0.25)
    metrics.request_answered("/a", "POST", 201, 0.25, is_bulk=True)
    metrics.request_answered("/a", "POST", 200, HELD_S)
    assert metrics.spent_s == 0.25
