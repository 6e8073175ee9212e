"""JSON lines in: one object a line, taken apart by the engine."""

import asyncio
import hashlib
from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import QueryParameter

from muster.api.http.authorization import Needs, caller_of
from muster.api.http.requests import AnyRequest, body_of, check_media_type, raw_body
from muster.api.logs.asking import LogSearch
from muster.core.logs.ports import LineFields, PostedLines
from muster.errors import InvalidInput
from muster.model.access import Scope, Surface
from muster.model.idempotency import parse_key
from muster.model.log import MAX_FIELD_NAME

NDJSON = "application/x-ndjson"
MEDIA_TYPES = (NDJSON, "application/jsonl", "application/json", "text/plain")
MAX_NAMES = 10
MAX_SOURCE = 256

TIME, MESSAGE, LEVEL = "_time,time,timestamp,@timestamp,ts", "_msg,message,msg", "_level,level,severity"
_LINES = Schema(type=OpenAPIType.STRING, description="One JSON object a line.")


class Stored(msgspec.Struct, frozen=True):
    """How many rows were stored; `repeated`: they were already, under the same Idempotency-Key."""

    rows: int
    repeated: bool


@post(
    "/",
    opt={"needs": Needs(Scope.WRITE_LOGS, Surface.FLEET)},
    summary="Store log rows from JSON lines",
    operation_class=raw_body(dict.fromkeys(MEDIA_TYPES, _LINES)),
    status_code=201,
)
async def add_logs(
    request: AnyRequest,
    log_search: LogSearch,
    time_field: Annotated[
        str, QueryParameter(name="_time_field", description="Names, the first that a line has is its time.")
    ] = TIME,
    msg_field: Annotated[
        str, QueryParameter(name="_msg_field", description="The same for the message.")
    ] = MESSAGE,
    level_field: Annotated[
        str, QueryParameter(name="_level_field", description="And for the level.")
    ] = LEVEL,
    source: Annotated[
        str, QueryParameter(max_length=MAX_SOURCE, description="What they are stored under.")
    ] = "http",
) -> Stored:
    """Store all lines or, when one of them cannot be read, none; answer when they are on disk.

    What is no time, message or level becomes a field. A line without a time has that of its receipt.
    """
    check_media_type(request, *MEDIA_TYPES)
    fields = LineFields(
        time=_names(time_field, "_time_field"),
        message=_names(msg_field, "_msg_field"),
        level=_names(level_field, "_level_field"),
        source=source,
    )
    body = await body_of(request, log_search.live.limits)
    if not body or body.isspace():
        return Stored(0, repeated=False)
    lines = await asyncio.to_thread(_to_lines, request, body, fields)
    outcome = await asyncio.wrap_future(log_search.store.submit_lines(lines))
    return Stored(outcome.rows, outcome.repeated)


def _to_lines(request: AnyRequest, body: bytes, fields: LineFields) -> PostedLines:
    text = request.headers.get("idempotency-key")
    if text is None:
        return PostedLines(body, fields, "", "")
    key = hashlib.sha256(f"{caller_of(request)}:{parse_key(text)}".encode()).hexdigest()
    sha256 = hashlib.sha256(msgspec.json.encode(fields) + b"\n" + body).hexdigest()
    return PostedLines(body, fields, key, sha256)


def _names(text: str, field: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if len(names) > MAX_NAMES or not all(1 <= len(name) <= MAX_FIELD_NAME for name in names):
        raise InvalidInput(f"expected 1-{MAX_NAMES} names joined by commas", field=field)
    return names


HANDLERS: tuple[Any, ...] = (add_logs,)
