"""Bounded bodies and content encodings."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
import zstandard
from litestar.exceptions import HTTPException

from muster.api.http.bodies import decode_body, read_body
from muster.errors import InvalidInput, MusterError, TooLarge
from muster.settings import LimitSettings

TEXT = b"a report " * 1000
BOUND = 10_000
ZSTD = zstandard.ZstdCompressor().compress(TEXT)


def streamed_zstd(text: bytes) -> bytes:
    """Compress without the content size in the frame, as a streaming client does."""
    compressor = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return compressor.compress(text) + compressor.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("zstd", ZSTD),
        (" ZSTD ", ZSTD),
        ("zstd", streamed_zstd(TEXT)),
    ],
)
def test_each_encoding_is_undone(encoding: str, body: bytes) -> None:
    assert decode_body(body, encoding, BOUND) == TEXT


@pytest.mark.parametrize(
    ("encoding", "body", "error"),
    [
        ("br", TEXT, InvalidInput),
        ("zstd", TEXT, InvalidInput),
        ("zstd", b"", InvalidInput),
        ("zstd", ZSTD[:-3], InvalidInput),
        ("zstd", ZSTD + b"more", InvalidInput),
        ("zstd", streamed_zstd(TEXT)[:-3], InvalidInput),
        ("gzip", b"", InvalidInput),
        ("gzip", TEXT, InvalidInput),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9], InvalidInput),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"more", InvalidInput),
        ("zstd", zstandard.ZstdCompressor().compress(bytes(50_000_000)), TooLarge),
        ("zstd", streamed_zstd(bytes(50_000_000)), InvalidInput),
        ("gzip", gzip.compress(bytes(50_000_000), mtime=0), TooLarge),
    ],
)
def test_broken_bodies_and_bombs_are_refused(encoding: str, body: bytes, error: type[MusterError]) -> None:
    with pytest.raises(error):
        decode_body(body, encoding, BOUND)


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize("declared", [None, 5, 2000])
def test_a_body_over_the_bound_is_refused_whatever_it_declares(declared: int | None) -> None:
    limits = LimitSettings(body_bytes=1024)
    with pytest.raises(TooLarge):
        asyncio.run(
            read_body(chunks(b"x" * 600, b"x" * 600), encoding="", declared_bytes=declared, limits=limits)
        )


def test_a_body_at_the_bound_is_read() -> None:
    limits = LimitSettings(body_bytes=1024)
    body = asyncio.run(
        read_body(chunks(b"x" * 600, b"x" * 424), encoding="", declared_bytes=1024, limits=limits)
    )
    assert len(body) == 1024


def test_a_body_that_stalls_is_given_up() -> None:
    async def stalling() -> AsyncIterator[bytes]:
        yield b"begin"
        await asyncio.Event().wait()

    async def read() -> bytes:
        return await read_body(
            stalling(), encoding="", declared_bytes=None, limits=LimitSettings(), stall_s=0.01
        )

    with pytest.raises(HTTPException) as caught:
        asyncio.run(asyncio.wait_for(read(), 10))
    assert caught.value.status_code == 408
    assert caught.value.headers == {"Connection": "close"}
