"""Checks Ed25519 signatures (RFC 8032, section 5.1.7) with integers alone, so that an agent needs no library.

Nothing here is secret, so it does not matter that its time depends on its input. Signing is done
elsewhere, with a library that takes care of that.
"""

import hashlib
from typing import NamedTuple

KEY_BYTES = 32
SIGNATURE_BYTES = 64

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)


class _Point(NamedTuple):
    """Extended coordinates: the point is (x/z, y/z), and t = xy/z."""

    x: int
    y: int
    z: int
    t: int


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the owner of a public key (32 bytes) made a signature (64 bytes) of a message."""
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    key, nonce = _parse_point(public_key), _parse_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or s >= _ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    return _is_equal(_times(s, _BASE), _add(nonce, _times(challenge, key)))


def _parse_point(encoded: bytes) -> _Point | None:
    """Return the point that 32 bytes stand for (section 5.1.3), None when they stand for none."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if x * x % _P != square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return _Point(x, y, 1, x * y % _P)


def _add(p: _Point, q: _Point) -> _Point:
    """Return the sum of two points (section 5.1.4)."""
    a = (p.y - p.x) * (q.y - q.x) % _P
    b = (p.y + p.x) * (q.y + q.x) % _P
    c = 2 * p.t * q.t * _D % _P
    d = 2 * p.z * q.z % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return _Point(e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(factor: int, point: _Point) -> _Point:
    total = _Point(0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


def _is_equal(p: _Point, q: _Point) -> bool:
    return (p.x * q.z - q.x * p.z) % _P == 0 and (p.y * q.z - q.y * p.z) % _P == 0


_BASE = _parse_point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or _Point(0, 1, 1, 0)
