"""Numbers over time that look like those of machines, as functions of the time: nothing is kept."""

import math
from typing import NamedTuple

DAY_S = 86_400.0


class Wave(NamedTuple):
    """A mean that a day's swing and a faster one move; `phase` in radians."""

    mean: float
    daily: float
    fast: float
    period_s: float
    phase: float

    def at(self, t_s: float) -> float:
        """Return the value at a time in Unix seconds."""
        return (
            self.mean
            + self.daily * math.sin(2 * math.pi * t_s / DAY_S + self.phase)
            + self.fast * math.sin(2 * math.pi * t_s / self.period_s + self.phase)
        )

    def sum(self, from_s: float, to_s: float) -> float:
        """Return the integral between two times: a counter, when `daily` + `fast` are below the mean."""

        def swing(amplitude: float, period_s: float) -> float:
            speed = 2 * math.pi / period_s
            return (
                amplitude
                / speed
                * (math.cos(speed * from_s + self.phase) - math.cos(speed * to_s + self.phase))
            )

        return self.mean * (to_s - from_s) + swing(self.daily, DAY_S) + swing(self.fast, self.period_s)


def at_noon() -> float:
    """Return the phase of a wave whose daily swing is highest at 13:00 UTC."""
    return math.pi / 2 - 2 * math.pi * 13 / 24


def clamp(value: float, low: float, high: float) -> float:
    """Return the value, no less than `low` and no more than `high`."""
    return min(high, max(low, value))
