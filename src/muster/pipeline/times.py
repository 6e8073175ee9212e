"""Times in fields: read by a layout or by those that logs use, and written."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from muster.pipeline.distinct import map_distinct
from muster.pipeline.grok.dates import Dates

if TYPE_CHECKING:
    import polars

_TOKENS = (
    ("2006", "%Y"),
    ("January", "%B"),
    ("Jan", "%b"),
    ("Monday", "%A"),
    ("Mon", "%a"),
    ("MST", "%Z"),
    ("Z07:00", "%:z"),
    ("-07:00", "%:z"),
    ("Z0700", "%z"),
    ("-0700", "%z"),
    ("-07", "%z"),
    (".000000000", "%.9f"),
    (".999999999", "%.f"),
    (".000000", "%.6f"),
    (".999999", "%.f"),
    (".000", "%.3f"),
    (".999", "%.f"),
    ("PM", "%p"),
    ("pm", "%P"),
    ("01", "%m"),
    ("02", "%d"),
    ("03", "%I"),
    ("04", "%M"),
    ("05", "%S"),
    ("06", "%y"),
    ("15", "%H"),
    ("_2", "%e"),
    ("1", "%-m"),
    ("2", "%-d"),
    ("3", "%-I"),
    ("4", "%-M"),
    ("5", "%-S"),
)
"""Parts of a layout as Go writes them (package time, Layout), and as chrono does."""


@cache
def to_strftime(layout: str) -> str:
    """Return a layout for the engine; one with `%` is taken as it stands."""
    if "%" in layout:
        return layout
    parts: list[str] = []
    at = 0
    while at < len(layout):
        token, directive = next(
            (pair for pair in _TOKENS if layout.startswith(pair[0], at)), (layout[at], layout[at])
        )
        parts.append(directive)
        at += len(token)
    return "".join(parts)


def to_utc(text: "polars.Series") -> "polars.Series":
    """Return RFC 3339 text, or what `grok.dates` can read, as times in UTC; null where it is none."""
    return map_distinct(text, _to_utc)


def _to_utc(text: "polars.Series") -> "polars.Series":
    import polars

    found = text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    at = (found.is_null() & text.is_not_null()).arg_true()
    if len(at) == 0:
        return found
    to_rfc3339 = Dates(0, _utc_now).to_rfc3339
    read = [_known(to_rfc3339, each) for each in text.gather(at)]
    return found.scatter(at, polars.Series(read, dtype=found.dtype))


def read_layout(text: "polars.Series", layout: str) -> "polars.Series":
    """Return text of one layout as times in UTC; without a zone it is UTC; null where it does not fit."""
    form = to_strftime(layout)
    if any(part in form for part in ("%z", "%:z", "%+", "%#z")):
        return text.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)
    return text.str.to_datetime(form, time_unit="us", strict=False).dt.replace_time_zone("UTC")


def write_layout(times: "polars.Series", layout: str) -> "polars.Series":
    """Return times as text of a layout; without one RFC 3339, as short as possible."""
    if layout:
        return times.dt.strftime(to_strftime(layout))
    if not (times.dt.microsecond() != 0).any():
        return times.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return times.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").str.replace(r"\.?0*Z$", "Z")


def _known(to_rfc3339: Callable[[str], str | None], text: str) -> datetime | None:
    found = to_rfc3339(text)
    return None if found is None else datetime.fromisoformat(found)


def _utc_now() -> datetime:
    return datetime.now(UTC)
