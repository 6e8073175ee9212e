"""The reader `httpfetch`: asks an address at times; what it answers are lines."""

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta

from muster.pipeline.component import Problem
from muster.pipeline.readers.polling import MAX_BYTES, Fetched, Polling
from muster.pipeline.readers.reader import Place, ReaderSpec
from muster.pipeline.readers.schedule import parse_schedule

BLOCK_BYTES = 65_536


class HttpfetchSpec(ReaderSpec, frozen=True, kw_only=True):
    """Asks an address at times; each line of the answer is a row.

    An answer that is not 2xx, or that has more than 8 MiB, is an error of the runner; no redirect is
    followed. An answer that was not spooled when the agent is killed is lost.
    """

    TYPES = ("httpfetch",)

    http_service_address: Annotated[
        str, Meta(min_length=1, description="`http://HOST:PORT` or `https://HOST:PORT`")
    ]
    http_service_path: Annotated[str, Meta(description="Path and query")] = "/"
    http_method: Annotated[
        Literal["GET", "POST", "PUT", "HEAD", "DELETE"], Meta(description="How it is asked")
    ] = "GET"
    http_headers: Annotated[str, Meta(description="A JSON object of headers")] = ""
    http_body: Annotated[str, Meta(description="What is sent")] = ""
    http_cron: Annotated[
        str,
        Meta(description="When: `@every 1m`, `loop 10s`, @hourly, or second minute hour day month weekday"),
    ] = "@every 1m"
    http_exec_onstart: Annotated[bool, Meta(description="Ask at each start of the runner, too")] = True
    http_dial_timeout: Annotated[int, Meta(ge=1, le=300, description="Seconds to connect at most")] = 30
    http_response_timeout: Annotated[int, Meta(ge=1, le=300, description="Seconds of an answer at most")] = 30

    def problems(self) -> Iterator[Problem]:
        """Yield an address, headers or times that cannot be read, too."""
        yield from ReaderSpec.problems(self)
        if _parse_address(self.http_service_address) is None:
            yield Problem("http_service_address", "expected http://HOST:PORT or https://HOST:PORT")
        if not self.http_service_path.startswith("/") or not self.http_service_path.isprintable():
            yield Problem("http_service_path", "expected a path that begins with /")
        try:
            _parse_headers(self.http_headers)
        except msgspec.MsgspecError:
            yield Problem("http_headers", "expected a JSON object of texts")
        try:
            parse_schedule(self.http_cron)
        except ValueError as error:
            yield Problem("http_cron", str(error))

    def open(self, positions: Mapping[str, str], place: Place) -> Polling:
        """Return what reads."""
        return Polling(
            self._ask,
            cron=self.http_cron,
            is_at_start=self.http_exec_onstart,
            encoding=self.encoding,
            place=place,
        )

    def _ask(self, stop: threading.Event) -> Fetched:
        """Ask once."""
        address = _parse_address(self.http_service_address)
        assert address is not None  # noqa: S101 the spec was checked
        source = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{self.http_service_path}"
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=self.http_dial_timeout)
        try:
            with contextlib.closing(connection):
                return self._answer(connection, source, stop)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Fetched(source, troubles=[f"{source}: {str(error) or type(error).__name__}"])

    def _answer(self, connection: http.client.HTTPConnection, source: str, stop: threading.Event) -> Fetched:
        connection.connect()
        end_s = time.monotonic() + self.http_response_timeout
        connection.sock.settimeout(self.http_response_timeout)
        connection.request(
            self.http_method,
            self.http_service_path,
            body=self.http_body.encode() or None,
            headers=_parse_headers(self.http_headers),
        )
        response = connection.getresponse()
        if not 200 <= response.status < 300:
            return Fetched(source, troubles=[f"{source}: answered {response.status} {response.reason}"])
        data = b""
        while block := response.read1(BLOCK_BYTES):
            data += block
            if len(data) > MAX_BYTES:
                return Fetched(source, troubles=[f"{source}: answered more than {MAX_BYTES} bytes"])
            if stop.is_set():
                return Fetched(source)
            if time.monotonic() > end_s:
                raise TimeoutError("timed out")
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return Fetched(source, data)


def _parse_address(text: str) -> SplitResult | None:
    """Return the parts of an address; None when it is none."""
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/")
        return parts if is_good and (parts.port is None or parts.port) and not parts.query else None
    except ValueError:
        return None


def _parse_headers(text: str) -> dict[str, str]:
    return msgspec.json.decode(text, type=dict[str, str]) if text else {}
