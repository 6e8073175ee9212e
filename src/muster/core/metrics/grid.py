"""The grid of a question: aligned buckets, few enough to draw."""

import math

import msgspec

from muster.errors import InvalidInput
from muster.model.mark import WINDOW_S

SECOND_US = 1_000_000
BUCKETS = 300
"""About so many are drawn of a long span."""

DAY_S = 86_400
MAX_SPAN_S = 400 * DAY_S


class Grid(msgspec.Struct, frozen=True):
    """`count` buckets of `step_s` seconds, the first one at `start_s`, a multiple of `step_s` (Unix seconds).

    `is_rolled`: each bucket is made of whole windows, so that rollups can answer.
    """

    start_s: int
    step_s: int
    count: int

    @property
    def end_s(self) -> int:
        """The end of the last bucket, exclusive."""
        return self.start_s + self.step_s * self.count

    @property
    def is_rolled(self) -> bool:
        """Tell whether each bucket is made of whole windows."""
        return self.step_s % WINDOW_S == 0


def parse_grid(from_us: int, to_us: int, *, interval_s: float, raw_since_s: int) -> Grid:
    """Return the grid that covers `from_us` to `to_us`, in about 300 buckets when the span is long.

    A bucket is the larger of `interval_s` (how often samples are taken) and a 300th of the span, rounded
    up to a multiple of the interval. Where rollups can answer, it is the nearest multiple of a window: for
    a day and more, for buckets of 5 minutes and more, and for all that begins before `raw_since_s` (when
    samples are gone). Raises InvalidInput that names the field.
    """
    if to_us <= from_us:
        raise InvalidInput("expected a time after `from`", field="to")
    span_s = (to_us - from_us) / SECOND_US
    if span_s > MAX_SPAN_S:
        raise InvalidInput(f"expected a span of at most {MAX_SPAN_S // DAY_S} days", field="from")
    unit_s = max(1, math.ceil(interval_s))
    step_s = unit_s * max(1, math.ceil(span_s / BUCKETS / unit_s))
    if span_s >= DAY_S or step_s >= WINDOW_S or from_us < raw_since_s * SECOND_US:
        step_s = WINDOW_S * max(math.ceil(unit_s / WINDOW_S), round(span_s / BUCKETS / WINDOW_S))
    start_s = from_us // SECOND_US // step_s * step_s
    return Grid(start_s, step_s, -((start_s * SECOND_US - to_us) // (step_s * SECOND_US)))
