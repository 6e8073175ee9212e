"""Bodies of audit events that a decoder could read in two ways."""

import json
from typing import Any

import pytest

from muster.api.audit_events.decoding import decode_events
from muster.api.audit_events.errors import Fault, WrongRequest

FIELDS = {"event_ts": '"2023-12-05"', "application_name": '"app"', "event_kind": '"Kind"', "payload": "1"}
GOOD = ",".join(f'"{name}":{value}' for name, value in FIELDS.items())
ESCAPED = {"payload": '"pay\\u006coad"', "event_ts": '"event\\u005Fts"'}
AGAIN = [
    *(f'"{name}":{value}' for name, value in FIELDS.items()),
    *(f"{name}:{FIELDS[field]}" for field, name in ESCAPED.items()),
]


def decode(*events: str, is_ndjson: bool) -> list[bytes]:
    texts = [f"{{{event}}}" for event in events]
    body = "\n".join(texts) if is_ndjson else f"[{','.join(texts)}]"
    return [bytes(payload) for payload in decode_events(body.encode(), is_ndjson=is_ndjson).payloads]


@pytest.mark.parametrize("is_ndjson", [False, True])
@pytest.mark.parametrize("again", AGAIN)
def test_a_field_that_occurs_twice_is_refused(again: str, is_ndjson: bool) -> None:
    for event in (f"{GOOD},{again}", f"{again},{GOOD}"):
        with pytest.raises(WrongRequest) as error:
            decode(GOOD, event, GOOD, is_ndjson=is_ndjson)
        assert error.value.fault == Fault(["body", 1], "a field occurs twice")


@pytest.mark.parametrize("is_ndjson", [False, True])
@pytest.mark.parametrize(
    "payload",
    [
        {"payload": {"payload": [1, {"event_ts": 2}]}, "event_kind": 1, "application_name": None},
        '"payload"',
        "\u005f\u00e9\u041f \\u006c",
        10**5000,
        [[]] * 3,
    ],
    ids=["names", "quoted", "escapes", "digits", "nested"],
)
def test_a_payload_may_have_the_names_of_fields(payload: Any, is_ndjson: bool) -> None:
    text = "1" + "0" * 5000 if isinstance(payload, int) else json.dumps(payload)
    event = GOOD.replace('"payload":1', f'"payload":{text}')
    twice = GOOD.replace('"payload":1', '"payload":{"payload":"payload"}')
    assert decode(GOOD, event, twice, is_ndjson=is_ndjson)[1] == text.encode()


def test_an_escaped_name_is_the_field_itself() -> None:
    (payload,) = decode(GOOD.replace('"payload"', ESCAPED["payload"]), is_ndjson=False)
    assert payload == b"1"
