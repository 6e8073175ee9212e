"""Bells of held check-ins: in order, few at a time, none forgotten."""

import asyncio
from collections.abc import Awaitable, Callable

from muster.core.fleet.bells import Bells
from muster.model.ids import AgentId

IDS = [AgentId(f"{number:032x}") for number in range(6)]
LONG_S = 60.0
"""Longer than any test may take."""


class Holding:
    """Check-ins of `IDS` that are held; `heard` are those whose bell rang, in order."""

    def __init__(self, bells: Bells) -> None:
        self.bells = bells
        self.heard: list[int] = []
        self.tasks = [asyncio.create_task(self._hold(number)) for number in range(len(IDS))]

    async def _hold(self, number: int) -> None:
        await self.bells.hold(IDS[number], LONG_S)
        self.heard.append(number)

    async def hear(self, *expected: int) -> None:
        """Let all that is ready happen; check who has heard by then."""
        for _ in range(10):
            await asyncio.sleep(0)
        assert self.heard == list(expected)


def hold(test: Callable[[Holding], Awaitable[None]], *, patience_s: float = LONG_S) -> None:
    async def run() -> None:
        holding = Holding(Bells(at_once=2, patience_s=patience_s))
        await holding.hear()
        await test(holding)
        for task in holding.tasks:
            task.cancel()

    asyncio.run(run())


def test_each_waits_for_its_turn() -> None:
    async def test(holding: Holding) -> None:
        bells = holding.bells
        bells.ring_in_turn([IDS[4], IDS[0], IDS[1], IDS[3]])
        await holding.hear(4, 0)
        bells.is_back(IDS[2])
        await holding.hear(4, 0)
        bells.is_back(IDS[0])
        await holding.hear(4, 0, 1)
        bells.is_back(IDS[4])
        await holding.hear(4, 0, 1, 3)

    hold(test)


def test_one_that_is_not_held_takes_no_turn() -> None:
    async def test(holding: Holding) -> None:
        holding.tasks[0].cancel()
        await holding.hear()
        holding.bells.ring_in_turn([IDS[0], AgentId("gone"), IDS[1], IDS[2], IDS[3]])
        await holding.hear(1, 2)

    hold(test)


def test_one_that_stays_away_is_not_waited_for_any_longer() -> None:
    async def test(holding: Holding) -> None:
        holding.bells.ring_in_turn(IDS)
        await asyncio.wait_for(asyncio.gather(*holding.tasks), 10)
        assert holding.heard == list(range(len(IDS)))

    hold(test, patience_s=0.001)


def test_somebody_who_waits_is_answered_out_of_turn() -> None:
    async def test(holding: Holding) -> None:
        holding.bells.ring_in_turn(IDS)
        holding.bells.ring(IDS[5])
        await holding.hear(0, 1, 5)

    hold(test)


def test_one_that_is_gone_is_held_no_longer_and_known_to_be() -> None:
    async def test(holding: Holding) -> None:
        cut = asyncio.Event()

        async def gone() -> None:
            await cut.wait()

        agents = [AgentId("cut"), AgentId("rung")]
        held = [asyncio.create_task(holding.bells.hold(agent, LONG_S, gone)) for agent in agents]
        await holding.hear()
        holding.bells.ring(agents[1])
        assert await held[1] is True
        cut.set()
        assert await held[0] is False
        holding.bells.ring(agents[0])
        assert await holding.bells.hold(agents[0], 0, gone) is True

    hold(test)


def test_at_the_end_all_ring_and_none_is_held() -> None:
    async def test(holding: Holding) -> None:
        holding.bells.ring_in_turn(IDS)
        holding.bells.stop()
        await asyncio.wait_for(asyncio.gather(*holding.tasks), 10)
        assert sorted(holding.heard) == list(range(len(IDS)))
        await asyncio.wait_for(holding.bells.hold(IDS[0], LONG_S), 10)

    hold(test)
