"""Time and chance as parameters, so that tests own them."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple


class Clock(NamedTuple):
    """`now_us`: Unix microseconds; `monotonic_s`: never goes back; `random`: uniform in [0, 1)."""

    now_us: Callable[[], int]
    monotonic_s: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]


def system_clock() -> Clock:
    """Return the clock of this machine."""
    return Clock(lambda: time.time_ns() // 1000, time.monotonic, asyncio.sleep, random.random)
