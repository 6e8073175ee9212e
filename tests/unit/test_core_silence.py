"""Spans in which a machine measured nothing."""

import pytest

from muster.core.metrics.grid import SECOND_US, Grid
from muster.core.metrics.silence import iter_silences

GRID = Grid(start_s=1_000, step_s=10, count=12)
START_US, END_US = 1_000 * SECOND_US, 1_120 * SECOND_US


def silences(
    seen: str, *, from_us: int = START_US, to_us: int = END_US, interval_s: float = 10
) -> list[tuple[int, int]]:
    """Return the seconds of silences on a grid where `x` is a value and `.` is none."""
    values = [1.0 if each == "x" else None for each in seen]
    found = iter_silences(values, GRID, interval_s=interval_s, from_us=from_us, to_us=to_us)
    return [(silence.from_us // SECOND_US, silence.to_us // SECOND_US) for silence in found]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ("xxxxxxxxxxxx", []),
        ("xx.....xxxxx", []),
        ("xx......xxxx", [(1_020, 1_080)]),
        ("......xxxxxx", [(1_000, 1_060)]),
        ("xxxx........", [(1_040, 1_120)]),
        ("............", [(1_000, 1_120)]),
    ],
)
def test_a_minute_without_a_value_is_a_silence(seen: str, expected: list[tuple[int, int]]) -> None:
    assert silences(seen) == expected


def test_a_silence_ends_where_the_question_does() -> None:
    assert silences("............", from_us=1_005 * SECOND_US, to_us=1_095 * SECOND_US) == [(1_005, 1_095)]
    assert silences("............", from_us=1_005 * SECOND_US, to_us=1_064 * SECOND_US) == []


def test_a_machine_that_looks_seldom_is_not_silent_between_looks() -> None:
    assert silences("x.......xxxx", interval_s=30) == []
    assert silences("x.........xx", interval_s=30) == [(1_010, 1_100)]
