"""What can be asked of metrics: values over time on a grid, and the newest ones."""

import time
from collections.abc import Callable, Collection

import msgspec

from muster.core.metrics.grid import SECOND_US, Grid, parse_grid
from muster.core.metrics.ports import LastSample, SampleStore, Series, WindowStore
from muster.model.ids import AgentId
from muster.model.mark import WINDOW_S

RECENT_US = 15 * 60 * SECOND_US
"""A series without a sample for so long has no newest value."""

DAY_S = 86_400


class Answer(msgspec.Struct, frozen=True):
    """Series on one grid."""

    grid: Grid
    series: list[Series]


class Questions:
    """Answers from samples and rollups so that it does not show which of them it was."""

    def __init__(
        self,
        store: SampleStore,
        windows: WindowStore,
        *,
        interval_s: float,
        raw_days: Callable[[], int],
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        """`interval_s`: how often agents take samples; `raw_days`: how long these are kept."""
        self._store = store
        self._windows = windows
        self._interval_s = interval_s
        self._raw_days = raw_days
        self._now_us = now_us

    async def over_time(
        self,
        agents: Collection[AgentId],
        metrics: Collection[str],
        *,
        from_us: int,
        to_us: int,
        interval_s: float | None = None,
    ) -> Answer:
        """Return every series of these metrics between two times (Unix microseconds).

        Buckets are as `parse_grid` cuts them; a gauge is the mean of its samples, a counter its rise
        per second, None where there is no data. Raises InvalidInput, TooLarge, Unavailable.
        """
        now_s = self._now_us() // SECOND_US
        raw_since_s = now_s - self._raw_days() * DAY_S
        grid = parse_grid(from_us, to_us, interval_s=interval_s or self._interval_s, raw_since_s=raw_since_s)
        rolled_until_s = grid.end_s
        if grid.is_rolled:
            stale_s = await self._windows.oldest_stale(agents)
            if stale_s is not None:
                rolled_until_s = max(stale_s, raw_since_s // WINDOW_S * WINDOW_S)
        return Answer(grid, await self._store.buckets(agents, metrics, grid, rolled_until_s=rolled_until_s))

    async def last(self, agent_id: AgentId) -> list[LastSample]:
        """Return the newest sample of each series of an agent that still gets samples."""
        return await self._store.last(agent_id, since_us=self._now_us() - RECENT_US)
