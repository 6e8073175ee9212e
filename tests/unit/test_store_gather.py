"""Gathering: what comes in one turn of the loop goes together, and each gets its own outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future

import pytest

from muster.errors import Overloaded, Unavailable
from muster.store.gather import Gather


class Writer:
    """Records pieces; answers when told to."""

    def __init__(self) -> None:
        self.pieces: list[list[int]] = []
        self.futures: list[Future[Sequence[int | Exception]]] = []
        self.error: Exception | None = None

    def __call__(self, items: Sequence[int]) -> "Future[Sequence[int | Exception]]":
        if self.error is not None:
            raise self.error
        self.pieces.append(list(items))
        self.futures.append(Future())
        return self.futures[-1]

    def answer(self) -> None:
        piece = self.pieces[len(self.futures) - 1]
        self.futures[-1].set_result([KeyError(item) if item < 0 else item * 2 for item in piece])


def run(work: Callable[[Writer, Gather[int, int]], Awaitable[None]], *, max_weight: int = 100) -> None:
    async def main() -> None:
        writer = Writer()
        await asyncio.wait_for(work(writer, Gather(writer, max_weight=max_weight, piece_weight=10)), 10)

    asyncio.run(main())


async def sent(writer: Writer, pieces: int) -> None:
    while len(writer.pieces) < pieces:  # noqa: ASYNC110 a few turns of the loop
        await asyncio.sleep(0)


def test_one_turn_of_the_loop_is_one_piece() -> None:
    async def work(writer: Writer, gather: Gather[int, int]) -> None:
        futures = [gather.add(number) for number in range(5)]
        await sent(writer, 1)
        writer.answer()
        assert await asyncio.gather(*futures) == [0, 2, 4, 6, 8]
        assert writer.pieces == [[0, 1, 2, 3, 4]]

    run(work)


def test_what_comes_during_a_piece_waits_for_its_end() -> None:
    async def work(writer: Writer, gather: Gather[int, int]) -> None:
        first = gather.add(1)
        await sent(writer, 1)
        later = [gather.add(number) for number in (2, -3, 4)]
        await asyncio.sleep(0)
        assert (writer.pieces, gather.waiting_weight) == ([[1]], 3)
        writer.answer()
        assert await first == 2
        await sent(writer, 2)
        writer.answer()
        assert await later[0] == 4
        with pytest.raises(KeyError):
            await later[1]
        assert await later[2] == 8

    run(work)


def test_a_piece_ends_at_its_weight_but_is_never_empty() -> None:
    async def work(writer: Writer, gather: Gather[int, int]) -> None:
        futures = [gather.add(1, 6), gather.add(2, 4), gather.add(3, 50), gather.add(4, 1)]
        for pieces in (1, 2, 3):
            await sent(writer, pieces)
            writer.answer()
        assert await asyncio.gather(*futures) == [2, 4, 6, 8]
        assert writer.pieces == [[1, 2], [3], [4]]

    run(work)


def test_beyond_the_bound_an_item_is_refused_at_once() -> None:
    async def work(writer: Writer, gather: Gather[int, int]) -> None:
        future = gather.add(1, 90)
        with pytest.raises(Overloaded):
            gather.add(2, 11)
        last = gather.add(3, 10)
        await sent(writer, 1)
        writer.answer()
        await sent(writer, 2)
        writer.answer()
        assert await asyncio.gather(future, last) == [2, 6]

    run(work)


def test_a_writer_that_refuses_or_fails_is_told_to_all_and_asked_again() -> None:
    async def work(writer: Writer, gather: Gather[int, int]) -> None:
        writer.error = Unavailable("stopping")
        refused = await asyncio.gather(gather.add(1), gather.add(2), return_exceptions=True)
        assert refused == [writer.error] * 2
        writer.error = None
        failing = gather.add(3)
        await sent(writer, 1)
        writer.futures[-1].set_exception(Unavailable("the disk"))
        with pytest.raises(Unavailable, match="the disk"):
            await failing
        last = gather.add(4)
        await sent(writer, 2)
        writer.answer()
        assert await last == 8

    run(work)


def test_a_sender_who_left_harms_no_one() -> None:
    async def work(writer: Writer, gather: Gather[int, int]) -> None:
        gone, kept = gather.add(1), gather.add(2)
        gone.cancel()
        await sent(writer, 1)
        writer.answer()
        assert await kept == 4

    run(work)
