"""Routes of the fleet surface."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from litestar import Router, get

from muster.api.http.authorization import Needs
from muster.core.fleet.registry import Fleet
from muster.core.ingest import MarkStore
from muster.model.access import Scope, Surface
from muster.model.ids import AgentId, StreamName
from muster.model.link import StreamLedger

READ = {"needs": Needs(Scope.READ, Surface.FLEET)}


CountRows = Callable[[AgentId], Awaitable[int]]


class FleetAccount(msgspec.Struct, frozen=True):
    """The parts behind the routes of this surface; `count_rows` counts what is stored of a stream."""

    fleet: Fleet
    count_rows: Mapping[StreamName, CountRows]
    mark_store: MarkStore


class StreamAccount(msgspec.Struct, frozen=True):
    """One stream: what the agent said last, and what is stored, counted from rows.

    `stored` is null for the inventory, of which changes are kept and not each look. `balanced`
    tells whether the agent's own stages add up; `missing_batches` counts sequences that were
    skipped and never came.
    """

    agent: StreamLedger
    stored: int | None
    missing_batches: int
    balanced: bool


class Ledger(msgspec.Struct, frozen=True):
    """`GET /v1/api/agents/{id}/ledger`."""

    agent_id: AgentId
    hostname: str
    online: bool
    streams: list[StreamAccount]


@get("/agents/{agent_id:str}/ledger", opt=READ, summary="What an agent sent, and what is stored of it")
async def agent_ledger(agent_id: str, fleet_account: FleetAccount) -> Ledger:
    """Return the ledger of an agent, by its id."""
    fleet = fleet_account.fleet
    agent = fleet.get(AgentId(agent_id))
    marks = await fleet_account.mark_store.marks_of_agent(agent.id)
    streams = []
    for said in fleet.ledger(agent.id):
        count_rows = fleet_account.count_rows.get(said.stream)
        gaps = (gap for mark in marks if mark.stream == said.stream for gap in mark.gaps)
        streams.append(
            StreamAccount(
                agent=said,
                stored=await count_rows(agent.id) if count_rows else None,
                missing_batches=sum(last - first + 1 for first, last in gaps),
                balanced=is_balanced(said),
            )
        )
    return Ledger(agent.id, agent.hostname, fleet.presence.is_online(agent.id), streams)


def is_balanced(said: StreamLedger) -> bool:
    """Tell whether every row that an agent collected is accounted for."""
    after_spool = said.waiting + said.acknowledged + said.thinned + said.quarantined
    return said.collected == said.spooled + said.dropped and said.spooled == after_spool


def fleet_router(**options: Any) -> Router:
    """Return the routes of this surface."""
    return Router(
        "/v1/api",
        route_handlers=[agent_ledger],
        tags=["Fleet"],
        **options,
    )
