"""Series: how often events happened in each hour, day, week or month of the display time zone."""

import datetime
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from muster.core.counters import HOUR_S, Counters, local_hour
from muster.errors import InvalidInput

MAX_TYPES = 50
MAX_BUCKETS = 2_000
MAX_COUNTS = 200_000
"""Most hours with a count that one question reads, of all events together."""

END_US = 4_102_444_800_000_000
"""The year 2100: nothing is counted later."""


class BucketStep(StrEnum):
    """How long a bucket is. Days begin at midnight of the zone, weeks on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Series(NamedTuple):
    """Counts by type. Bucket i begins at `starts[i]`, in local time, and ends where the next begins."""

    starts: Sequence[datetime.datetime]
    end: datetime.datetime
    counts: Mapping[int, Sequence[int]]


async def series(
    counters: Counters, type_ids: Collection[int], *, from_us: int, to_us: int, step: BucketStep
) -> Series:
    """Return the counts of whole buckets that cover a span; unknown types have none.

    An hour counts where it begins. Raises InvalidInput for a span without time or with too much of it,
    and for too many types.
    """
    if not 1 <= len(type_ids) <= MAX_TYPES:
        raise InvalidInput(f"expected 1-{MAX_TYPES} events", field="id")
    if not 0 <= from_us < to_us <= END_US:
        raise InvalidInput("expected a later moment than from, before 2100", field="to")
    starts, end = bucket_starts(from_us, to_us, step, counters.zone())
    edges = [start.timestamp() for start in starts]
    first_hour, end_hour = (-int(-moment // HOUR_S) for moment in (edges[0], end.timestamp()))
    found = await counters.store.hours_of_types(type_ids, first_hour, end_hour - 1, limit=MAX_COUNTS + 1)
    if len(found) > MAX_COUNTS:
        raise InvalidInput(f"more than {MAX_COUNTS} counts; ask for less time or fewer events", field="id")
    counts = {type_id: [0] * len(starts) for type_id in type_ids}
    for type_id, hour, times in found:
        counts[type_id][bisect_right(edges, hour * HOUR_S) - 1] += times
    return Series(starts, end, counts)


def bucket_starts(
    from_us: int, to_us: int, step: BucketStep, zone: datetime.tzinfo
) -> tuple[list[datetime.datetime], datetime.datetime]:
    """Return where the buckets begin that cover a span, and where the last one ends.

    Raises InvalidInput for more than `MAX_BUCKETS`.
    """
    edges = [_floor(from_us // 1_000_000, step, zone)]
    while edges[-1].timestamp() * 1_000_000 < to_us:
        if len(edges) > MAX_BUCKETS:
            raise InvalidInput(f"more than {MAX_BUCKETS} buckets; ask for less time", field="step")
        edges.append(_next(edges[-1], step, zone))
    return edges[:-1], edges[-1]


def _floor(moment_s: int, step: BucketStep, zone: datetime.tzinfo) -> datetime.datetime:
    if step is BucketStep.HOUR:
        return local_hour(moment_s // HOUR_S, zone)
    date = datetime.datetime.fromtimestamp(moment_s, zone).date()
    if step is BucketStep.WEEK:
        date -= datetime.timedelta(days=date.weekday())
    elif step is BucketStep.MONTH:
        date = date.replace(day=1)
    return _midnight(date, zone)


def _next(start: datetime.datetime, step: BucketStep, zone: datetime.tzinfo) -> datetime.datetime:
    if step is BucketStep.HOUR:
        return local_hour(int(start.timestamp()) // HOUR_S + 1, zone)
    date = start.date()
    if step is BucketStep.MONTH:
        return _midnight((date + datetime.timedelta(days=31)).replace(day=1), zone)
    return _midnight(date + datetime.timedelta(days=7 if step is BucketStep.WEEK else 1), zone)


def _midnight(date: datetime.date, zone: datetime.tzinfo) -> datetime.datetime:
    return datetime.datetime.combine(date, datetime.time(), zone)
