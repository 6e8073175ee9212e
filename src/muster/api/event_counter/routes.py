"""The routes of this surface as one raw ASGI application: names are read from the undecoded path.

Litestar decodes `%2F` before it routes, and costs more than counting does: it is not asked.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from litestar import Request
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import Receive, Scope, Send

from muster.api.event_counter.bodies import parse_adds
from muster.api.event_counter.charts import JSON, Charts, chart_type
from muster.api.event_counter.dates import parse_day, parse_span
from muster.api.event_counter.envelope import to_json
from muster.api.event_counter.targets import decode_name, parse_target
from muster.api.http.authorization import Authorizer, Needs
from muster.api.http.bodies import read_body
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, declared_bytes
from muster.core.counters import Counters, HourCount, local_hour
from muster.errors import CallerError, InvalidInput, NotFound
from muster.model.access import Scope as TokenScope
from muster.model.access import Surface
from muster.model.idempotency import IdempotencyKey, parse_key

PREFIX = "/api/events"
COUNT = PREFIX + "/{NAME}"
ADD = PREFIX + "/{NAME}/{NUM}"
UNIQUE = PREFIX + "/unique"
HISTOGRAM = PREFIX + "/histogram/{EVENT}/{YYYYMMDD}"

READ = Needs(TokenScope.READ, Surface.EVENTS)
WRITE = Needs(TokenScope.WRITE_EVENTS, Surface.EVENTS)
MAX_COUNTS = 100_000
"""Most counts that one question answers."""

MAX_FIELDS = 100
COUNTED = to_json(201)
INCREASED = to_json(204)

_PREFIX = PREFIX.encode()


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: bytes
    media_type: str = JSON


Route = Callable[[AnyRequest], Awaitable[Answer]]


class EventCounter:
    """Answers everything under `/api/events`."""

    def __init__(self, counters: Counters, charts: Charts, authorizer: Authorizer, live: Live) -> None:
        self._counters = counters
        self._charts = charts
        self._authorizer = authorizer
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises the errors of its parts, for the application to put into shape."""
        route = self._route(scope)
        status, body, media_type = await route(Request(scope, receive))
        headers = [(b"content-type", media_type.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _route(self, scope: Any) -> Route:
        """Return what answers a request, and name its route for the metrics."""
        method = scope["method"]
        raw: bytes = scope["raw_path"]
        scope["path"] = raw.decode("latin-1")
        if not raw.startswith(_PREFIX):
            raise NotFoundException
        tail = raw[len(_PREFIX) :]
        if tail in (b"", b"/"):
            return self._pick(scope, PREFIX, {"GET": self._span, "POST": self._add_all})
        if not tail.startswith(b"/"):
            raise NotFoundException
        tail = tail[1:]
        if method == "POST":
            scope["path_template"] = COUNT
            return self._count
        if tail in (b"unique", b"unique/"):
            return self._pick(scope, UNIQUE, {"GET": self._unique})
        if tail.startswith(b"histogram/"):
            return self._pick(scope, HISTOGRAM, {"GET": self._histogram})
        return self._pick(scope, COUNT, {"POST": self._count})

    @staticmethod
    def _pick(scope: Any, template: str, routes: dict[str, Route]) -> Route:
        scope["path_template"] = template
        route = routes.get(scope["method"])
        if route is None:
            raise MethodNotAllowedException(headers={"Allow": ", ".join(routes)})
        return route

    async def _count(self, request: AnyRequest) -> Answer:
        await self._authorizer.check(request, WRITE)
        raw = _raw_path(request)
        name, times = parse_target(raw[len(_PREFIX) + 1 :])
        if times is not None:
            request.scope["path_template"] = ADD
        body = await self._body(request)
        is_new = await self._counters.add(name, times or 1, _key_of(request, raw, body))
        if is_new or times is None:
            return Answer(201, COUNTED)
        return Answer(200, INCREASED)

    async def _add_all(self, request: AnyRequest) -> Answer:
        await self._authorizer.check(request, WRITE)
        body = await self._body(request)
        adds = parse_adds(body, time.time())
        key = _key_of(request, _PREFIX, body)
        if adds or key:
            await self._counters.add_all(adds, key)
        return Answer(201, COUNTED)

    async def _span(self, request: AnyRequest) -> Answer:
        await self._authorizer.check(request, READ)
        query = _query_of(request)
        first, last = parse_span(query.get("start_date", ""), query.get("end_date", ""))
        counts = await self._counters.span(first, last, limit=MAX_COUNTS)
        return Answer(200, await asyncio.to_thread(self._list, counts))

    def _list(self, counts: list[HourCount]) -> bytes:
        """Return one item for each event and local hour; an hour that the clock repeats is one."""
        zone = self._counters.zone()
        dates = {hour: f"{local_hour(hour, zone):%Y%m%d%H}" for hour in {each.hour for each in counts}}
        sums: dict[tuple[str, str], int] = {}
        for name, hour, times in counts:
            at = name, dates[hour]
            sums[at] = sums.get(at, 0) + times
        return to_json(
            [[{"date": date, "event": name, "count": times}] for (name, date), times in sums.items()]
        )

    async def _unique(self, request: AnyRequest) -> Answer:
        await self._authorizer.check(request, READ)
        types = await self._counters.store.types()
        return Answer(200, to_json([[{"event": x.name, "count": x.total}] for x in types if x.is_active]))

    async def _histogram(self, request: AnyRequest) -> Answer:
        await self._authorizer.check(request, READ)
        raw = _raw_path(request)
        tail = raw[len(_PREFIX) + len(b"/histogram/") :].removesuffix(b"/")
        event, _slash, day = tail.rpartition(b"/")
        if not event:
            raise NotFound("expected histogram/EVENT/YYYYMMDD")
        date = parse_day(day.decode("latin-1"))
        name = decode_name(event)
        counts = await self._counters.day(name, date)
        media_type = chart_type(request.headers.get("accept", ""))
        return Answer(200, await self._charts.draw(media_type, name, date, counts), media_type)

    async def _body(self, request: AnyRequest) -> bytes:
        """Return the body of a request; most have none."""
        headers = request.headers
        if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
            return b""
        return await read_body(
            _chunks(request.receive),
            encoding=headers.get("content-encoding", ""),
            declared_bytes=declared_bytes(request),
            limits=self._live.limits,
        )


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise CallerError("the connection ended within the body")
        yield message["body"]
        if not message["more_body"]:
            return


def _raw_path(request: AnyRequest) -> bytes:
    return request.scope["raw_path"]


def _query_of(request: AnyRequest) -> dict[str, str]:
    try:
        return dict(parse_qsl(request.scope["query_string"].decode("latin-1"), max_num_fields=MAX_FIELDS))
    except ValueError:
        raise InvalidInput(f"more than {MAX_FIELDS} parameters", field="query") from None


def _key_of(request: AnyRequest, raw: bytes, body: bytes) -> IdempotencyKey | None:
    """Return the key of a request, with the hash of all that it asks for. Raises InvalidInput."""
    text = request.headers.get("idempotency-key")
    if text is None:
        return None
    return IdempotencyKey(Surface.EVENTS, parse_key(text), hashlib.sha256(raw + b"\0" + body).digest())
