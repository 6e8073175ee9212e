"""Requests that may be sent again: a key names the effect, a hash what it was asked with."""

import msgspec

from muster.errors import InvalidInput

MAX_KEY = 255
"""Characters of a key."""


class IdempotencyKey(msgspec.Struct, frozen=True):
    """What a client calls one effect on one surface; `sha256` (32 bytes) is of the whole request."""

    surface: str
    key: str
    sha256: bytes


def parse_key(text: str) -> str:
    """Return the key of a header. Raises InvalidInput unless it has 1-255 visible ASCII characters."""
    if not 1 <= len(text) <= MAX_KEY or not text.isascii() or not text.isprintable():
        raise InvalidInput(f"expected 1-{MAX_KEY} printable ASCII characters", field="Idempotency-Key")
    return text
