"""Request bodies: read in full within a bound, decompressed within a bound."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import zstandard
from isal import igzip_lib, isal_zlib
from litestar.exceptions import HTTPException

from muster.errors import InvalidInput, TooLarge
from muster.settings import LimitSettings

STALL_S = 30.0
"""A sender that is silent for so long in the middle of a body is not waited for."""

_GZIP_ERROR = cast("type[Exception]", igzip_lib.IsalError)


async def read_body(
    chunks: AsyncIterator[bytes],
    *,
    encoding: str,
    declared_bytes: int | None,
    limits: LimitSettings,
    stall_s: float = STALL_S,
) -> bytes:
    """Return a request's body without its content encoding (`zstd`, `gzip`, `identity` or empty).

    Raises TooLarge beyond `limits.body_bytes` as sent or `limits.decompressed_bytes` as decoded,
    InvalidInput when the encoding is unknown or the compressed data is broken, HTTPException (408)
    when nothing more came for `stall_s`.
    """
    if declared_bytes is not None and declared_bytes > limits.body_bytes:
        raise TooLarge(f"the body has {declared_bytes} bytes, at most {limits.body_bytes} are accepted")
    parts: list[bytes] = []
    size = 0
    async for chunk in _steady(chunks, stall_s):
        size += len(chunk)
        if size > limits.body_bytes:
            raise TooLarge(f"the body has more than the {limits.body_bytes} bytes that are accepted")
        parts.append(chunk)
    return decode_body(b"".join(parts), encoding, limits.decompressed_bytes)


async def _steady(chunks: AsyncIterator[bytes], stall_s: float) -> AsyncIterator[bytes]:
    """Pass chunks on. Raises HTTPException when the next one takes longer than `stall_s`."""
    while True:
        try:
            async with asyncio.timeout(stall_s):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise HTTPException(
                status_code=408,
                detail=f"the body stopped: nothing came for {stall_s:g} s",
                headers={"Connection": "close"},
            ) from None
        yield chunk


def decode_body(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """Undo one content encoding. Raises as `read_body` does."""
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "zstd":
            return _unzstd(body, max_bytes)
        case "gzip":
            return _gunzip(body, max_bytes)
    raise InvalidInput("expected zstd, gzip or identity", field="Content-Encoding")


def _unzstd(body: bytes, max_bytes: int) -> bytes:
    """Decode one whole frame. Memory is bounded by `max_bytes` and an 8 MiB window."""
    decoder = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024)
    try:
        if zstandard.frame_content_size(body) > max_bytes:
            raise _too_large(max_bytes)
        return decoder.decompress(body, max_output_size=max_bytes, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise InvalidInput(f"broken or too large zstd data: {error}", field="body") from None


def _gunzip(body: bytes, max_bytes: int) -> bytes:
    decoder = isal_zlib.decompressobj(wbits=31)
    try:
        decoded: bytes = decoder.decompress(body, max_bytes + 1)
    except _GZIP_ERROR as error:
        raise InvalidInput(f"broken gzip data: {error}", field="body") from None
    if len(decoded) > max_bytes:
        raise _too_large(max_bytes)
    if not decoder.eof or decoder.unused_data:
        raise InvalidInput("truncated gzip data, or something after its end", field="body")
    return decoded


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"the decompressed body has more than the {max_bytes} bytes that are accepted")
