"""HTTP/1.1 over plain asyncio streams: thousands of held requests cost little memory each."""

import asyncio
import contextlib
import ssl
from typing import NamedTuple

import httpx

from muster.agent.link import Link

HEAD_LIMIT = 64 * 1024


class Connection(NamedTuple):
    """An open connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class StreamTransport(httpx.AsyncBaseTransport):
    """Keeps as many connections as there are requests at a time; one that is idle is used again.

    Answers must have a Content-Length, or no body, as those of our server do.
    """

    def __init__(self, trust: ssl.SSLContext | bool = False) -> None:
        self._trust = trust if isinstance(trust, ssl.SSLContext) else None
        self._idle: list[Connection] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its answer. Raises httpx.TransportError."""
        timeout_s = request.extensions.get("timeout", {}).get("read") or 60.0
        try:
            async with asyncio.timeout(timeout_s):
                return await self._answer(request)
        except TimeoutError as error:
            raise httpx.ReadTimeout("no answer in time", request=request) from error
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise httpx.ReadError(str(error) or type(error).__name__, request=request) from error

    async def aclose(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().writer.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        connection = await self._open(request.url)
        try:
            connection.writer.write(_to_bytes(request))
            status, headers = _parse_head(await connection.reader.readuntil(b"\r\n\r\n"))
            length = int(headers.get("content-length", "0"))
            body = await connection.reader.readexactly(length) if length else b""
        except BaseException:
            connection.writer.close()
            raise
        if headers.get("connection", "").lower() == "close":
            connection.writer.close()
        else:
            self._idle.append(connection)
        return httpx.Response(status, headers=headers, content=body, request=request)

    async def _open(self, url: httpx.URL) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.reader.at_eof():
                return connection
            connection.writer.close()
        port = url.port or (443 if url.scheme == "https" else 80)
        return Connection(*await asyncio.open_connection(url.host, port, ssl=self._trust, limit=HEAD_LIMIT))


class SharedLink(Link):
    """A link that many agents use: an agent that ends does not close it."""

    async def close(self) -> None:
        """Do nothing."""

    async def close_for_all(self) -> None:
        """Close the connections."""
        with contextlib.suppress(httpx.HTTPError):
            await super().close()


def _to_bytes(request: httpx.Request) -> bytes:
    head = b"%s %s HTTP/1.1\r\n" % (request.method.encode(), request.url.raw_path)
    lines = b"".join(b"%s: %s\r\n" % pair for pair in request.headers.raw)
    return head + lines + b"\r\n" + request.content


def _parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Return the status and the headers, names in lower case. Raises ValueError."""
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return int(first.partition(" ")[2].partition(" ")[0]), headers
