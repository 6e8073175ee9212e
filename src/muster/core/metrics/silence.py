"""Spans in which a machine measured nothing."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from muster.core.metrics.grid import SECOND_US, Grid

SHORTEST_S = 60
"""A shorter span without a sample is a late one, no silence."""


class Silence(NamedTuple):
    """From when to when (Unix microseconds)."""

    from_us: int
    to_us: int


def iter_silences(
    values: Sequence[float | None], grid: Grid, *, interval_s: float, from_us: int, to_us: int
) -> Iterator[Silence]:
    """Yield the spans without a value between two times, as exactly as the grid tells.

    `interval_s`: how often samples are taken; less than three of them may always be late.
    """
    shortest_us = max(SHORTEST_S, 3 * interval_s) * SECOND_US
    start_us: int | None = None
    ends = [grid.start_s + number * grid.step_s for number in range(grid.count + 1)]
    for at_s, value in zip(ends, [*values, 0.0], strict=True):
        if value is None:
            start_us = at_s * SECOND_US if start_us is None else start_us
        elif start_us is not None:
            silence = Silence(max(start_us, from_us), min(at_s * SECOND_US, to_us))
            if silence.to_us - silence.from_us >= shortest_us:
                yield silence
            start_us = None
