"""Rows, the newest first; how many over time; names and values of fields; what stands around a row."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import QueryParameter

from muster.api.http.authorization import Needs
from muster.api.logs.asking import LogSearch, Where
from muster.core.logs.ports import LogRow
from muster.core.logs.questions import log_grid, parse_place, to_text
from muster.core.metrics.grid import SECOND_US
from muster.errors import InvalidInput, NotFound
from muster.model.access import Scope, Surface
from muster.model.ids import AgentId
from muster.model.log import MAX_FIELD_NAME

READ = {"needs": Needs(Scope.READ, Surface.FLEET), "errors": (404, 413, 422)}
MAX_NEIGHBOURS = 200

Limit = Annotated[int, QueryParameter(ge=1, le=1000)]
Before = Annotated[str | None, QueryParameter(description="`next` of the page before.")]
Prefix = Annotated[
    str, QueryParameter(max_length=256, description="What they begin with, in capital or small letters.")
]
Neighbours = Annotated[int, QueryParameter(ge=0, le=MAX_NEIGHBOURS)]


class Row(msgspec.Struct, frozen=True):
    """One line; `id` names it in other questions, times are Unix microseconds."""

    id: str
    ts_us: int
    received_us: int
    agent_id: AgentId
    hostname: str
    runner: str
    source: str
    level: str
    message: str
    fields: dict[str, str]


class Page(msgspec.Struct, frozen=True):
    """`next` goes into `before` for the rows before these, null when there are none.

    `prev` goes into `after` for the rows after these, also for those that are still to come; null when
    there is no row to go from.
    """

    rows: list[Row]
    next: str | None
    prev: str | None


class Level(msgspec.Struct, frozen=True):
    """Rows of a level, by bucket; `level` is empty where none was known."""

    level: str
    counts: list[int]


class Histogram(msgspec.Struct, frozen=True):
    """Bucket i begins at `from_us` + i * `interval_s`."""

    from_us: int
    to_us: int
    interval_s: int
    total: int
    levels: list[Level]


class FieldValue(msgspec.Struct, frozen=True):
    """A value, and how many rows have it."""

    value: str
    count: int


class FieldValues(msgspec.Struct, frozen=True):
    """The most frequent values of a field."""

    field: str
    values: list[FieldValue]


class FieldNames(msgspec.Struct, frozen=True):
    """Names to ask for, the most frequent first, as counted in the newest `rows` rows that a query finds.

    `value` is a name, `count` how many of those rows have it.
    """

    rows: int
    names: list[FieldValue]


class Context(msgspec.Struct, frozen=True):
    """Rows of one source, the oldest first; `at` is the index of the one that was asked about."""

    rows: list[Row]
    at: int


def to_row(search: LogSearch, row: LogRow) -> Row:
    """Return a row as it is answered."""
    return Row(
        to_text(row.place),
        row.place.ts_us,
        row.place.received_us,
        row.agent_id,
        search.hostname(row.agent_id),
        row.runner,
        row.source,
        row.level,
        row.message,
        dict(row.fields),
    )


@get("/", opt=READ, summary="Search log rows, the newest first")
async def search_logs(
    log_search: LogSearch,
    where: Where,
    before: Before = None,
    after: Annotated[str | None, QueryParameter(description="`prev` of a page; not beside `before`.")] = None,
    limit: Limit = 100,
) -> Page:
    """Return the rows that a query finds; 413 says how to narrow one that takes too long.

    With `after` they are those that follow next on the place it names, the newest of them first.
    """
    if after is not None:
        if before is not None:
            raise InvalidInput("expected one of `before` and `after`", field="after")
        place = parse_place(after, "after")
        rows = (await log_search.store.oldest(where, after=place, limit=limit))[::-1]
        return _page(log_search, rows, has_more=bool(rows), start=after)
    place_before = None if before is None else parse_place(before, "before")
    rows = await log_search.store.newest(where, before=place_before, limit=limit)
    return _page(log_search, rows, has_more=len(rows) == limit, start=None)


def _page(search: LogSearch, rows: list[LogRow], *, has_more: bool, start: str | None) -> Page:
    return Page(
        [to_row(search, row) for row in rows],
        to_text(rows[-1].place) if has_more else None,
        to_text(rows[0].place) if rows else start,
    )


@get("/histogram", opt=READ, summary="Log rows over time, by level")
async def log_histogram(
    log_search: LogSearch,
    where: Where,
) -> Histogram:
    """Return at most about 120 buckets; the first and the last are whole ones."""
    grid = log_grid(where.from_us, where.to_us)
    from_us, to_us = grid.start_s * SECOND_US, grid.end_s * SECOND_US
    whole = msgspec.structs.replace(where, from_us=from_us, to_us=to_us)
    levels = [Level(*counted) for counted in await log_search.store.histogram(whole, grid)]
    total = sum(sum(counted.counts) for counted in levels)
    return Histogram(from_us, to_us, grid.step_s, total, levels)


@get("/values", opt=READ, summary="The most frequent values of a field")
async def log_values(
    log_search: LogSearch,
    field: Annotated[
        str,
        QueryParameter(
            min_length=1,
            max_length=MAX_FIELD_NAME,
            description="A field, or level, runner, source, message, agent.",
        ),
    ],
    where: Where,
    prefix: Prefix = "",
    limit: Limit = 10,
) -> FieldValues:
    """Return values and how many of the rows that a query finds have them."""
    found = await log_search.store.top_values(where, field, limit=limit, prefix=prefix)
    return FieldValues(field, [FieldValue(*value) for value in found])


@get("/fields", opt=READ, summary="Names of fields")
async def log_fields(
    log_search: LogSearch,
    where: Where,
    prefix: Prefix = "",
    limit: Limit = 100,
) -> FieldNames:
    """Return what rows can be asked for by name, counted in the newest 100 000 that a query finds."""
    found = await log_search.store.field_names(where, limit=limit, prefix=prefix)
    return FieldNames(found.rows, [FieldValue(*name) for name in found.names])


@get("/context", opt=READ, summary="What stands around a log row")
async def log_context(
    log_search: LogSearch,
    id: Annotated[str, QueryParameter(description="`id` of the row.")],
    before: Neighbours = 10,
    after: Neighbours = 10,
) -> Context:
    """Return a row amid its neighbours of the same agent, runner and source."""
    place = parse_place(id, "id")
    rows = await log_search.store.around(place, before=before, after=after)
    at = next((index for index, row in enumerate(rows) if row.place == place), None)
    if at is None:
        raise NotFound(f"no row {id}")
    return Context([to_row(log_search, row) for row in rows], at)


HANDLERS: tuple[Any, ...] = (search_logs, log_histogram, log_fields, log_values, log_context)
