"""The audit event: what is stored, and the bytes that its leaf of the tree is hashed from.

A leaf is the version byte 1; event time, application and kind, each as UTF-8 after its length in two
bytes (big-endian); then the payload exactly as it was received.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from muster.errors import InvalidInput

LEAF_VERSION = 1
MAX_LEAF_BYTES = 60_000
MAX_APPLICATION_CHARACTERS = 126
MAX_KIND_BYTES = 125
CONTROL_APPLICATION = "muster"
"""The product's own actions: nobody may send them, and only administrators read them."""

_FIRST = bytes((LEAF_VERSION,))


class Source(NamedTuple):
    """What an event is of: few distinct ones, so that they are checked and stored once."""

    application: str
    kind: str


class AuditEvent(msgspec.Struct, frozen=True):
    """A stored event. `id` is its index in the tree + 1; `ts_us` Unix microseconds; `payload` JSON."""

    id: int
    ts_us: int
    source: Source
    payload: bytes


class ControlAction(msgspec.Struct, frozen=True):
    """Something that a person or the product did to Muster itself: `kind`, when, and details."""

    kind: str
    ts_us: int
    details: Mapping[str, object]


def leaf_middle(source: Source) -> bytes:
    """Return the part of a leaf between time and payload. Raises InvalidInput for a wrong name."""
    return _field(check_application(source.application)) + _field(check_kind(source.kind))


def leaf_head(time: str) -> bytes:
    """Return the part of a leaf up to and with its time, which has less than 256 ASCII characters."""
    return b"%b\x00%c%b" % (_FIRST, len(time), time.encode())


def encode_leaf(time: str, source: Source, payload: bytes) -> bytes:
    """Return the bytes that stand for an event in the tree."""
    return leaf_head(time) + leaf_middle(source) + payload


def split_leaf(leaf: bytes) -> tuple[str, Source, bytes]:
    """Return time, source and payload of a leaf. Raises InvalidInput when it is none."""
    if leaf[:1] != _FIRST:
        raise InvalidInput("a leaf of an unknown version", field="leaf")
    fields: list[str] = []
    at = 1
    for _ in range(3):
        size = int.from_bytes(leaf[at : at + 2], "big")
        part = leaf[at + 2 : at + 2 + size]
        if len(part) != size or len(leaf) < at + 2:
            raise InvalidInput("a leaf that ends within a field", field="leaf")
        try:
            fields.append(part.decode())
        except UnicodeDecodeError:
            raise InvalidInput("a leaf that is not UTF-8", field="leaf") from None
        at += 2 + size
    return fields[0], Source(fields[1], fields[2]), leaf[at:]


def check_application(name: str) -> str:
    """Return the name of an application. Raises InvalidInput unless it has 1-126 characters."""
    if not 1 <= len(name) <= MAX_APPLICATION_CHARACTERS:
        raise InvalidInput(f"expected 1-{MAX_APPLICATION_CHARACTERS} characters", field="application_name")
    return _checked(name, "application_name")


def check_kind(kind: str) -> str:
    """Return the kind of an event. Raises InvalidInput unless it has 1-125 bytes of UTF-8."""
    if not 1 <= len(kind.encode(errors="replace")) <= MAX_KIND_BYTES:
        raise InvalidInput(f"expected 1-{MAX_KIND_BYTES} bytes", field="event_kind")
    return _checked(kind, "event_kind")


def _checked(text: str, field: str) -> str:
    if "\x00" in text:
        raise InvalidInput("must not contain U+0000", field=field)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("a half of a surrogate pair is not text", field=field) from None
    return text


def _field(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded
