"""What can be asked of logs, and how it is written down."""

import re

from muster.core.logs.ports import Place
from muster.core.metrics.grid import SECOND_US, Grid
from muster.errors import InvalidInput

MAX_BUCKETS = 120
STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 10_800, 21_600, 43_200),
    *(86_400, 172_800, 604_800, 1_209_600, 2_592_000),
)
MAX_SPAN_US = MAX_BUCKETS * STEPS_S[-1] * SECOND_US

_PLACE = re.compile(r"(\d{1,17})-(\d{1,17})-(\d{1,10})", re.ASCII)
_MARK = re.compile(r"(\d{1,17})-(\d{1,10})", re.ASCII)
MAX_ROW = 2**32 - 1


def parse_span(from_us: int, to_us: int) -> tuple[int, int]:
    """Return the two times. Raises InvalidInput when the second is not after the first."""
    if to_us <= from_us:
        raise InvalidInput("expected a time after `from`", field="to")
    return from_us, to_us


def log_grid(from_us: int, to_us: int) -> Grid:
    """Return the grid that covers the time between two times in at most about 120 buckets.

    Raises InvalidInput that names the field.
    """
    parse_span(from_us, to_us)
    if to_us - from_us > MAX_SPAN_US:
        raise InvalidInput(
            f"expected a span of at most {MAX_SPAN_US // SECOND_US // 86_400} days", field="from"
        )
    step_s = next(step_s for step_s in STEPS_S if (to_us - from_us) <= step_s * MAX_BUCKETS * SECOND_US)
    start_s = from_us // SECOND_US // step_s * step_s
    return Grid(start_s, step_s, -((start_s * SECOND_US - to_us) // (step_s * SECOND_US)))


def to_text(place: Place) -> str:
    """Return a place as text that `parse_place` reads."""
    return f"{place.ts_us}-{place.received_us}-{place.row}"


def parse_place(text: str, field: str) -> Place:
    """Return the place that a text names. Raises InvalidInput."""
    match = _PLACE.fullmatch(text)
    if match is None or int(match[3]) > MAX_ROW:
        raise InvalidInput("expected what an answer named", field=field)
    return Place(*map(int, match.groups()))


def parse_mark(text: str, field: str) -> tuple[int, int]:
    """Return up to where a watcher has seen: time of receipt and row. Raises InvalidInput."""
    match = _MARK.fullmatch(text)
    if match is None or int(match[2]) > MAX_ROW:
        raise InvalidInput("expected the id of an event", field=field)
    return int(match[1]), int(match[2])
