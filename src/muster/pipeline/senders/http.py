"""The sender `http`: rows as bodies of requests."""

import contextlib
import csv
import gzip
import http.client
import io
from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta

from muster.pipeline.component import Problem
from muster.pipeline.durations import duration_problems, parse_duration_s
from muster.pipeline.senders.sender import DeliveryFailed, Door, Record, SenderSpec


class HttpSenderSpec(SenderSpec, frozen=True, kw_only=True):
    """Posts the rows of each batch to an address, at least once: they may come twice.

    Any answer but 2xx makes it try again, for ever, and the runner waits when its part of the spool is full.
    """

    TYPES = ("http",)

    http_sender_url: Annotated[
        str, Meta(min_length=1, description="`http://HOST:PORT/PATH` or `https://...`")
    ]
    http_sender_protocol: Annotated[
        Literal["json", "body_json", "csv", "raw"],
        Meta(description="Body: an object a line, one list of objects, a table, or the messages as lines"),
    ] = "json"
    http_sender_csv_head: Annotated[bool, Meta(description="Whether a table begins with its names")] = True
    http_sender_csv_split: Annotated[
        str, Meta(min_length=1, max_length=1, description="What separates the values of a table")
    ] = ","
    http_sender_gzip: Annotated[bool, Meta(description="Pack bodies by gzip")] = False
    http_sender_timeout: Annotated[str, Meta(description="How long an answer may take")] = "30s"

    def problems(self) -> Iterator[Problem]:
        """Yield an address or a time that cannot be read, too."""
        if _parse_url(self.http_sender_url) is None:
            yield Problem("http_sender_url", "expected http://HOST:PORT/PATH or https://HOST:PORT/PATH")
        yield from duration_problems({"http_sender_timeout": self.http_sender_timeout}, may_be_zero=False)

    def open(self, door: Door) -> "Posting":
        """Return what posts."""
        return Posting(self)

    def to_body(self, records: list[Record]) -> tuple[str, bytes]:
        """Return the media type and the body of records."""
        match self.http_sender_protocol:
            case "json":
                return "application/x-ndjson", b"".join(msgspec.json.encode(each) + b"\n" for each in records)
            case "body_json":
                return "application/json", msgspec.json.encode(records)
            case "raw":
                return "text/plain; charset=utf-8", "".join(
                    f"{each.get('message', '')}\n" for each in records
                ).encode()
            case "csv":
                return "text/csv; charset=utf-8", self._to_table(records).encode()

    def _to_table(self, records: list[Record]) -> str:
        names = list(dict.fromkeys(name for each in records for name in each))
        text = io.StringIO()
        table = csv.writer(text, delimiter=self.http_sender_csv_split)
        if self.http_sender_csv_head:
            table.writerow(names)
        table.writerows([each.get(name, "") for name in names] for each in records)
        return text.getvalue()


class Posting:
    """Posts, each batch over a connection of its own."""

    def __init__(self, spec: HttpSenderSpec) -> None:
        self._spec = spec
        self._timeout_s = parse_duration_s(spec.http_sender_timeout)

    def deliver(self, records: list[Record]) -> None:
        """Post records. Raises DeliveryFailed, OSError."""
        url = _parse_url(self._spec.http_sender_url)
        assert url is not None  # noqa: S101 the spec was checked
        kind, body = self._spec.to_body(records)
        headers = {"content-type": kind}
        if self._spec.http_sender_gzip:
            headers["content-encoding"], body = "gzip", gzip.compress(body, 1)
        opened = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = opened(url.hostname or "", url.port, timeout=self._timeout_s)
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            with contextlib.closing(connection):
                connection.request("POST", path, body=body, headers=headers)
                response = connection.getresponse()
        except http.client.HTTPException as error:
            raise DeliveryFailed(str(error) or type(error).__name__) from None
        if not 200 <= response.status < 300:
            raise DeliveryFailed(f"answered {response.status} {response.reason}")

    def close(self) -> None:
        """Do nothing: no connection stays open."""


def _parse_url(text: str) -> SplitResult | None:
    """Return the parts of an address; None when it is none."""
    try:
        url = urlsplit(text)
        is_good = url.scheme in ("http", "https") and url.hostname and (url.port is None or url.port)
    except ValueError:
        return None
    return url if is_good and text.isascii() and text.isprintable() and " " not in text else None
