"""Answers compressed as their reader takes them: zstd or gzip (RFC 9110, 8.4 and 12.5.3)."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import zstandard
from isal import igzip
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Send

MIN_BYTES = 1_024
"""A smaller body fits into one packet anyway."""

ON_LOOP_BYTES = 32 * 1024
"""More than that is compressed on a thread: the loop has others to answer."""

TEXTS = (b"application/json", b"text/", b"image/svg+xml", b"application/vnd.oai.openapi")


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(body)


def _gzip(body: bytes) -> bytes:
    return igzip.compress(body, compresslevel=2)


ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "gzip": _gzip}
"""By name, the one that is preferred first."""


class Compress:
    """An ASGI application around another one.

    Bodies of text that are whole are compressed; those that are sent in pieces pass as they are.
    """

    def __init__(self, app: ASGIApp, prefixes: tuple[str, ...]) -> None:
        """Only paths that begin with one of `prefixes` are looked at."""
        self._app = app
        self._prefixes = prefixes

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        if scope["type"] != ScopeType.HTTP or not scope["path"].startswith(self._prefixes):
            await self._app(scope, receive, send)
            return
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        await self._app(scope, receive, _Answer(send, choose_encoding(accepted)).send)


class _Answer:
    """One answer on its way: its head waits until the first piece of the body says whether it is whole."""

    def __init__(self, send: Send, encoding: str) -> None:
        self._send = send
        self._encoding = encoding
        self._head: Any = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_plain_text(message["headers"]):
            message["headers"] = [*message["headers"], (b"vary", b"accept-encoding")]
            self._head = message
            return
        head, self._head = self._head, None
        if head is not None and message["type"] == "http.response.body":
            body = message.get("body", b"")
            if self._encoding and not message.get("more_body") and len(body) >= MIN_BYTES:
                message["body"] = packed = await encode(body, self._encoding)
                head["headers"] = [
                    *((name, value) for name, value in head["headers"] if name.lower() != b"content-length"),
                    (b"content-length", str(len(packed)).encode()),
                    (b"content-encoding", self._encoding.encode()),
                ]
            await self._send(head)
        await self._send(message)


async def encode(body: bytes, encoding: str) -> bytes:
    """Return a body in an encoding of `ENCODERS`."""
    if len(body) > ON_LOOP_BYTES:
        return await asyncio.to_thread(ENCODERS[encoding], body)
    return ENCODERS[encoding](body)


def choose_encoding(accepted: str) -> str:
    """Return the encoding for an `Accept-Encoding`, empty: as it is."""
    taken = set()
    for item in accepted.lower().split(","):
        name, _, weight = (part.strip() for part in item.partition(";"))
        if not _is_zero(weight):
            taken.add(name)
    return next((name for name in ENCODERS if name in taken), "")


def _is_zero(weight: str) -> bool:
    """Tell whether a weight such as `q=0.000` refuses."""
    name, _, value = weight.partition("=")
    return name.strip() == "q" and value.strip().strip("0").rstrip(".") == ""


def _is_plain_text(headers: Any) -> bool:
    found = {name.lower(): value for name, value in headers}
    kind = found.get(b"content-type", b"")
    is_stream = kind.startswith(b"text/event-stream")
    return b"content-encoding" not in found and kind.startswith(TEXTS) and not is_stream
