"""How a request says which rows it means."""

import time
from collections.abc import Collection, Iterable
from typing import Annotated

import msgspec
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from muster.api.http.live import Live
from muster.api.http.times import parse_time
from muster.core.audit.ports import Outbox
from muster.core.fleet.plan import Kind
from muster.core.fleet.steering import Steering
from muster.core.logs.language import parse_query
from muster.core.logs.ports import LogFilter, LogStore
from muster.core.logs.questions import parse_span
from muster.core.logs.tail import Tail
from muster.errors import InvalidInput, NotFound
from muster.model.ids import AgentId
from muster.model.log import LEVELS

MAX_NAMES = 1000

Query = Annotated[
    str,
    QueryParameter(
        name="query",
        description='Words, "text", field:value, field:>=500, wild*, AND OR NOT, parentheses.',
    ),
]
From = Annotated[str, QueryParameter(name="from", description="Unix microseconds, ISO 8601, or -1h.")]
To = Annotated[str, QueryParameter(name="to", description="The same, or now.")]
Agents = Annotated[
    list[str] | None, QueryParameter(name="agent", description="Ids or hostnames, repeatable.")
]
Tags = Annotated[list[str] | None, QueryParameter(name="tag", description="Agents with one of these tags.")]
Runners = Annotated[list[str] | None, QueryParameter(name="runner", description="Repeatable.")]
Sources = Annotated[list[str] | None, QueryParameter(name="source", description="Repeatable.")]
Levels = Annotated[list[str] | None, QueryParameter(name="level", description=f"Of {', '.join(LEVELS)}.")]


class LogSearch(msgspec.Struct, frozen=True):
    """The parts behind the routes of this surface."""

    store: LogStore
    tail: Tail
    steering: Steering
    live: Live
    outbox: Outbox

    def hostname(self, agent_id: AgentId) -> str:
        """Return an agent's hostname, "" for rows without one, the id when the agent is gone."""
        if not agent_id:
            return ""
        try:
            return self.steering.fleet.get(agent_id).hostname
        except NotFound:
            return agent_id


class Asked(msgspec.Struct, frozen=True):
    """What a request says of the rows it means, as it was written."""

    query: str
    since: str
    until: str
    agents: list[str] | None
    tags: list[str] | None
    runners: list[str] | None
    sources: list[str] | None
    levels: list[str] | None


def to_filter(search: LogSearch, asked: Asked) -> LogFilter:
    """Return which rows are meant. Raises InvalidInput, and NotFound for an unknown agent."""
    now_us = time.time_ns() // 1000
    from_us, to_us = parse_span(
        parse_time(asked.since, now_us, field="from"),
        parse_time(asked.until, now_us, field="to"),
    )
    return LogFilter(
        from_us=from_us,
        to_us=to_us,
        agents=_agents(search, asked.agents, asked.tags),
        runners=_names(asked.runners, "runner"),
        sources=_names(asked.sources, "source"),
        levels=_levels(asked.levels),
        query=parse_query(asked.query, lambda name: _named(search, name)),
    )


async def asked_rows(
    log_search: LogSearch,
    words: Query = "",
    since: From = "-1h",
    until: To = "now",
    agent: Agents = None,
    tag: Tags = None,
    runner: Runners = None,
    source: Sources = None,
    level: Levels = None,
) -> LogFilter:
    """Return which rows a request means, for each route that asks for `where`. Raises as `to_filter`."""
    return to_filter(log_search, Asked(words, since, until, agent, tag, runner, source, level))


Where = NamedDependency[SkipValidation[LogFilter]]


def _agents(search: LogSearch, names: list[str] | None, tags: list[str] | None) -> frozenset[AgentId] | None:
    if names is None and tags is None:
        return None
    found: set[AgentId] = set()
    for name in _names(names, "agent"):
        found.update(_named(search, name))
    for tag in _names(tags, "tag"):
        found.update(AgentId(agent) for agent in search.steering.plan.linked(Kind.TAG_AGENT, tag))
    return frozenset(found)


def _named(search: LogSearch, name: str) -> Collection[AgentId]:
    agents = search.steering.fleet.named(name)
    if not agents:
        raise NotFound(f"no agent {name}")
    return agents


def _names(names: Iterable[str] | None, field: str) -> frozenset[str]:
    found = frozenset(names or ())
    if len(found) > MAX_NAMES:
        raise InvalidInput(f"at most {MAX_NAMES} are accepted", field=field)
    return found


def _levels(levels: list[str] | None) -> frozenset[str]:
    unknown = set(levels or ()) - set(LEVELS)
    if unknown:
        raise InvalidInput(f"expected some of {', '.join(LEVELS)}", field="level")
    return frozenset(levels or ())
