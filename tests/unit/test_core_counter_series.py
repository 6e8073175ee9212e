"""Buckets of events: days of 23 and 25 hours, zones with half hours, weeks, months, and their bounds."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from muster.core.counter_series import MAX_BUCKETS, BucketStep, Series, bucket_starts, series
from muster.core.counters import Counters
from muster.errors import InvalidInput
from tests.unit.test_core_counters import MemoryCounters

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
HOUR_US = 3_600_000_000


def us(text: str, zone: ZoneInfo = BERLIN) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1_000_000


def ask(hours: dict[int, int], first: str, last: str, step: BucketStep, zone: ZoneInfo = BERLIN) -> Series:
    store = MemoryCounters()
    store.by_hour = hours
    counters = Counters(store, zone=lambda: zone)
    return asyncio.run(series(counters, [1, 2], from_us=us(first, zone), to_us=us(last, zone), step=step))


def one_an_hour(first: str, last: str, zone: ZoneInfo = BERLIN) -> dict[int, int]:
    return dict.fromkeys(range(us(first, zone) // HOUR_US, us(last, zone) // HOUR_US), 1)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-21", 24)])
def test_a_day_has_its_own_hours(day: str, hours: int) -> None:
    each = one_an_hour("2026-01-01", "2026-12-31")
    by_day = ask(each, f"{day}T05:00", f"{day}T06:00", BucketStep.DAY)
    assert [start.isoformat()[:10] for start in by_day.starts] == [day]
    assert by_day.counts == {1: [hours], 2: [0]}
    by_hour = ask(each, by_day.starts[0].isoformat()[:16], by_day.end.isoformat()[:16], BucketStep.HOUR)
    assert by_hour.counts[1] == [1] * hours


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    each = one_an_hour("2025-12-01", "2026-04-01")
    weeks = ask(each, "2026-01-01", "2026-01-14", BucketStep.WEEK)
    assert [f"{start:%Y-%m-%d}" for start in weeks.starts] == ["2025-12-29", "2026-01-05", "2026-01-12"]
    assert weeks.counts[1] == [168, 168, 168]
    months = ask(each, "2025-12-31", "2026-03-01", BucketStep.MONTH)
    assert [f"{start:%Y-%m-%d}" for start in months.starts] == ["2025-12-01", "2026-01-01", "2026-02-01"]
    assert months.counts[1] == [31 * 24, 31 * 24, 28 * 24]
    assert f"{months.end:%Y-%m-%d}" == "2026-03-01"


def test_an_hour_counts_where_it_begins() -> None:
    before_midnight = us("2026-11-20T23:30", KOLKATA) // HOUR_US
    days = ask({before_midnight: 5}, "2026-11-20", "2026-11-22", BucketStep.DAY, KOLKATA)
    assert days.counts[1] == [5, 0]


def test_bounds() -> None:
    end = us("2026-01-01T00:00") + MAX_BUCKETS * HOUR_US
    starts, _ = bucket_starts(us("2026-01-01T00:00"), end, BucketStep.HOUR, UTC)
    assert len(starts) == MAX_BUCKETS
    with pytest.raises(InvalidInput, match="buckets"):
        bucket_starts(us("2026-01-01T00:00"), end + 1, BucketStep.HOUR, UTC)
    with pytest.raises(InvalidInput, match="later"):
        ask({}, "2026-01-02", "2026-01-02", BucketStep.DAY)
    with pytest.raises(InvalidInput, match="2100"):
        ask({}, "2026-01-02", "2101-01-02", BucketStep.MONTH)
