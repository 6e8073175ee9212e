"""What happened to one machine: how much it logged, and what was changed, on one axis."""

import asyncio
import time
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import QueryParameter

from muster.api.http.authorization import Needs, is_admin
from muster.api.http.requests import AnyRequest
from muster.api.http.times import parse_time
from muster.core.logs.ports import LogFilter
from muster.core.logs.questions import log_grid
from muster.core.metrics.grid import MAX_SPAN_S, SECOND_US
from muster.core.timeline import Asked, Mark, Timelines, find_marks
from muster.errors import InvalidInput, TooLarge
from muster.model.access import Scope
from muster.model.ids import AgentId

READ = {"needs": Needs(Scope.READ), "errors": (404, 422)}

From = Annotated[str, QueryParameter(name="from", description="Unix microseconds, ISO 8601, or -1h.")]
To = Annotated[str, QueryParameter(name="to", description="The same, or now.")]


class LogLevel(msgspec.Struct, frozen=True):
    """Rows of a level, by bucket; `level` is empty where none was known."""

    level: str
    counts: list[int]


class LogRate(msgspec.Struct, frozen=True):
    """Bucket i begins at `from_us` + i * `interval_s`."""

    from_us: int
    to_us: int
    interval_s: int
    total: int
    levels: list[LogLevel]


class Timeline(msgspec.Struct, frozen=True):
    """`GET /console/v1/hosts/{agent_id}/timeline`: marks, the oldest first.

    `has_more`: these are the newest, there are others before them in the span. `logs` is null when
    there are too many rows to count in time.
    """

    from_us: int
    to_us: int
    logs: LogRate | None
    marks: list[Mark]
    has_more: bool


@get("/hosts/{agent_id:str}/timeline", opt=READ, summary="What happened to one machine")
async def host_timeline(
    request: AnyRequest, agent_id: str, timelines: Timelines, since: From = "-1h", until: To = "now"
) -> Timeline:
    """Return marks and log rows over time; control actions of the audit log are for administrators."""
    agent = timelines.steering.fleet.get(AgentId(agent_id))
    now_us = time.time_ns() // 1000
    from_us, to_us = (parse_time(x, now_us, field=f) for x, f in ((since, "from"), (until, "to")))
    if not 0 < to_us - from_us <= MAX_SPAN_S * SECOND_US:
        raise InvalidInput("expected a time after `from`, at most 400 days", field="to")
    asked = Asked(agent, from_us, to_us, is_admin(request))
    logs, found = await asyncio.gather(_logs(timelines, asked), find_marks(timelines, asked, now_us=now_us))
    return Timeline(from_us, to_us, logs, found.marks, found.has_more)


async def _logs(timelines: Timelines, asked: Asked) -> LogRate | None:
    grid = log_grid(asked.from_us, asked.to_us)
    from_us, to_us = grid.start_s * SECOND_US, grid.end_s * SECOND_US
    where = LogFilter(from_us=from_us, to_us=to_us, agents=frozenset({asked.agent.id}))
    try:
        levels = [LogLevel(*counted) for counted in await timelines.logs.histogram(where, grid)]
    except TooLarge:
        return None
    return LogRate(from_us, to_us, grid.step_s, sum(sum(level.counts) for level in levels), levels)


HANDLERS: tuple[Any, ...] = (host_timeline,)
