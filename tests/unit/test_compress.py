"""Answers are compressed as their reader takes them, whole ones of text only."""

import asyncio
from typing import Any

import pytest
import zstandard
from isal import igzip

from muster.api.http.compress import MIN_BYTES, ON_LOOP_BYTES, Compress, choose_encoding

LONG = b'{"rows": "%s"}' % (b"abc " * MIN_BYTES)
JSON = (b"content-type", b"application/json")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP;q=0.5", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd; q=0.000, gzip;q=0.0", ""),
        ("gzip;q=0.001", "gzip"),
        ("br, identity", ""),
        ("", ""),
        (";;,,q=", ""),
    ],
)
def test_the_encoding_is_one_that_the_reader_takes(accepted: str, expected: str) -> None:
    assert choose_encoding(accepted) == expected


def answer(
    *bodies: bytes,
    head: tuple[tuple[bytes, bytes], ...] = (JSON,),
    path: str = "/console/v1/fleet",
    accepted: bytes = b"zstd, gzip",
) -> tuple[dict[bytes, bytes], list[bytes]]:
    """Return the headers and pieces that a reader gets of an answer with these pieces."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        size = (b"content-length", str(sum(map(len, bodies))).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*head, size]})
        for number, body in enumerate(bodies, 1):
            await send({"type": "http.response.body", "body": body, "more_body": number < len(bodies)})

    sent: list[Any] = []

    async def run() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        scope: Any = {"type": "http", "path": path, "headers": [(b"accept-encoding", accepted)]}
        await Compress(app, ("/console/",))(scope, None, send)  # type: ignore[arg-type]

    asyncio.run(run())
    assert [message["type"] for message in sent] == ["http.response.start"] + ["http.response.body"] * len(
        bodies
    )
    return dict(sent[0]["headers"]), [message["body"] for message in sent[1:]]


@pytest.mark.parametrize("body", [LONG, LONG * (2 * ON_LOOP_BYTES // len(LONG))])
def test_a_long_text_is_packed(body: bytes) -> None:
    for accepted, name, unpack in (
        (b"zstd", b"zstd", zstandard.ZstdDecompressor().decompress),
        (b"gzip", b"gzip", igzip.decompress),
    ):
        headers, [packed] = answer(body, accepted=accepted)
        assert headers[b"content-encoding"] == name
        assert headers[b"vary"] == b"accept-encoding"
        assert int(headers[b"content-length"]) == len(packed) < len(body) / 5
        assert unpack(packed) == body


@pytest.mark.parametrize(
    "more",
    [
        {"accepted": b""},
        {"accepted": b"br"},
        {"path": "/reports/list"},
        {"head": ((b"content-type", b"image/png"),)},
        {"head": ((b"content-type", b"text/event-stream"),)},
        {"head": (JSON, (b"content-encoding", b"br"))},
    ],
)
def test_what_is_not_packed_passes_as_it_is(more: Any) -> None:
    headers, bodies = answer(LONG, **more)
    assert bodies == [LONG]
    assert int(headers[b"content-length"]) == len(LONG)
    assert headers.get(b"content-encoding", b"br") == b"br"


def test_short_bodies_and_pieces_pass_as_they_are() -> None:
    for pieces in ((b"x" * (MIN_BYTES - 1),), (LONG, LONG), (b"", LONG)):
        headers, bodies = answer(*pieces)
        assert bodies == list(pieces)
        assert b"content-encoding" not in headers
