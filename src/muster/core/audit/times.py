"""Times of events: every form that a sender may use, and the one form that is kept."""

import datetime
import math
from collections.abc import Sequence
from typing import NamedTuple, cast

from muster.errors import InvalidInput

Time = datetime.datetime

EPOCH = Time(1970, 1, 1, tzinfo=datetime.UTC)
DAY_S = 86_400
SECOND_US = 1_000_000
MILLISECONDS_FROM = 2e10
"""A number beyond this (the year 2603 in seconds) counts milliseconds."""

EXPECTED = "expected ISO 8601 such as 2023-12-05T12:55:52Z, or seconds or milliseconds since 1970"

_COMMON = len("2023-12-05T12:55:52.805022+00:00")
_parse_iso = Time.fromisoformat


class Moment(NamedTuple):
    """A time as Unix microseconds and as the text that is kept and answered."""

    ts_us: int
    text: str


def parse_moments(values: Sequence[object]) -> tuple[list[int], list[str]]:
    """Return Unix microseconds and texts of many times, fast for the form that most libraries write.

    Raises InvalidInput; ask `parse_moment` for each to learn which one.
    """
    try:
        times = [_parse_iso(value) for value in values]  # type: ignore[arg-type]
        since = [time - EPOCH for time in times]
    except (TypeError, ValueError):
        moments = [parse_moment(value) for value in values]
        return [moment.ts_us for moment in moments], [moment.text for moment in moments]
    texts = cast("Sequence[str]", values)
    ts_us = [(d.days * DAY_S + d.seconds) * SECOND_US + d.microseconds for d in since]
    return ts_us, [
        value[:26] + "Z"
        if len(value) == _COMMON
        and value[26:] == "+00:00"
        and value[10] == "T"
        and value[19] == "."
        and value[5] != "W"
        and us % SECOND_US
        else to_text(us)
        for value, us in zip(texts, ts_us, strict=True)
    ]


def parse_moment(value: object) -> Moment:
    """Return a time: ISO 8601 text, without a zone UTC, or seconds or milliseconds since 1970.

    Raises InvalidInput.
    """
    try:
        match value:
            case bool():
                pass
            case int() | float():
                return _moment(_from_number(value))
            case str():
                time = _parse_iso(value)
                return _moment(time if time.tzinfo else time.replace(tzinfo=datetime.UTC))
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(EXPECTED, field="event_ts")


def to_time(ts_us: int) -> Time:
    """Return the time of Unix microseconds. Raises OverflowError outside the years 1-9999."""
    return EPOCH + datetime.timedelta(microseconds=ts_us)


def to_text(ts_us: int) -> str:
    """Return Unix microseconds as they are answered: with `Z`, and six decimals or none."""
    try:
        return to_time(ts_us).isoformat()[:-6] + "Z"
    except OverflowError:
        raise InvalidInput("expected a time in the years 1-9999", field="event_ts") from None


def _moment(time: Time) -> Moment:
    since = time - EPOCH
    ts_us = (since.days * DAY_S + since.seconds) * SECOND_US + since.microseconds
    return Moment(ts_us, to_text(ts_us))


def _from_number(number: float) -> Time:
    if not math.isfinite(number):
        raise ValueError("not finite")
    if abs(number) > MILLISECONDS_FROM:
        number = number / 1000
    return EPOCH + datetime.timedelta(seconds=number)
