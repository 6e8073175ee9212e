"""`Authorization: Pandora ...`: requests signed with a key pair, or with a token made from one (source 4).

A signature covers method, path and the headers named here, not the query, so it needs a private
connection. A request with a body must name its hash in `Content-MD5`.
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec
from litestar.connection import ASGIConnection

from muster.core.access import Access
from muster.core.signing import SignatureStore, Vault
from muster.errors import Unauthenticated
from muster.model.access import Token

Connection = ASGIConnection[Any, Any, Any, Any]

SCHEME = "pandora"
WINDOW_S = 300
MAX_TOKEN_S = 24 * 3600
"""A token of source 4 may be made so long before it expires."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SIGNED_PREFIX = "x-qiniu-"
MD5_BYTES = 16

WRONG = "the signature is wrong, or its key is unknown"


class Claims(msgspec.Struct, frozen=True, rename="camel"):
    """What a token says that it is for; `expires` in Unix seconds."""

    resource: str
    expires: int
    content_md5: str = msgspec.field(name="contentMD5", default="")
    content_type: str = ""
    headers: str = ""
    method: str = ""


class Signed(NamedTuple):
    """A request's credential: whose it is, the signature, what it covers, and until when it is good."""

    key: str
    signature: bytes
    texts: tuple[str, ...]
    """Any of these may have been signed: paths are signed as they are sent, or decoded."""

    expires_us: int
    content_md5: str


class Pandora:
    """Checks signed requests."""

    def __init__(
        self,
        access: Access,
        vault: Vault,
        used: SignatureStore,
        *,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._access = access
        self._vault = vault
        self._used = used
        self._now_us = now_us

    async def authenticate(self, connection: Connection) -> Token:
        """Return the token of the key that signed a request. Raises Unauthenticated.

        A request that changes something is accepted once. `connection.state.content_md5` is the hash
        that the body must have.
        """
        now_us = self._now_us()
        signed = read_credential(connection, now_us)
        token = await self._access.signing_token(signed.key, now_us)
        sealed = token.signing_secret if token else None
        secret = self._vault.open(sealed, token.id) if token and sealed else ""
        matches = [hmac.compare_digest(sign(secret, text), signed.signature) for text in signed.texts]
        if token is None or not any(matches):
            raise Unauthenticated(WRONG)
        if _has_body(connection):
            connection.state.content_md5 = parse_md5(signed.content_md5)
        if _method(connection) not in SAFE_METHODS:
            await self._use(signed, now_us)
        return token

    async def _use(self, signed: Signed, now_us: int) -> None:
        digest = hashlib.sha256(f"{signed.key}:".encode() + signed.signature).digest()
        if not await self._used.use(digest, expires_us=signed.expires_us, now_us=now_us):
            raise Unauthenticated("this signature was used before: sign each request anew")


def read_credential(connection: Connection, now_us: int) -> Signed:
    """Return what a request says of its signature. Raises Unauthenticated when that cannot be good."""
    _, _, credential = connection.headers.get("authorization", "").partition(" ")
    key, *parts = credential.strip().split(":")
    if len(parts) == 1:
        return _signed_request(connection, key, parts[0], now_us)
    if len(parts) == 2:
        return _signed_token(connection, key, parts[0], parts[1], now_us)
    raise Unauthenticated("expected Pandora KEY:SIGNATURE or Pandora KEY:SIGNATURE:TOKEN")


def sign(secret: str, text: str) -> bytes:
    """Return the HMAC-SHA1 of a text, 20 bytes."""
    return hmac.new(secret.encode(), text.encode("utf-8", "surrogateescape"), hashlib.sha1).digest()


def text_to_sign(method: str, content_md5: str, content_type: str, date: str, headers: str, path: str) -> str:
    """Return what the key pair's owner signs; `headers` as `canonical_headers` gives them."""
    return f"{method}\n{content_md5}\n{content_type}\n{date}\n{headers}{path}"


def canonical_headers(headers: Iterable[tuple[str, str]]) -> str:
    """Return the headers whose names begin with X-Qiniu-, sorted, each after a line break."""
    found = sorted((name.lower(), value) for name, value in headers)
    return "".join(f"\n{name}:{value}" for name, value in found if name.startswith(SIGNED_PREFIX))


def parse_md5(text: str) -> bytes:
    """Return the 16 bytes of a Content-MD5, base64 or hexadecimal. Raises Unauthenticated."""
    try:
        digest = bytes.fromhex(text) if len(text) == 2 * MD5_BYTES else _from_base64(text)
    except ValueError:
        digest = b""
    if len(digest) != MD5_BYTES:
        raise Unauthenticated("a signed request with a body needs its Content-MD5")
    return digest


def _signed_request(connection: Connection, key: str, signature: str, now_us: int) -> Signed:
    headers = connection.headers
    date = headers.get("date", "")
    try:
        moment = parsedate_to_datetime(date)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        signed_us = int(moment.timestamp() * 1e6)
    except (ValueError, TypeError, OverflowError):
        raise Unauthenticated("a signed request needs a Date such as Tue, 10 Nov 2026 08:00:00 GMT") from None
    if abs(now_us - signed_us) > WINDOW_S * 1_000_000:
        raise Unauthenticated(f"the Date is more than {WINDOW_S} s away from the server's clock")
    content_md5 = headers.get("content-md5", "")
    texts = tuple(
        text_to_sign(
            _method(connection),
            content_md5,
            headers.get("content-type", ""),
            date,
            canonical_headers(headers.items()),
            path,
        )
        for path in _paths(connection)
    )
    return Signed(key, _signature(signature), texts, signed_us + WINDOW_S * 1_000_000, content_md5)


def _signed_token(connection: Connection, key: str, signature: str, text: str, now_us: int) -> Signed:
    try:
        claims = msgspec.json.decode(_from_base64(text), type=Claims)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Unauthenticated("the token is no base64 of a JSON object") from None
    expires_us = claims.expires * 1_000_000
    if not now_us < expires_us <= now_us + MAX_TOKEN_S * 1_000_000:
        raise Unauthenticated("the token has expired, or expires later than in 24 hours")
    headers = connection.headers
    is_meant = (
        claims.method.upper() == _method(connection)
        and claims.resource in _paths(connection)
        and claims.content_type in ("", headers.get("content-type", ""))
        and claims.headers in ("", canonical_headers(headers.items()))
    )
    if not is_meant:
        raise Unauthenticated("the token is for another request")
    return Signed(key, _signature(signature), (text,), expires_us, claims.content_md5)


def _signature(text: str) -> bytes:
    try:
        return _from_base64(text)
    except ValueError:
        raise Unauthenticated(WRONG) from None


def _from_base64(text: str) -> bytes:
    """Return the bytes of base64, with either alphabet, padded or not. Raises ValueError."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _paths(connection: Connection) -> tuple[str, ...]:
    raw = connection.scope["raw_path"].partition(b"?")[0].decode("latin-1")
    return (raw,) if unquote(raw) == raw else (raw, unquote(raw))


def _method(connection: Connection) -> str:
    return str(connection.scope.get("method", ""))


def _has_body(connection: Connection) -> bool:
    headers = connection.headers
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
