"""The bells of held check-ins: rung in order and few at a time, so that a fleet does not come at once."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable

from muster.model.ids import AgentId

AT_ONCE = 64
"""So many agents hear of news at once; each comes back with its answer before another one hears."""

PATIENCE_S = 1.0
"""An agent that has not come back by then is waited for no longer."""

Gone = Callable[[], Coroutine[None, None, None]]
"""Ends when nobody waits for the answer any more."""


class Bells:
    """One bell for each held check-in. Used on the event loop only.

    Thousands are held at a time, so holding one costs a future and a timer.
    """

    def __init__(self, *, at_once: int = AT_ONCE, patience_s: float = PATIENCE_S) -> None:
        self._at_once = at_once
        self._patience_s = patience_s
        self._held: dict[AgentId, asyncio.Future[bool]] = {}
        self._line: dict[AgentId, None] = {}
        self._away: dict[AgentId, asyncio.TimerHandle] = {}
        self._is_stopped = False

    async def hold(self, agent_id: AgentId, wait_s: float, gone: Gone | None = None) -> bool:
        """Return when the agent's bell rings, after `wait_s` seconds at the latest; may be cancelled.

        Tell whether somebody still waits for the answer.
        """
        if self._is_stopped or wait_s <= 0:
            return True
        loop = asyncio.get_running_loop()
        bell: asyncio.Future[bool] = loop.create_future()
        self._held[agent_id] = bell
        timer = loop.call_later(wait_s, _ring, bell)
        watch = None if gone is None else asyncio.ensure_future(gone())
        if watch is not None:
            watch.add_done_callback(lambda _: _ring(bell, is_awaited=False))
        try:
            return await bell
        finally:
            timer.cancel()
            if watch is not None:
                watch.cancel()
            if self._held.get(agent_id) is bell:
                del self._held[agent_id]

    def ring(self, agent_id: AgentId) -> None:
        """Ring the bell of an agent now: somebody waits for its answer."""
        bell = self._held.get(agent_id)
        if bell is not None:
            _ring(bell)

    def ring_in_turn(self, agents: Iterable[AgentId]) -> None:
        """Ring the bells of agents, each when it is its turn; one that is not held needs none."""
        self._line.update(dict.fromkeys(agents))
        self._go_on()

    def is_back(self, agent_id: AgentId) -> None:
        """Note that an agent came: it is the next one's turn."""
        timer = self._away.pop(agent_id, None)
        if timer is not None:
            timer.cancel()
            self._go_on()

    def stop(self) -> None:
        """Ring all bells, and hold none from here on."""
        self._is_stopped = True
        self._line.clear()
        for timer in self._away.values():
            timer.cancel()
        self._away.clear()
        for bell in self._held.values():
            _ring(bell)

    @property
    def is_stopped(self) -> bool:
        """Tell whether no bell is held any more."""
        return self._is_stopped

    def _go_on(self) -> None:
        while self._line and len(self._away) < self._at_once:
            agent_id = next(iter(self._line))
            del self._line[agent_id]
            bell = self._held.get(agent_id)
            if bell is None or bell.done():
                continue
            _ring(bell)
            loop = asyncio.get_running_loop()
            self._away[agent_id] = loop.call_later(self._patience_s, self.is_back, agent_id)


def _ring(bell: "asyncio.Future[bool]", *, is_awaited: bool = True) -> None:
    if not bell.done():
        bell.set_result(is_awaited)
