"""Rollups: windows that got samples are computed anew from all of theirs, until none is out of date."""

from collections.abc import Callable, Sequence
from typing import Protocol

from muster.core.metrics.ports import WindowStore
from muster.failpoints import Reach, ignore
from muster.model.mark import WINDOW_S, Window

SETTLE_S = 20
"""A window is left alone for so long after its end: samples of its last seconds are under way."""

WINDOWS_AT_ONCE = 2_000
ROLL_UP_S = 30.0
"""How often somebody should call `RollUp.run`."""


class RollupStore(Protocol):
    """Computes rollups where the samples are."""

    def roll_up(self, windows: Sequence[Window]) -> None:
        """Compute the rollups of these windows from all their samples, in place of those there were.

        A rollup stays as it is when the samples that are left are not more than it was made of.
        Durable on return; doing it again does no harm. Blocks. Raises Unavailable.
        """
        ...


class RollUp:
    """Brings rollups up to date. One call at a time."""

    def __init__(
        self,
        windows: WindowStore,
        store: RollupStore,
        *,
        now_s: Callable[[], float],
        reach: Reach = ignore,
    ) -> None:
        self._windows = windows
        self._store = store
        self._now_s = now_s
        self._reach = reach

    def run(self) -> int:
        """Roll up every window that is over and out of date; return how many. Blocks. Raises Unavailable.

        A window that gets samples meanwhile has another revision by then and stays out of date.
        """
        before_s = int(self._now_s()) - SETTLE_S - WINDOW_S + 1
        done = 0
        while stale := self._windows.load_stale(before_s=before_s, limit=WINDOWS_AT_ONCE):
            self._store.roll_up([window for window, _ in stale])
            self._reach("server.rollup.before_forget")
            self._windows.forget_stale(stale)
            done += len(stale)
            if len(stale) < WINDOWS_AT_ONCE:
                break
        return done
