"""Times as logs write them, to RFC 3339.

A layout is a sample with letters for what varies: `Y` year, `y` its last two digits, `n` month in
digits, `M` its name, `d` day, `_` day padded with a blank, `D` short and `W` long day of the week, `H`
hour, `h` hour of twelve, `m` minute, `s` second with or without a fraction, `p` AM or PM, `z` offset
(`+0800`), `Z` offset with a colon or Z, `T` zone name. A quote stands before what is meant literally.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone

LAYOUTS = (
    "d/M/Y:H:m:s z",
    "Y/n/d H:m:s",
    "Y-n-d H:m:s z T",
    "Y-n-d H:m:s z",
    "Y-n-d H:m:s",
    "Y/n/d H:m:s z T",
    "Y/n/d H:m:s z",
    "Y-n-d z T",
    "Y-n-d z",
    "Y-n-d",
    "Y/n/d z T",
    "Y/n/d z",
    "Y/n/d",
    "d/n/Y--H:m:s",
    "d M y H:m",
    "D M _ H:m:s Y",
    "D M _ H:m:s T Y",
    "D M d H:m:s z Y",
    "d M y H:m T",
    "d M y H:m z",
    "W, d-M-y H:m:s T",
    "D, d M Y H:m:s T",
    "D, d M Y H:m:s z",
    "Y-n-d'TH:m:sZ",
    "Y-n-d'TH:m:s",
    "Y-n-d H:m:sZ",
    "Y/n/d'TH:m:s",
    "d-M-Y H:m:s",
    "d M Y H:m:s",
    "h:mp",
    "M _ H:m:s",
    "M d Y H:m:s",
)
"""Tried in this order; the first that fits holds."""

MAX_TEXT = 64

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_OF: Mapping[str, int] = {name.lower(): number for number, name in enumerate(_MONTHS, 1)}
_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_LONG_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_PARTS: Mapping[str, str] = {
    "Y": r"(?P<year>\d{4})",
    "y": r"(?P<short_year>\d\d)",
    "n": r"(?P<month>\d\d)",
    "M": f"(?P<month_name>{'|'.join(_MONTHS)})",
    "d": r"(?P<day>\d\d)",
    "_": r"(?P<day>[ \d]\d|\d)",
    "D": f"(?:{_DAYS})",
    "W": f"(?:{_LONG_DAYS})",
    "H": r"(?P<hour>\d\d)",
    "h": r"(?P<hour>\d\d?)",
    "m": r"(?P<minute>\d\d)",
    "s": r"(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?",
    "p": "(?P<half>AM|PM)",
    "z": r"(?P<offset>[+-]\d{4})",
    "Z": r"(?P<offset>Z|[+-]\d\d:\d\d)",
    "T": "(?:[A-Z]{3,5}|[+-][0-9]{2})",
}


def _compiled(layout: str) -> re.Pattern[str]:
    letters = iter(layout)
    parts = (
        re.escape(next(letters)) if letter == "'" else _PARTS.get(letter, re.escape(letter))
        for letter in letters
    )
    return re.compile("".join(parts), re.ASCII | re.IGNORECASE)


_COMPILED = tuple(_compiled(layout) for layout in LAYOUTS)


class Dates:
    """Reads times. `now` gives the year to those without one."""

    def __init__(self, offset_h: float, now: Callable[[], datetime]) -> None:
        self._offset = timedelta(hours=offset_h)
        self._now = now

    @property
    def is_moving(self) -> bool:
        """Whether hours are added."""
        return bool(self._offset)

    def to_rfc3339(self, text: str) -> str | None:
        """Return the time with its own offset, to the microsecond; none if no layout fits.

        `2017-04-05T17:25:06+08:00`. Without a zone it is UTC, without a year it is the latest that is
        not more than a day ahead. The configured hours are added.
        """
        text = text.strip()
        if not 0 < len(text) <= MAX_TEXT:
            return None
        found = next((each for layout in _COMPILED if (each := layout.fullmatch(text))), None)
        if found is None:
            return None
        try:
            read = _read(found.groupdict(), self._now) + self._offset
        except (ValueError, OverflowError):
            return None
        return read.isoformat().removesuffix("+00:00") + ("" if read.utcoffset() else "Z")


def _read(parts: Mapping[str, str | None], now: Callable[[], datetime]) -> datetime:
    """Return the time of named parts. Raises ValueError for one that does not exist."""
    clock = _clock(parts)
    zone = _zone(parts.get("offset"))
    if parts.get("day") is None:
        return datetime.combine(now().astimezone(zone).date(), clock, zone)
    name = parts.get("month_name")
    month = _MONTH_OF[name.lower()] if name else int(parts["month"] or 0)
    day = int(parts["day"] or 0)
    if short := parts.get("short_year"):
        # As Go reads it: 69 to 99 are of the last century.
        return datetime.combine(
            date(int(short) + (1900 if int(short) >= 69 else 2000), month, day), clock, zone
        )
    if year := parts.get("year"):
        return datetime.combine(date(int(year), month, day), clock, zone)
    return _latest(month, day, clock, now().astimezone(zone))


def _latest(month: int, day: int, clock: time, now: datetime) -> datetime:
    """Return the latest such day that is not more than a day ahead; a 29 February may be 8 years back."""
    for year in range(now.year + 1, now.year - 9, -1):
        try:
            found = datetime.combine(date(year, month, day), clock, now.tzinfo)
        except ValueError:
            continue
        if found <= now + timedelta(days=1):
            return found
    raise ValueError("no such day")


def _clock(parts: Mapping[str, str | None]) -> time:
    hour = int(parts.get("hour") or 0)
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if half.upper() == "PM" else 0)
    fraction = (parts.get("fraction") or "").ljust(6, "0")[:6]
    return time(hour, int(parts.get("minute") or 0), int(parts.get("second") or 0), int(fraction))


def _zone(offset: str | None) -> timezone:
    if offset is None or offset in "Zz":
        return UTC
    digits = offset[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-size if offset[0] == "-" else size) if size else UTC
