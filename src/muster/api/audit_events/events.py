"""`/api/event`: events in, and pages of events, the newest first."""

import asyncio
import functools
import hashlib
from collections import Counter
from typing import Annotated

import msgspec
from litestar import MediaType, Response, get, post
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import QueryParameter

from muster.api.audit_events.decoding import NDJSON, decode_events
from muster.api.audit_events.errors import WrongRequest
from muster.api.audit_events.questions import parse_question
from muster.api.audit_events.service import AuditSurface, check_may_read_control
from muster.api.http.authorization import Needs, caller_of
from muster.api.http.requests import AnyRequest, body_of, media_type_of, raw_body
from muster.core.audit.ports import AuditBatch
from muster.core.audit.times import to_text
from muster.errors import InvalidInput
from muster.model.access import Scope, Surface
from muster.model.audit import AuditEvent
from muster.model.idempotency import IdempotencyKey, parse_key

READ = {"needs": Needs(Scope.READ, Surface.AUDIT), "wrong": 422, "errors": (422, 500)}
WRITE = {"needs": Needs(Scope.WRITE_AUDIT, Surface.AUDIT), "wrong": 422, "errors": (500,)}
INDEX_HEADER = "X-Muster-Audit-Index"
SMALL_BYTES = 16 * 1024
"""A body beyond this takes turns with its like, so that small requests get through between them."""

LARGE_BYTES = 512 * 1024
"""A body beyond this is decoded on a thread, in its turn too."""

JSON_ARRAY = Schema(type=OpenAPIType.ARRAY)
JSON_LINES = Schema(type=OpenAPIType.STRING)

Text = Annotated[str | None, QueryParameter()]
PageToken = Annotated[
    str | None, QueryParameter(name="page_token", description="`next_page` of the page before.")
]
PageSize = Annotated[str | None, QueryParameter(name="page_size", description="1-1000.")]
From = Annotated[
    str | None, QueryParameter(name="from", description="ISO 8601; events of this time or later.")
]
To = Annotated[str | None, QueryParameter(name="to", description="ISO 8601; events before this time.")]
Words = Annotated[str | None, QueryParameter(name="q", description="Text that the payload contains.")]


class EventBody(msgspec.Struct, frozen=True):
    """An event of a page."""

    event_ts: str
    application_name: str
    event_kind: str
    payload: msgspec.Raw


class PageBody(msgspec.Struct, frozen=True):
    """`next_page` goes into `page_token` for the events before; null when there are none."""

    next_page: int | None
    page_size: int
    data: list[EventBody]


@post(
    "/api/event",
    opt=WRITE,
    summary="Store audit events",
    operation_class=raw_body({"application/json": JSON_ARRAY, NDJSON: JSON_LINES}),
    status_code=201,
)
async def add_events(request: AnyRequest, audit_surface: AuditSurface) -> Response[bytes]:
    """Store a list of events, all or none; answer when they and their tree are on disk.

    The header X-Muster-Audit-Index has the index of the first in the tree; the others follow it.
    """
    body = await body_of(request, audit_surface.live.limits)
    request.state.is_bulk = len(body) > SMALL_BYTES
    batch = await _decode(audit_surface, body, is_ndjson=media_type_of(request) == NDJSON)
    once = await _once(request, body)
    audit_surface.maybe_fail()
    if not batch.ts_us and once is None:
        return Response(b"", status_code=201, media_type=MediaType.TEXT)
    try:
        appended = await asyncio.wrap_future(audit_surface.log.submit(batch, once=once))
    except InvalidInput as error:
        raise WrongRequest(["header", error.field or ""], error.message.partition(": ")[2]) from None
    if not appended.repeated:
        for application, count in Counter(source.application for source in batch.sources).items():
            audit_surface.inserted(application, count)
    headers = {INDEX_HEADER: str(appended.first)} if appended.events else {}
    return Response(b"", status_code=201, media_type=MediaType.TEXT, headers=headers)


@get("/api/event", opt=READ, summary="Audit events, the newest first")
async def list_events(
    request: AnyRequest,
    audit_surface: AuditSurface,
    page_token: PageToken = None,
    page_size: PageSize = None,
    application_name: Text = None,
    event_kind: Text = None,
    since: From = None,
    until: To = None,
    words: Words = None,
) -> PageBody:
    """Return a page in the order of arrival. A long search gives short pages: go on with `next_page`."""
    question = parse_question(request.query_params)
    if question.with_control:
        check_may_read_control(request)
    audit_surface.maybe_fail()
    page = await audit_surface.log.page(question)
    return PageBody(page.next_before, question.limit, [to_body(event) for event in page.events])


def to_body(event: AuditEvent) -> EventBody:
    """Return an event as it is answered; the payload is what was received, byte for byte."""
    return EventBody(
        to_text(event.ts_us), event.source.application, event.source.kind, msgspec.Raw(event.payload)
    )


async def _decode(audit_surface: AuditSurface, body: bytes, *, is_ndjson: bool) -> AuditBatch:
    decode = functools.partial(decode_events, body, is_ndjson=is_ndjson)
    if len(body) > LARGE_BYTES:
        return await audit_surface.turns.take_on_thread(decode, len(body))
    if len(body) > SMALL_BYTES:
        return await audit_surface.turns.take(decode, len(body))
    return decode()


async def _once(request: AnyRequest, body: bytes) -> IdempotencyKey | None:
    """Return what makes a repeat of the request recognisable, for its caller only."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    try:
        name = f"{caller_of(request)}:{parse_key(key)}"
    except InvalidInput as error:
        raise WrongRequest(["header", "Idempotency-Key"], error.message.partition(": ")[2]) from None
    sha256 = (
        await asyncio.to_thread(hashlib.sha256, body) if len(body) > LARGE_BYTES else hashlib.sha256(body)
    )
    return IdempotencyKey("audit", name, sha256.digest())
