"""`/api/metrics`: values over time; `/api/metrics/last`: the newest ones."""

import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.params import QueryParameter

from muster.api.http.authorization import Needs
from muster.api.http.times import parse_time
from muster.core.fleet.registry import Fleet
from muster.core.metrics.grid import SECOND_US
from muster.core.metrics.questions import Questions
from muster.errors import InvalidInput, NotFound
from muster.model.access import Scope, Surface
from muster.model.ids import AgentId
from muster.model.metric import parse_metric, read_labels, unit_of

READ = {"needs": Needs(Scope.READ, Surface.FLEET), "errors": (404, 422)}
MAX_AGENTS = 1000
MAX_METRICS = 100

Agents = Annotated[
    list[str] | None,
    QueryParameter(name="agent", description="Ids or hostnames, repeatable; without it, the own host."),
]


class MetricQuestions(msgspec.Struct, frozen=True):
    """The parts behind the routes of this surface; `own` names the agents of the server's own machine."""

    questions: Questions
    fleet: Fleet
    own: Callable[[], frozenset[AgentId]]


class SeriesValues(msgspec.Struct, frozen=True):
    """One series; value i belongs to the bucket that begins at `from_us` + i * `interval_s`."""

    agent_id: AgentId
    metric: str
    labels: dict[str, str]
    unit: str
    values: list[float | None]


class MetricAnswer(msgspec.Struct, frozen=True):
    """`GET /api/metrics`: aligned buckets, null where there is no data."""

    from_us: int
    to_us: int
    interval_s: int
    series: list[SeriesValues]


class LastValue(msgspec.Struct, frozen=True):
    """The newest sample of a series; a counter's is its count."""

    agent_id: AgentId
    metric: str
    labels: dict[str, str]
    unit: str
    value: float
    ts_us: int


@get("/", opt=READ, summary="Metrics over time, in about 300 buckets")
async def over_time(
    metric_questions: MetricQuestions,
    metric: Annotated[list[str], QueryParameter(description="For example cpu.used_percent; repeatable.")],
    agent: Agents = None,
    since: Annotated[
        str, QueryParameter(name="from", description="Unix microseconds, ISO 8601, or -1h.")
    ] = "-1h",
    until: Annotated[str, QueryParameter(name="to", description="The same, or now.")] = "now",
    interval_s: Annotated[float | None, QueryParameter(ge=1, le=86_400)] = None,
) -> MetricAnswer:
    """Return means of gauges, and rates per second of counters (names that end in `_total`)."""
    if not 1 <= len(metric) <= MAX_METRICS:
        raise InvalidInput(f"expected 1-{MAX_METRICS} names", field="metric")
    now_us = time.time_ns() // 1000
    answer = await metric_questions.questions.over_time(
        _agents(metric_questions, agent),
        {parse_metric(name) for name in metric},
        from_us=parse_time(since, now_us, field="from"),
        to_us=parse_time(until, now_us, field="to"),
        interval_s=interval_s,
    )
    grid = answer.grid
    return MetricAnswer(
        from_us=grid.start_s * SECOND_US,
        to_us=grid.end_s * SECOND_US,
        interval_s=grid.step_s,
        series=[
            SeriesValues(key.agent_id, key.metric, read_labels(key.labels), unit_of(key.metric), values)
            for key, values in answer.series
        ],
    )


@get("/last", opt=READ, summary="The newest value of every metric")
async def last_values(metric_questions: MetricQuestions, agent: Agents = None) -> list[LastValue]:
    """Return what the machines' last looks of the last 15 minutes saw."""
    return [
        LastValue(agent_id, x.key.metric, read_labels(x.key.labels), unit_of(x.key.metric), x.value, x.ts_us)
        for agent_id in sorted(_agents(metric_questions, agent))
        for x in await metric_questions.questions.last(agent_id)
    ]


def _agents(metric_questions: MetricQuestions, names: Sequence[str] | None) -> frozenset[AgentId]:
    """Return the agents that a question names. Raises NotFound for an unknown one."""
    if not names:
        return metric_questions.own()
    if len(names) > MAX_AGENTS:
        raise InvalidInput(f"at most {MAX_AGENTS} at once", field="agent")
    found: set[AgentId] = set()
    for name in names:
        agents = metric_questions.fleet.named(name)
        if not agents:
            raise NotFound(f"no agent {name}")
        found |= agents
    return frozenset(found)


def metrics_router(**options: Any) -> Router:
    """Return the routes of this surface."""
    return Router("/api/metrics", route_handlers=[over_time, last_values], tags=["Metrics"], **options)
