"""What happens to the machines of a demo, so that there is something to find; all by the time."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

DAY_S = 86_400.0
HOUR_S = 3_600.0

SPIKING, FILLING, LEAKING, FAILING, SILENT = 5, 6, 4, 10, 12
"""Numbers of machines: a processor was busy an hour ago, a disk fills, a program leaks memory, a
service fails since a change, and one does not answer any more."""

ERRORS_S = 20.0, 3 * HOUR_S
"""From when to when the service fails, after the fleet was first started."""


class Story(NamedTuple):
    """`since_s`: when the fleet was first started (Unix seconds); what happens is told from there."""

    since_s: int

    def of(self, number: int) -> Mapping[str, Callable[[float], float]]:
        """Return what replaces a machine's `memory` and `disk` in percent, or adds to its `cpu`, by time."""
        if number == SPIKING:
            return {"cpu": self._spike}
        if number == FILLING:
            return {"disk": self._filling}
        if number == LEAKING:
            return {"memory": self._leak}
        return {}

    def fails(self, t_s: float) -> bool:
        """Tell whether the service of `FAILING` fails at a time."""
        first, last = ERRORS_S
        return first <= t_s - self.since_s < last

    def _spike(self, t_s: float) -> float:
        """Eleven minutes, an hour before."""
        since_s = t_s - (self.since_s - 64 * 60)
        return 62.0 if 0 <= since_s < 11 * 60 else 0.0

    def _filling(self, t_s: float) -> float:
        """Two percent a day, 92 % at first; cleared at 99 %."""
        return 45 + (47 + 2.0 * (t_s - self.since_s) / DAY_S) % 54

    def _leak(self, t_s: float) -> float:
        """Three quarters of a percent an hour; the program is started again at 94 %."""
        return 42 + (44 + 0.75 * (t_s - self.since_s) / HOUR_S) % 52
