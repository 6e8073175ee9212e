"""What the audit page shows: events in short, the newest first, and one of them whole."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import PathParameter, QueryParameter

from muster.api.http.authorization import Needs, is_admin
from muster.api.http.requests import AnyRequest
from muster.core.audit.ports import AuditLog, Question
from muster.core.audit.times import to_text
from muster.errors import Forbidden, InvalidInput
from muster.model.access import Scope
from muster.model.audit import CONTROL_APPLICATION, AuditEvent

READ = {"needs": Needs(Scope.READ), "errors": (422,)}
MAX_ID = 2**63 - 1
MAX_ROWS = 200
MAX_TEXT = 256
MAX_SOURCES = 1_000
PREVIEW_BYTES = 240

Moment = Annotated[int | None, QueryParameter(ge=0, le=MAX_ID, description="Unix microseconds.")]
Words = Annotated[
    str | None, QueryParameter(name="q", description=f"Text that the payload contains, 1-{MAX_TEXT}.")
]


class ConsoleAudit(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    log: AuditLog


class AuditRow(msgspec.Struct, frozen=True):
    """An event in short; `preview` is the beginning of its payload, of `payload_bytes` in all."""

    id: int
    ts_us: int
    application_name: str
    event_kind: str
    preview: str
    payload_bytes: int


class AuditRows(msgspec.Struct, frozen=True):
    """`next_before` goes into `before` for the events before; null when there are none.

    A page with few events and a `next_before` is of a search that ran out of time: go on.
    """

    next_before: int | None
    events: list[AuditRow]


class WholeEvent(msgspec.Struct, frozen=True):
    """An event with all that its leaf of the tree is made from, as text; `id` is its index + 1."""

    id: int
    event_ts: str
    application_name: str
    event_kind: str
    payload: str


class AuditSource(msgspec.Struct, frozen=True):
    """An application and a kind that there are events of."""

    application_name: str
    event_kind: str


@get("/audit/events", opt=READ, summary="Audit events in short, the newest first")
async def audit_rows(
    request: AnyRequest,
    console_audit: ConsoleAudit,
    before: Annotated[int | None, QueryParameter(ge=1, le=MAX_ID, description="An id.")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_ROWS)] = 100,
    application_name: Annotated[str | None, QueryParameter()] = None,
    event_kind: Annotated[str | None, QueryParameter()] = None,
    from_us: Moment = None,
    to_us: Moment = None,
    words: Words = None,
) -> AuditRows:
    """Return a page in the order of arrival. Those of `muster` are for administrators."""
    if application_name == CONTROL_APPLICATION:
        _check_may_read_control(request)
    if words is not None and (not 1 <= len(words) <= MAX_TEXT or "\0" in words):
        raise InvalidInput(f"expected 1-{MAX_TEXT} characters without U+0000", field="q")
    page = await console_audit.log.page(
        Question(
            limit=limit,
            before=before,
            application=application_name,
            kind=event_kind,
            from_us=from_us,
            to_us=to_us,
            text=words,
            with_control=is_admin(request),
        )
    )
    return AuditRows(page.next_before, [_row(event) for event in page.events])


@get("/audit/events/{event_id:int}", opt=READ | {"errors": (404,)}, summary="One audit event")
async def audit_event(
    request: AnyRequest,
    console_audit: ConsoleAudit,
    event_id: Annotated[int, PathParameter(ge=1, le=MAX_ID)],
) -> WholeEvent:
    """Return an event with its payload exactly as it was received."""
    (event,) = await console_audit.log.events(event_id - 1, 1)
    if event.source.application == CONTROL_APPLICATION:
        _check_may_read_control(request)
    return WholeEvent(
        event.id, to_text(event.ts_us), event.source.application, event.source.kind, event.payload.decode()
    )


@get("/audit/sources", opt=READ, summary="What there are audit events of")
async def audit_sources(request: AnyRequest, console_audit: ConsoleAudit) -> list[AuditSource]:
    """Return at most 1 000, by name."""
    found = await console_audit.log.sources(limit=MAX_SOURCES)
    return [
        AuditSource(source.application, source.kind)
        for source in found
        if source.application != CONTROL_APPLICATION or is_admin(request)
    ]


def _row(event: AuditEvent) -> AuditRow:
    preview = event.payload[:PREVIEW_BYTES].decode(errors="ignore")
    return AuditRow(
        event.id, event.ts_us, event.source.application, event.source.kind, preview, len(event.payload)
    )


def _check_may_read_control(request: AnyRequest) -> None:
    if not is_admin(request):
        raise Forbidden(f"events of {CONTROL_APPLICATION!r} are for administrators")


HANDLERS: list[Any] = [audit_rows, audit_event, audit_sources]
