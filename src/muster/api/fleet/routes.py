"""Routes of the fleet surface."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.params import PathParameter

from muster.api.fleet import (
    agent_tags,
    agents,
    commands,
    configs,
    grok,
    metrics,
    releases,
    revisions,
    runners,
    tags,
)
from muster.api.fleet.errors import error_handlers
from muster.api.http.authorization import Needs
from muster.core.fleet.registry import Fleet
from muster.core.ingest import MarkStore
from muster.errors import Conflict, NotFound
from muster.model.access import Scope, Surface
from muster.model.agent import Agent
from muster.model.batch import LOGS
from muster.model.ids import AgentId, StreamName
from muster.model.link import StreamLedger

READ = {"needs": Needs(Scope.READ, Surface.FLEET)}
READ_ONE = READ | {"errors": (409,)}


CountRows = Callable[[AgentId], Awaitable[int]]


class FleetAccount(msgspec.Struct, frozen=True):
    """The parts behind the routes of this surface.

    `count_rows` counts what is stored of what an agent sent in a stream, `count_logs` the rows of each of
    its runners, `count_imported` what something else collected and was stored under the agent's id.
    """

    fleet: Fleet
    count_rows: Mapping[StreamName, CountRows]
    count_logs: Callable[[AgentId], Awaitable[Mapping[str, int]]]
    count_imported: Mapping[StreamName, CountRows]
    mark_store: MarkStore


class StreamAccount(msgspec.Struct, frozen=True):
    """One stream: what the agent said last, and what is stored, counted from rows.

    `stored` counts rows that the agent sent, and is null for the inventory, of which changes are
    kept and not each look; `imported` counts rows that came by `POST /reports`. `balanced` tells
    whether the agent's own stages add up; `missing_batches` counts sequences that were skipped and
    never came.
    """

    agent: StreamLedger
    stored: int | None
    imported: int
    missing_batches: int
    balanced: bool


class Ledger(msgspec.Struct, frozen=True):
    """`GET /v1/api/agents/{id}/ledger`.

    `said_us` is when the agent last said what `agent` holds of each stream, in Unix microseconds.
    """

    agent_id: AgentId
    hostname: str
    online: bool
    said_us: int
    streams: list[StreamAccount]


@get("/agents/{agent_id:str}/ledger", opt=READ_ONE, summary="What an agent sent, and what is stored of it")
async def agent_ledger(
    agent_id: Annotated[str, PathParameter(max_length=253, description="An agent's id or hostname.")],
    fleet_account: FleetAccount,
) -> Ledger:
    """Return the ledger of an agent, by its id, or by its hostname when no other agent has it."""
    fleet = fleet_account.fleet
    agent = find_agent(fleet, agent_id)
    marks = await fleet_account.mark_store.marks_of_agent(agent.id)
    logs = await fleet_account.count_logs(agent.id)
    streams = []
    for said in fleet.ledger(agent.id):
        count_rows = fleet_account.count_rows.get(said.stream)
        count_imported = fleet_account.count_imported.get(said.stream)
        gaps = (gap for mark in marks if mark.stream == said.stream for gap in mark.gaps)
        streams.append(
            StreamAccount(
                agent=said,
                stored=await count_rows(agent.id) if count_rows else _stored_logs(said.stream, logs),
                imported=await count_imported(agent.id) if count_imported else 0,
                missing_batches=sum(last - first + 1 for first, last in gaps),
                balanced=is_balanced(said),
            )
        )
    online = fleet.presence.is_online(agent.id)
    return Ledger(agent.id, agent.hostname, online, agent.last_seen_us, streams)


def _stored_logs(stream: StreamName, logs: Mapping[str, int]) -> int | None:
    """Return how many rows of a stream of logs are stored, None for any other stream."""
    return logs.get(stream.removeprefix(LOGS), 0) if stream.startswith(LOGS) else None


def find_agent(fleet: Fleet, name: str) -> Agent:
    """Return the agent of an id or hostname. Raises NotFound, or Conflict when several have the hostname."""
    named = sorted(fleet.named(name))
    if not named:
        raise NotFound(f"no agent {name}")
    if len(named) > 1:
        raise Conflict(f"{len(named)} agents are called {name}; name one by its id: {', '.join(named)}")
    return fleet.get(named[0])


def is_balanced(said: StreamLedger) -> bool:
    """Tell whether every row that an agent collected is accounted for."""
    after_spool = said.waiting + said.acknowledged + said.thinned + said.quarantined
    return said.collected == said.spooled + said.dropped and said.spooled == after_spool


def fleet_router(**options: Any) -> Router:
    """Return the routes of this surface."""
    return Router(
        "/v1/api",
        route_handlers=[
            agent_ledger,
            *agents.HANDLERS,
            *agent_tags.HANDLERS,
            *commands.HANDLERS,
            *configs.HANDLERS,
            *grok.HANDLERS,
            *metrics.HANDLERS,
            *releases.HANDLERS,
            *revisions.HANDLERS,
            *runners.HANDLERS,
            *tags.HANDLERS,
        ],
        exception_handlers=error_handlers(),
        tags=["Fleet"],
        **options,
    )
