"""Bodies of events: a JSON array, or a JSON object on each line; payloads stay the bytes they came as."""

import json
import operator
import re

import msgspec

from muster.api.audit_events.errors import WrongRequest, wrong_event, wrong_json
from muster.core.audit.events import WrongEvent, make_batch
from muster.core.audit.ports import AuditBatch
from muster.core.audit.times import parse_moment, parse_moments
from muster.errors import InvalidInput, TooLarge
from muster.model.audit import CONTROL_APPLICATION, Source

NDJSON = "application/x-ndjson"
MAX_EVENTS = 100_000
"""Of one request."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_LINE = re.compile(rb"[^\n]*\S[^\n]*")


class Event(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """An event as it is sent."""

    event_ts: str | int | float
    application_name: str
    event_kind: str
    payload: msgspec.Raw


FIELDS = len(Event.__struct_fields__)
_ONCE_EACH = {b'"event_': 2, b'"application_name"': 1, b'"payload"': 1}
"""How often these stand in an event, unless its payload has them too."""

_ESCAPED_NAME = re.compile(rb"\\u00[5-7]")
"""A letter of a field's name may be written so."""

_ARRAY = msgspec.json.Decoder(list[Event])
_EVENT = msgspec.json.Decoder(Event)
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_source_of = operator.attrgetter("application_name", "event_kind")


def decode_events(body: bytes, *, is_ndjson: bool) -> AuditBatch:
    """Return the events of a body as the log takes them. Raises WrongRequest or TooLarge."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise WrongRequest(["body"], f"not UTF-8 at byte {error.start}") from None
    events = _decode(body, is_ndjson=is_ndjson)
    if len(events) > MAX_EVENTS:
        raise TooLarge(f"{len(events)} events, at most {MAX_EVENTS} are accepted at once")
    if b"\\u0000" in body:
        _check_nul(events)
    if _may_repeat(body, len(events)):
        _check_repeats(body, is_ndjson=is_ndjson)
    names = list(map(_source_of, events))
    distinct = {pair: Source(*pair) for pair in set(names)}
    sources = list(map(distinct.__getitem__, names))
    if any(source.application == CONTROL_APPLICATION for source in distinct.values()):
        item = next(i for i, source in enumerate(sources) if source.application == CONTROL_APPLICATION)
        reason = f"{CONTROL_APPLICATION!r} is kept for the server's own actions"
        raise WrongRequest(["body", item, "application_name"], reason)
    ts_us, texts = _moments(events)
    try:
        return make_batch(ts_us, texts, sources, [event.payload for event in events])
    except WrongEvent as error:
        raise wrong_event(error) from None


def _decode(body: bytes, *, is_ndjson: bool) -> list[Event]:
    if not is_ndjson:
        try:
            return _ARRAY.decode(body)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise wrong_json(error) from None
    events: list[Event] = []
    for item, line in enumerate(_LINE.findall(body)):
        try:
            events.append(_EVENT.decode(line))
        except (msgspec.MsgspecError, RecursionError) as error:
            raise wrong_json(error, item) from None
    return events


def _moments(events: list[Event]) -> tuple[list[int], list[str]]:
    try:
        return parse_moments([event.event_ts for event in events])
    except InvalidInput:
        for item, event in enumerate(events):
            try:
                parse_moment(event.event_ts)
            except InvalidInput as error:
                reason = error.message.partition(": ")[2]
                raise WrongRequest(["body", item, "event_ts"], reason) from None
        raise


def _check_nul(events: list[Event]) -> None:
    for item, event in enumerate(events):
        if _NUL.search(bytes(event.payload)):
            raise WrongRequest(["body", item, "payload"], "must not contain U+0000")


def _may_repeat(body: bytes, events: int) -> bool:
    """Tell whether a field may stand twice in an event: the decoder would take the last one."""
    return any(body.count(name) != times * events for name, times in _ONCE_EACH.items()) or (
        b"\\u" in body and _ESCAPED_NAME.search(body) is not None
    )


def _check_repeats(body: bytes, *, is_ndjson: bool) -> None:
    """Raise WrongRequest for the first event with a field twice."""
    for item, event in enumerate(_LINE.findall(body) if is_ndjson else _RAWS.decode(body)):
        try:
            # Of what is in a payload only counts are kept.
            fields = json.loads(bytes(event), object_pairs_hook=len, parse_int=len)
        except RecursionError as error:
            raise wrong_json(error) from None
        if fields != FIELDS:
            raise WrongRequest(["body", item], "a field occurs twice")
