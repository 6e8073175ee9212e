"""Dates of this surface: `YYYYMMDD` and `YYYYMMDDHH`, local to the display time zone."""

import datetime

from muster.errors import InvalidInput

LAST_HOUR = 23


class BadDates(InvalidInput):
    """Dates that cannot be asked for; the text is the old service's own."""


def parse_span(start: str, end: str) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the first and the last hour of a span; a day alone means its first or last. Raises BadDates."""
    for text in (start, end):
        if not (text.isascii() and text.isdigit()):
            raise BadDates("Please give a valid date values")
    first, last = _parse_hour(start, 0), _parse_hour(end, LAST_HOUR)
    if first > last:
        raise BadDates("Back to the future?")
    return first, last


def parse_day(text: str) -> datetime.date:
    """Return the day of `YYYYMMDD`. Raises BadDates."""
    if len(text) != len("YYYYMMDD") or not (text.isascii() and text.isdigit()):
        raise BadDates("Invalid date format")
    return _parse_hour(text, 0).date()


def _parse_hour(text: str, hour: int) -> datetime.datetime:
    match len(text):
        case 8:
            text += f"{hour:02}"
        case 10:
            pass
        case _:
            raise BadDates("Invalid date format")
    try:
        return datetime.datetime(int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[8:]))
    except ValueError:
        raise BadDates("Invalid date format") from None
