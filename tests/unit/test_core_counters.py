"""Counters in local time: zones with whole and half hours, and days of 23 and 25 hours."""

import asyncio
import datetime
from collections.abc import Awaitable, Collection, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from muster.core.counters import (
    Counters,
    CountRequest,
    EventType,
    HourCount,
    TypeHour,
    local_hour,
    parse_description,
    parse_event_name,
    to_hour,
)
from muster.errors import InvalidInput, SettingsError
from muster.settings.zone import load_zone

BERLIN = ZoneInfo("Europe/Berlin")


class MemoryCounters:
    """A CounterStore of one event, `login`, in memory."""

    def __init__(self) -> None:
        self.by_hour: dict[int, int] = {}

    def add(self, request: CountRequest) -> Awaitable[bool]:
        async def work() -> bool:
            is_new = not self.by_hour
            for _, hour, times in request.adds:
                self.by_hour[hour] = self.by_hour.get(hour, 0) + times
            return is_new

        return work()

    async def types(self) -> list[EventType]:
        raise NotImplementedError

    async def change_type(self, type_id: int, **_: Any) -> EventType:
        raise NotImplementedError

    async def counts(self, first_hour: int, last_hour: int, *, limit: int) -> list[HourCount]:
        found = await self.hours_of("login", first_hour, last_hour)
        return [HourCount("login", hour, times) for hour, times in found.items()][:limit]

    async def hours_of(self, name: str, first_hour: int, last_hour: int) -> Mapping[int, int]:
        return {hour: n for hour, n in self.by_hour.items() if first_hour <= hour <= last_hour}

    async def hours_of_types(
        self, type_ids: Collection[int], first_hour: int, last_hour: int, *, limit: int
    ) -> list[TypeHour]:
        found = await self.hours_of("login", first_hour, last_hour)
        return [TypeHour(1, hour, times) for hour, times in found.items() if 1 in type_ids][:limit]


def counters(zone: datetime.tzinfo, day: str) -> Counters:
    """Counters with one event in each hour of three days around a date."""
    store = MemoryCounters()
    noon = to_hour(datetime.datetime.fromisoformat(f"{day}T12:00"), datetime.UTC)
    store.by_hour = dict.fromkeys(range(noon - 36, noon + 36), 1)
    return Counters(store, zone=lambda: zone, now_us=lambda: noon * 3_600_000_000 + 5)


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        (datetime.UTC, "2026-07-21", [1] * 24),
        (BERLIN, "2026-07-21", [1] * 24),
        (BERLIN, "2026-03-29", [1, 1, 0] + [1] * 21),
        (BERLIN, "2026-10-25", [1, 1, 2] + [1] * 21),
        (ZoneInfo("Asia/Kolkata"), "2026-07-21", [1] * 24),
        (ZoneInfo("America/St_Johns"), "2026-11-01", [1, 2] + [1] * 22),
    ],
)
def test_a_local_day_has_its_own_hours(zone: datetime.tzinfo, day: str, expected: list[int]) -> None:
    found = asyncio.run(counters(zone, day).day("login", datetime.date.fromisoformat(day)))
    assert found == expected


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [(datetime.UTC, "2026-07-21", 24), (BERLIN, "2026-03-29", 23), (BERLIN, "2026-10-25", 25)],
)
def test_a_span_holds_every_hour_of_its_days(zone: datetime.tzinfo, day: str, hours: int) -> None:
    first = datetime.datetime.fromisoformat(f"{day}T00:00")
    found = asyncio.run(counters(zone, day).span(first, first.replace(hour=23), limit=100))
    assert len(found) == hours
    assert found == sorted(found)
    assert {local_hour(each.hour, zone).date().isoformat() for each in found} == {day}


def test_a_span_with_too_much_in_it_is_refused() -> None:
    first = datetime.datetime(2026, 7, 21)
    with pytest.raises(InvalidInput, match="ask for less"):
        asyncio.run(counters(datetime.UTC, "2026-07-21").span(first, first.replace(hour=9), limit=9))


def test_an_addition_counts_in_the_current_hour() -> None:
    counted = counters(datetime.UTC, "2026-07-21")
    counted.store.by_hour.clear()  # type: ignore[attr-defined]

    async def add() -> bool:
        return await counted.add("login", 3)

    assert asyncio.run(add())
    assert counted.store.by_hour == {counted.this_hour: 3}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["a", "x" * 255, "ä" * 127, "a/b", "...", "a..b", ".a/b."])
def test_names(name: str) -> None:
    assert parse_event_name(name) == name


@pytest.mark.parametrize("name", ["", "x" * 256, "ä" * 128, "a\0", "\ud800", ".", "..", "a/../b", "./a"])
def test_wrong_names(name: str) -> None:
    with pytest.raises(InvalidInput):
        parse_event_name(name)


def test_descriptions() -> None:
    assert parse_description("x" * 1000) == "x" * 1000
    for text in ("x" * 1001, "\0"):
        with pytest.raises(InvalidInput):
            parse_description(text)


def test_time_zones_are_known_by_name() -> None:
    assert load_zone("UTC") is datetime.UTC
    assert load_zone("Europe/Berlin") == BERLIN
    for name in ("Europe/Nowhere", "", "../etc/passwd", "/etc/passwd", "a\0b"):
        with pytest.raises(SettingsError, match="display_timezone"):
            load_zone(name)
