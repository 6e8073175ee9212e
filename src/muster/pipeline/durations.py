"""Spans of time as configurations write them."""

import math
import re
from collections.abc import Iterator, Mapping

from muster.pipeline.component import Problem

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def parse_duration_s(text: str) -> float:
    """Return the seconds of `30s`, `1h30m`, `720h`; a bare number counts seconds.

    Raises ValueError, also for less than nothing and for what has no end.
    """
    text = text.strip()
    try:
        seconds = float(text)
    except ValueError:
        parts = _PART.findall(text)
        seconds = sum(float(number) * _UNITS_S[unit] for number, unit in parts)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise ValueError(f"expected a duration such as 30s, 5m or 24h, not {text[:64]}")
    return seconds


def duration_problems(options: Mapping[str, str], *, may_be_zero: bool = True) -> Iterator[Problem]:
    """Yield the options that are no durations."""
    for name, text in options.items():
        try:
            seconds = parse_duration_s(text)
        except ValueError as error:
            yield Problem(name, str(error))
        else:
            if not seconds and not may_be_zero:
                yield Problem(name, "expected more than 0 s")
