"""When something is done again and again (behaviour 3c): `@every 1m`, `loop 10s`, `@daily`, six fields."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from muster.pipeline.durations import parse_duration_s

LEAST_S = 1.0
"""Nothing is done more often."""

FAR_DAYS = 366 * 5
NEVER_S = math.inf

_SHORT = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""The lowest and the highest value of seconds, minutes, hours, days, months and days of the week."""

_PART = re.compile(r"(\*|\?|\d+(?:-\d+)?)(?:/(\d+))?")


class Schedule(Protocol):
    """When something is due."""

    @property
    def every_s(self) -> float | None:
        """The seconds from one time to the next; None where the time of day decides."""
        ...

    def next_after(self, now_s: float) -> float:
        """Return the next time, both in Unix seconds; infinity: never."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Due again and again after a span."""

    every_s: float

    def next_after(self, now_s: float) -> float:
        """Return the next time."""
        return now_s + self.every_s


@dataclass(frozen=True, slots=True)
class Cron:
    """Due at times of the day, in this machine's time zone."""

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_any_day: bool
    is_any_weekday: bool

    @property
    def every_s(self) -> None:
        """The time of day decides."""
        return None

    def next_after(self, now_s: float) -> float:
        """Return the next time."""
        now = datetime.fromtimestamp(now_s)
        for ahead in range(FAR_DAYS):
            day = now.date() + timedelta(days=ahead)
            if not self._is_day(day):
                continue
            times = (
                (hour, minute, second)
                for hour in sorted(self.hours)
                if ahead or hour >= now.hour
                for minute in sorted(self.minutes)
                if ahead or (hour, minute) >= (now.hour, now.minute)
                for second in sorted(self.seconds)
            )
            for time in times:
                at = datetime(day.year, day.month, day.day, *time)
                if at > now and at.timestamp() > now_s:
                    return at.timestamp()
        return NEVER_S

    def _is_day(self, day: date) -> bool:
        """Tell whether a day is meant; a day and a day of the week, when both are named: either."""
        if day.month not in self.months:
            return False
        is_day, is_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.is_any_day or self.is_any_weekday:
            return is_day and is_weekday
        return is_day or is_weekday


def parse_schedule(text: str) -> Schedule:
    """Return the schedule of a text. Raises ValueError that says what is expected."""
    words = text.split()
    if words and words[0] in ("loop", "@every"):
        if len(words) > 2 or (words[0] == "@every" and len(words) == 1):
            raise ValueError(f"expected `{words[0]} 30s`")
        span_s = parse_duration_s(words[1]) if len(words) == 2 else LEAST_S
        if span_s < LEAST_S:
            raise ValueError(f"expected {LEAST_S:g} s or more")
        return Every(span_s)
    parts = _SHORT.get(text.strip(), text).lower().split()
    if len(parts) != len(_FIELDS):
        raise ValueError(
            "expected `@every 30s`, `loop 30s`, @hourly, @daily, or six fields: "
            "second minute hour day month weekday"
        )
    parts[4], parts[5] = _to_numbers(parts[4], _MONTHS, 1), _to_numbers(parts[5], _DAYS, 0)
    second, minute, hour, day, month, weekday = (
        _parse_field(part, *bounds) for part, bounds in zip(parts, _FIELDS, strict=True)
    )
    return Cron(
        *(second, minute, hour, day, month),
        weekdays=frozenset(number % 7 for number in weekday),
        is_any_day=parts[3][0] in "*?",
        is_any_weekday=parts[5][0] in "*?",
    )


def _to_numbers(part: str, names: tuple[str, ...], first: int) -> str:
    for number, name in enumerate(names, start=first):
        part = part.replace(name, str(number))
    return part


def _parse_field(part: str, least: int, most: int) -> frozenset[int]:
    found: set[int] = set()
    for piece in part.split(","):
        match = _PART.fullmatch(piece)
        if match is None:
            raise ValueError(f"cannot read {piece[:32]!r}: expected *, 5, 1-5, */10 or several by commas")
        span, step = match[1], int(match[2] or 1)
        begin, _, end = (f"{least}-{most}" if span in "*?" else span).partition("-")
        last = int(end or (most if match[2] else begin))
        if not least <= int(begin) <= last <= most or not step:
            raise ValueError(f"{piece[:32]!r} is not within {least}-{most}")
        found.update(range(int(begin), last + 1, step))
    return frozenset(found)


class Alarm:
    """Says when it is time again. Spans are measured by a clock that does not jump."""

    def __init__(
        self, schedule: Schedule, *, is_due_now: bool, now_s: Callable[[], float], at_s: Callable[[], float]
    ) -> None:
        self._schedule = schedule
        self._now_s = now_s
        self._at_s = at_s
        self._set_s = self._read()
        self._due_s = self._set_s if is_due_now else schedule.next_after(self._set_s)

    def is_due(self) -> bool:
        """Tell whether it is time; if so, the next time is the one after now."""
        now_s = self._read()
        if now_s < self._set_s:  # The clock was set back.
            self._due_s = self._schedule.next_after(now_s)
        self._set_s = now_s
        if now_s < self._due_s:
            return False
        self._due_s = self._schedule.next_after(now_s)
        return True

    def _read(self) -> float:
        return self._now_s() if self._schedule.every_s is None else self._at_s()
