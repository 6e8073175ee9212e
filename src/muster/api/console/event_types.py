"""What was counted: descriptions, totals, and which names take no more."""

from typing import Annotated, Any

import msgspec
from litestar import get, patch
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import PathParameter

from muster.api.http.authorization import Needs
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.core.counters import Counters, EventType, parse_description
from muster.model.access import Scope

MAX_ID = 2**63 - 1


class EventTypes(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    counters: Counters
    live: Live


class EventTypeChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is absent stays."""

    description: str | None = None
    is_active: bool | None = None


@get("/event-types", opt={"needs": Needs(Scope.READ)}, summary="Every event that was counted")
async def list_event_types(event_types: EventTypes) -> list[EventType]:
    """Return the types by name."""
    return await event_types.counters.store.types()


@patch(
    "/event-types/{type_id:int}",
    opt={"needs": Needs(Scope.ADMIN), "errors": (404,)},
    summary="Describe an event, or switch it off and on",
    operation_class=raw_body({"application/json": Schema(type=OpenAPIType.OBJECT)}),
)
async def change_event_type(
    request: AnyRequest,
    event_types: EventTypes,
    type_id: Annotated[int, PathParameter(ge=1, le=MAX_ID)],
) -> EventType:
    """Change a type; an inactive one refuses to be counted."""
    change = await json_of(request, event_types.live.limits, EventTypeChange)
    description = None if change.description is None else parse_description(change.description)
    return await event_types.counters.store.change_type(
        type_id, description=description, is_active=change.is_active
    )


HANDLERS: list[Any] = [list_event_types, change_event_type]
