"""The last half hour of one value, as means by minute."""

import math
from array import array

STEP_S = 60
MINUTES = 30


class MinuteMeans:
    """Means of the last `MINUTES` minutes, by minute modulo their number."""

    def __init__(self) -> None:
        self._means = array("d", [math.nan] * MINUTES)
        self._minutes = array("q", [-1] * MINUTES)
        self._count = 0

    @property
    def means(self) -> bytes:
        """The means as doubles, by minute modulo `MINUTES`."""
        return self._means.tobytes()

    @property
    def minutes(self) -> bytes:
        """The minutes of the means as 64-bit integers, in the same order."""
        return self._minutes.tobytes()

    def add(self, minute: int, value: float | None) -> None:
        """Add a value to the mean of its minute, which must not be before the newest one."""
        if value is None:
            return
        at = minute % MINUTES
        if self._minutes[at] != minute:
            self._minutes[at], self._means[at], self._count = minute, value, 1
        else:
            self._count += 1
            self._means[at] += (value - self._means[at]) / self._count

    def fill(self, earlier: "MinuteMeans") -> None:
        """Take over the minutes of another one that are missing here."""
        for at in range(MINUTES):
            if self._minutes[at] < earlier._minutes[at]:
                self._minutes[at], self._means[at] = earlier._minutes[at], earlier._means[at]

    def until(self, minute: int) -> list[float | None]:
        """Return the means up to a minute, the oldest first."""
        wanted = range(minute - MINUTES + 1, minute + 1)
        return [self._means[m % MINUTES] if self._minutes[m % MINUTES] == m else None for m in wanted]
