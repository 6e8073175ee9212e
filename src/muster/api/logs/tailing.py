"""New rows as they arrive: server-sent events, resumed by `Last-Event-ID`."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from muster.api.http.authorization import check_again
from muster.api.http.requests import AnyRequest
from muster.api.logs.asking import (
    Agents,
    Asked,
    Levels,
    LogSearch,
    Query,
    Runners,
    Sources,
    Tags,
    to_filter,
)
from muster.api.logs.searching import READ, to_row
from muster.core.logs.ports import LogFilter
from muster.core.logs.questions import parse_mark
from muster.core.logs.tail import Mark
from muster.errors import MusterError

RETRY_MS = 2000
FOREVER = "9999-01-01"


@get("/tail", opt={**READ, "errors": (404, 422, 429)}, summary="Watch log rows arrive")
async def tail_logs(
    request: AnyRequest,
    log_search: LogSearch,
    words: Query = "",
    agent: Agents = None,
    tag: Tags = None,
    runner: Runners = None,
    source: Sources = None,
    level: Levels = None,
) -> ServerSentEvent:
    """Send an event `row` for each row, `left_out` with a number where there were too many at once.

    The header Last-Event-ID with the id of the last event makes it go on from there. An event `failed`
    with code and message is the last one: a question that takes too long, a caller who may no longer ask.
    """
    where = to_filter(log_search, Asked(words, "1970-01-01", FOREVER, agent, tag, runner, source, level))
    last = request.headers.get("last-event-id")
    after = None if last is None else parse_mark(last, "Last-Event-ID")
    log_search.tail.check_room()
    return ServerSentEvent(_events(request, log_search, where, after), retry_duration=RETRY_MS)


async def _events(
    request: AnyRequest, search: LogSearch, where: LogFilter, after: Mark | None
) -> AsyncIterator[ServerSentEventMessage]:
    try:
        async for found, mark in search.tail.watch(search.store, where, after):
            await check_again(request)
            if found.left_out:
                yield ServerSentEventMessage(data=str(found.left_out), event="left_out")
            for row in found.rows:
                at = f"{row.place.received_us}-{row.place.row}"
                data = msgspec.json.encode(to_row(search, row)).decode()
                yield ServerSentEventMessage(data=data, event="row", id=at)
            yield ServerSentEventMessage(data="", event="seen", id=f"{mark[0]}-{mark[1]}")
    except MusterError as error:
        body = msgspec.json.encode({"code": error.code, "message": error.message}).decode()
        yield ServerSentEventMessage(data=body, event="failed")


HANDLERS: tuple[Any, ...] = (tail_logs,)
