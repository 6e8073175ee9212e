"""HTTP/1.1 over plain asyncio streams: thousands of held requests cost little memory each."""

import asyncio
import ssl
from typing import NamedTuple
from urllib.parse import urlencode

import httpx

from muster.agent.link import Link, parse_server, to_answer
from muster.agent.outcome import Answer, Outcome

HEAD_LIMIT = 64 * 1024


class Connection(NamedTuple):
    """An open connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Reply(NamedTuple):
    """What a server answered; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


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
            status, headers, body = await self.exchange(request.url, _to_bytes(request), timeout_s)
        except TimeoutError as error:
            raise httpx.ReadTimeout("no answer in time", request=request) from error
        except OSError as error:
            raise httpx.ReadError(str(error), request=request) from error
        return httpx.Response(status, headers=headers, content=body, request=request)

    async def exchange(self, url: httpx.URL, request: bytes, timeout_s: float) -> Reply:
        """Send a whole request and read its answer. Raises OSError, TimeoutError among them."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._answer(url, request)
        except (EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise ConnectionError(str(error) or type(error).__name__) from error

    async def aclose(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().writer.close()

    async def _answer(self, url: httpx.URL, request: bytes) -> Reply:
        """Ask on an idle connection; when the server has ended it meanwhile, on a new one."""
        while self._idle:
            connection = self._idle.pop()
            try:
                return await self._ask(connection, request)
            except asyncio.IncompleteReadError as error:
                if error.partial:
                    raise
            except ConnectionError:
                pass
        port = url.port or (443 if url.scheme == "https" else 80)
        streams = await asyncio.open_connection(url.host, port, ssl=self._trust, limit=HEAD_LIMIT)
        return await self._ask(Connection(*streams), request)

    async def _ask(self, connection: Connection, request: bytes) -> Reply:
        try:
            connection.writer.write(request)
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
        return Reply(status, headers, body)


class SharedLink(Link):
    """A link that many agents use: an agent that ends does not close it.

    Its requests go past httpx, which would cost more than all the rest of such an agent.
    """

    def __init__(self, server: str, wire: StreamTransport) -> None:
        """Raises SettingsError for an address that cannot be used."""
        super().__init__(server, transport=wire)
        self._url = parse_server(server)
        self._wire = wire

    async def close(self) -> None:
        """Do nothing."""

    async def close_for_all(self) -> None:
        """Close the connections."""
        await super().close()

    async def _post(
        self,
        path: str,
        bearer: str,
        body: bytes,
        *,
        timeout_s: float,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        whole = {
            "host": self._url.netloc.decode(),
            "user-agent": "muster-agent",
            "content-type": "application/json",
            **(headers or {}),
            "authorization": f"Bearer {bearer}",
            "content-length": str(len(body)),
        }
        query = f"?{urlencode(params)}" if params else ""
        lines = "".join(f"{name}: {value}\r\n" for name, value in whole.items())
        request = f"POST {path}{query} HTTP/1.1\r\n{lines}\r\n".encode() + body
        try:
            status, found, content = await self._wire.exchange(self._url, request, timeout_s)
        except OSError as error:
            return Answer(Outcome.LATER, f"no contact with {self._url}: {str(error) or type(error).__name__}")
        if 200 <= status < 300:
            return Answer(Outcome.DONE, body=content)
        asked = httpx.Request("POST", self._url.join(path))
        return to_answer(httpx.Response(status, headers=found, content=content, request=asked))


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
