"""The body of `POST /api/events`: a list of additions."""

import datetime
import re
from collections.abc import Sequence
from typing import Annotated

import msgspec

from muster.api.event_counter.targets import check_free
from muster.core.counters import HOUR_S, MAX_ADD, Add, parse_event_name
from muster.errors import CallerError, InvalidInput, TooLarge

MAX_ADDS = 10_000
AHEAD_S = 86_400
"""A clock that is wrong by more than a day is told so."""

_PLACE = re.compile(r"(?P<reason>.*) - at `\$(?P<place>.*)`", re.DOTALL)


class EventAdd(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event happened `count` times at `ts`: Unix seconds or ISO 8601 (UTC without a zone); else now."""

    event: str
    count: Annotated[int, msgspec.Meta(ge=1, le=MAX_ADD)] = 1
    ts: int | float | str | None = None


_decoder = msgspec.json.Decoder(list[EventAdd])


def parse_adds(body: bytes, now_s: float) -> Sequence[Add]:
    """Return the additions of a list.

    Raises CallerError when it is no JSON, TooLarge beyond 10 000 items, InvalidInput that names item
    and field, Forbidden for a reserved name.
    """
    try:
        items = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _placed(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CallerError(f"the body is not JSON: {error}") from None
    if len(items) > MAX_ADDS:
        raise TooLarge(f"the list has {len(items)} items, at most {MAX_ADDS} are accepted")
    return [_to_add(index, item, now_s) for index, item in enumerate(items)]


def _to_add(index: int, item: EventAdd, now_s: float) -> Add:
    try:
        name = check_free(parse_event_name(item.event))
        return Add(name, int(_to_seconds(item.ts, now_s) // HOUR_S), item.count)
    except InvalidInput as error:
        raise InvalidInput(f"[{index}].{error.message}") from None


def _to_seconds(ts: float | str | None, now_s: float) -> float:
    if ts is None:
        return now_s
    if isinstance(ts, str):
        try:
            time = datetime.datetime.fromisoformat(ts)
            ts = (time if time.tzinfo else time.replace(tzinfo=datetime.UTC)).timestamp()
        except (ValueError, OverflowError):
            raise InvalidInput("expected Unix seconds or ISO 8601", field="ts") from None
    if not 0 <= ts <= now_s + AHEAD_S:
        raise InvalidInput("expected a time from 1970 to a day ahead", field="ts")
    return ts


def _placed(text: str) -> InvalidInput:
    """Put the place of an error first: `[3].count: Expected ...`."""
    match = _PLACE.fullmatch(text)
    return InvalidInput(match["reason"], field=match["place"]) if match else InvalidInput(text, field="body")
