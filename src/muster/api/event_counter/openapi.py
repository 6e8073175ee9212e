"""The OpenAPI description of these routes, by hand: the framework does not see inside a raw application."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    PathItem,
    Reference,
    RequestBody,
    Schema,
)

from muster.api.error_docs import COMPONENT, MEANING
from muster.api.event_counter.bodies import EventAdd
from muster.api.event_counter.charts import FORMS, JSON, ChartData
from muster.api.event_counter.envelope import Envelope
from muster.api.event_counter.routes import ADD, COUNT, HISTOGRAM, PREFIX, UNIQUE

ALWAYS = (401, 403, 503)
OF_A_POST = (408, 413, 422, 429)
TEXT = Schema(type=OpenAPIType.STRING)
NAME = "1-255 bytes of UTF-8; a slash may be written as it is or as %2F."
DATE = Schema(type=OpenAPIType.STRING, pattern="^[0-9]{8}([0-9]{2})?$", example="20260721")
KEY = Parameter(
    "Idempotency-Key",
    "header",
    schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=255),
    description="A repeat with the same key within 24 h gets the same answer and counts nothing.",
)


def document_events(app: Litestar) -> None:
    """Write these routes into the application's OpenAPI document."""
    document = app.openapi_schema
    _, components = msgspec.json.schema_components((Envelope, EventAdd, ChartData), ref_template=COMPONENT)
    schemas: dict[str, Any] = document.components.schemas
    schemas.update(components)
    paths = document.paths = document.paths if document.paths is not None else {}
    paths.update(
        {
            PREFIX: PathItem(get=_span(), post=_add_all()),
            UNIQUE: PathItem(get=_operation("unique", "The total of every active event")),
            COUNT: PathItem(post=_count()),
            ADD: PathItem(post=_add()),
            HISTOGRAM: PathItem(get=_histogram()),
        }
    )


def _span() -> Operation:
    return _operation(
        "span",
        "The counts of a span, by event and hour",
        Parameter("start_date", "query", required=True, schema=DATE, description="YYYYMMDDHH or YYYYMMDD."),
        Parameter("end_date", "query", required=True, schema=DATE, description="The same; included."),
        errors=(422,),
    )


def _add_all() -> Operation:
    item = Reference(ref=COMPONENT.format(name=EventAdd.__name__))
    operation = _operation(
        "add_all", "Count a list of events, all or none", KEY, statuses=(201,), errors=(400, 409, *OF_A_POST)
    )
    operation.request_body = RequestBody(
        content={JSON: OpenAPIMediaType(schema=Schema(type=OpenAPIType.ARRAY, items=item))}, required=True
    )
    return operation


def _count() -> Operation:
    return _operation(
        "count", "Count one", _name("NAME"), KEY, statuses=(201,), errors=(404, 409, *OF_A_POST)
    )


def _add() -> Operation:
    number = Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=1_000_000_000)
    return _operation(
        "add",
        "Count many at once: 201 for a new name, else HTTP 200 with 204 in the envelope",
        _name("NAME"),
        Parameter("NUM", "path", required=True, schema=number),
        KEY,
        statuses=(200, 201),
        errors=(404, 409, *OF_A_POST),
    )


def _histogram() -> Operation:
    day = Schema(type=OpenAPIType.STRING, pattern="^[0-9]{8}$", example="20260721")
    operation = _operation(
        "histogram",
        "The 24 hours of a day as a picture, or as numbers, as Accept asks",
        _name("EVENT"),
        Parameter("YYYYMMDD", "path", required=True, schema=day),
        errors=(404, 422, 429),
    )
    binary = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format="binary"))  # type: ignore[arg-type]
    content: dict[str, OpenAPIMediaType] = dict.fromkeys(FORMS, binary)
    content[JSON] = OpenAPIMediaType(schema=Reference(ref=COMPONENT.format(name=ChartData.__name__)))
    assert operation.responses is not None  # noqa: S101 _operation fills them
    operation.responses["200"] = OpenAPIResponse(description="The chart.", content=content)
    return operation


def _name(name: str) -> Parameter:
    return Parameter(name, "path", required=True, schema=TEXT, description=NAME)


def _operation(
    name: str,
    summary: str,
    *parameters: Parameter,
    statuses: tuple[int, ...] = (200,),
    errors: tuple[int, ...] = (),
) -> Operation:
    envelope: Mapping[str, OpenAPIMediaType] = {
        JSON: OpenAPIMediaType(schema=Reference(ref=COMPONENT.format(name=Envelope.__name__)))
    }
    responses: dict[str, OpenAPIResponse | Reference] = {
        str(status): OpenAPIResponse(description=MEANING.get(status, "Done."), content=dict(envelope))
        for status in sorted({*statuses, *errors, *ALWAYS})
    }
    return Operation(
        tags=["Event counter"],
        operation_id=f"event_counter_{name}",
        summary=summary,
        parameters=list(parameters) or None,
        responses=responses,
    )
