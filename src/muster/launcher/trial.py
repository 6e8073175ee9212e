"""Watches a new version until it has checked in, or has failed to."""

import threading
import time
from collections.abc import Callable

from muster.launcher.child import Child

MAX_TICK_S = 1.0


class Trial:
    """`is_healthy` tells whether the version has checked in, `is_reachable` whether the server is there."""

    def __init__(
        self,
        child: Child,
        *,
        is_healthy: Callable[[], bool],
        is_reachable: Callable[[], bool],
        window_s: float,
        stopping: threading.Event,
    ) -> None:
        self._child = child
        self._is_healthy = is_healthy
        self._is_reachable = is_reachable
        self._window_s = window_s
        self._stopping = stopping

    def watch(self) -> str:
        """Wait; return why the version is not accepted, nothing when it is, or everything shall stop.

        Only time in which the server can be reached counts against the window.
        """
        reachable_s = 0.0
        tick_s = min(MAX_TICK_S, self._window_s / 20)
        before_s = time.monotonic()
        while not self._stopping.is_set():
            code = self._child.wait(tick_s)
            if self._is_healthy():
                return ""
            if code is not None:
                last = f": {self._child.last_line}" if self._child.last_line else ""
                return f"it {ended(code)} before it checked in{last}"
            is_there = self._is_reachable()
            now_s = time.monotonic()
            reachable_s += now_s - before_s if is_there else 0.0
            before_s = now_s
            if reachable_s >= self._window_s:
                return f"it did not check in within {self._window_s:g} s, while the server could be reached"
        return ""


def ended(code: int) -> str:
    """Return an exit code, negative for a signal, in words."""
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
