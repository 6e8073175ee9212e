"""Load: the mean number of runnable tasks."""

import os
from collections.abc import Iterator

from muster.agent.collect.sample import Sample, sample

Load = tuple[float, float, float]
"""Over 1, 5 and 15 minutes."""


def read_load() -> Load:
    """Return the load, with the two decimals that systems give. Raises OSError."""
    one, five, fifteen = os.getloadavg()
    return round(one, 2), round(five, 2), round(fifteen, 2)


def load_samples(load: Load) -> Iterator[Sample]:
    """Return the three means."""
    for span, value in zip(("1m", "5m", "15m"), load, strict=True):
        yield sample(f"load.{span}", value)
