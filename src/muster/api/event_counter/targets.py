"""What a raw path names: an event, and how often it happened."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from muster.core.counters import MAX_ADD, parse_event_name
from muster.errors import Forbidden, InvalidInput, NotFound

RESERVED = frozenset({"unique", "histogram"})
HISTOGRAM = "histogram/"
_NUMBER = re.compile(rb"[+-]?[0-9]+")
_MAX_DIGITS = 20


class Target(NamedTuple):
    """An event; `times` None: the path has no number."""

    name: str
    times: int | None


@lru_cache(4096)
def parse_target(tail: bytes) -> Target:
    """Return what the raw path after `/api/events/` names; one slash at its end does not count.

    The last segment is the number when it is nothing but digits and something precedes it; a slash
    inside a name may be written as it is or as `%2F`, which keeps a name's own digits in the name.
    Raises NotFound for a number out of range, Forbidden for a reserved name, InvalidInput for no name.
    """
    tail = tail.removesuffix(b"/")
    head, slash, last = tail.rpartition(b"/")
    digits = unquote_to_bytes(last)
    times = None
    if _NUMBER.fullmatch(digits) and (slash or not digits.isdigit()):
        times = _parse_times(digits)
        tail = head
    return Target(check_free(decode_name(tail)), times)


def decode_name(raw: bytes) -> str:
    """Return the event that a percent-encoded path names. Raises InvalidInput."""
    try:
        return parse_event_name(unquote_to_bytes(raw).decode())
    except UnicodeDecodeError:
        raise InvalidInput("expected UTF-8", field="event") from None


def check_free(name: str) -> str:
    """Return a name that may be counted. Raises Forbidden for those that are routes."""
    if name in RESERVED or name.startswith(HISTOGRAM):
        raise Forbidden(f"the name {name} is reserved")
    return name


def _parse_times(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > _MAX_DIGITS or not 1 <= int(digits) <= MAX_ADD:
        raise NotFound(f"expected a number from 1 to {MAX_ADD}")
    return int(digits)
