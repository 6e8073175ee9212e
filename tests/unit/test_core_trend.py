"""The last half hour of the whole fleet."""

import math
from collections.abc import Sequence

import pytest

from muster.core.metrics.minutes import MINUTES, MinuteMeans
from muster.core.metrics.trend import to_band, to_sums, to_table

NOW = 1_000


def line(values: Sequence[float | None], until: int = NOW) -> MinuteMeans:
    """Return a line whose last value is of the minute `until`."""
    means = MinuteMeans()
    for number, value in enumerate(values):
        means.add(until - len(values) + 1 + number, value)
    return means


def test_minutes_that_are_over_stand_in_order_and_old_ones_are_gone() -> None:
    table = to_table([line([1.0, 2.0, 3.0]), line([7.0], NOW - MINUTES)], NOW)
    assert table.shape == (2, MINUTES - 1)
    assert table[0, -2:].tolist() == [1.0, 2.0]
    assert math.isnan(table[0, 0])
    assert all(map(math.isnan, table[1]))


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, (0.0, 0.0, 0.0)), (2, (0.5, 0.0, 1.0)), (11, (5.0, 1.0, 9.0)), (0, (None,) * 3)],
)
def test_the_middle_of_the_machines_makes_the_band(
    count: int, expected: tuple[float | None, float | None, float | None]
) -> None:
    band = to_band(to_table([line([float(value), 0.0]) for value in range(count)], NOW))
    assert (band.mean[-1], band.low[-1], band.high[-1]) == expected
    assert (band.mean[0], band.low[0], band.high[0]) == (None, None, None)
    assert len(band.mean) == MINUTES - 1


def test_machines_without_a_value_are_not_counted() -> None:
    band = to_band(to_table([line([10.0, 0.0]), line([None, 0.0])], NOW))
    assert (band.mean[-1], band.low[-1], band.high[-1]) == (10.0, 10.0, 10.0)


def test_traffic_is_the_sum_of_all() -> None:
    sums = to_sums(to_table([line([1.5, 2.0, 0.0]), line([None, 3.0, 0.0])], NOW))
    assert sums[-2:] == [1.5, 5.0]
    assert sums[0] is None
    assert to_sums(to_table([], NOW)) == [None] * (MINUTES - 1)
