"""What was counted: descriptions, totals, and which names take no more."""

from typing import Annotated, Any

import msgspec
from litestar import get, patch
from litestar.params import PathParameter, QueryParameter

from muster.api.console.changing import JSON_OBJECT
from muster.api.http.authorization import Needs
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.core.counter_series import BucketStep, series
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


class TypeCounts(msgspec.Struct, frozen=True):
    """The counts of an event, a bucket each."""

    id: int
    counts: list[int]


class EventSeries(msgspec.Struct, frozen=True):
    """`GET /console/v1/event-types/series`: bucket i begins at `starts_us[i]`, on `dates[i]` of the zone.

    A date is YYYY-MM-DD, with THH:MM behind it where buckets are hours.
    """

    zone: str
    step: BucketStep
    starts_us: list[int]
    dates: list[str]
    end_us: int
    series: list[TypeCounts]


@get("/event-types", opt={"needs": Needs(Scope.READ)}, summary="Every event that was counted")
async def list_event_types(event_types: EventTypes) -> list[EventType]:
    """Return the types by name."""
    return await event_types.counters.store.types()


@patch(
    "/event-types/{type_id:int}",
    opt={"needs": Needs(Scope.ADMIN), "errors": (404,)},
    summary="Describe an event, or switch it off and on",
    operation_class=raw_body(JSON_OBJECT),
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


@get(
    "/event-types/series",
    opt={"needs": Needs(Scope.READ), "errors": (422,)},
    summary="Counts of events over time",
)
async def event_series(
    event_types: EventTypes,
    type_ids: Annotated[list[int], QueryParameter(name="id", description="Of event types; 1-50.")],
    since_us: Annotated[int, QueryParameter(name="from", description="Unix microseconds; included.")],
    until_us: Annotated[int, QueryParameter(name="to", description="Unix microseconds; not included.")],
    step: Annotated[
        BucketStep, QueryParameter(description="Of the display time zone; weeks begin on Monday.")
    ],
) -> EventSeries:
    """Return whole buckets that cover the span, at most 2 000; an unknown id has zeros."""
    counters = event_types.counters
    wanted = list(dict.fromkeys(type_ids))
    found = await series(counters, wanted, from_us=since_us, to_us=until_us, step=step)
    style = "%Y-%m-%dT%H:%M" if step is BucketStep.HOUR else "%Y-%m-%d"
    return EventSeries(
        zone=str(counters.zone()),
        step=step,
        starts_us=[int(start.timestamp()) * 1_000_000 for start in found.starts],
        dates=[start.strftime(style) for start in found.starts],
        end_us=int(found.end.timestamp()) * 1_000_000,
        series=[TypeCounts(type_id, list(found.counts[type_id])) for type_id in wanted],
    )


HANDLERS: list[Any] = [list_event_types, change_event_type, event_series]
