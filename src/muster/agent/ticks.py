"""A rhythm that is kept although what happens at each tick takes a while."""

import math


def seconds_to_tick(since_s: float, interval_s: float) -> float:
    """Return how long to wait for the next multiple of the interval, given the time since the start.

    Ticks that passed meanwhile are skipped, so what is slow never causes a burst.
    """
    return (math.floor(since_s / interval_s) + 1) * interval_s - since_s
