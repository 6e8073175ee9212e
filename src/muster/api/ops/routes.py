"""Routes for operators. Errors are `{"code": ..., "message": ...}`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Response, Router, get, post
from litestar.response import Redirect
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from muster.api.http.authorization import Needs
from muster.api.http.metrics import Metrics
from muster.core.fleet.registry import Fleet
from muster.model.access import Scope, Surface

READ = {"needs": Needs(Scope.READ, Surface.OPS)}
RELOAD = {"needs": Needs(Scope.ADMIN, Surface.OPS), "errors": (500,)}
READY_TIMEOUT_S = 5.0


class Change(msgspec.Struct, frozen=True):
    """A setting that differs from before; `applied` is false when it needs a restart."""

    key: str
    old: Any
    new: Any
    applied: bool


class Health(msgspec.Struct, frozen=True):
    """`status` is `ok`, or says what does not answer."""

    status: str


class Operations(msgspec.Struct, frozen=True):
    """What the operators' routes need.

    `reload` raises SettingsError when the new settings cannot be used; `ping` raises Unavailable
    when a store does not answer; `pending_bytes` maps each writer to what is not durable yet.
    """

    fleet: Fleet
    metrics: Metrics
    reload: Callable[[], Awaitable[list[Change]]]
    ping: Callable[[], Awaitable[None]]
    pending_bytes: Callable[[], dict[str, int]]


@get("/health", summary="The process runs")
async def health() -> Health:
    """Answer without asking anything else."""
    return Health("ok")


@get("/ready", summary="The stores answer")
async def ready(operations: Operations) -> Response[Health]:
    """Answer 200 when both stores do, else 503 with the reason."""
    try:
        await asyncio.wait_for(operations.ping(), READY_TIMEOUT_S)
    except TimeoutError:
        return Response(Health(f"a store did not answer within {READY_TIMEOUT_S:g} s"), status_code=503)
    return Response(Health("ok"))


@get("/metrics", opt=READ, summary="Metrics for Prometheus", media_type="text/plain")
async def prometheus(operations: Operations) -> Response[bytes]:
    """Return all metrics in the text format."""
    _refresh(operations)
    return Response(generate_latest(operations.metrics.registry), media_type=CONTENT_TYPE_LATEST)


@post("/reload", opt=RELOAD, summary="Read the configuration again", status_code=201)
async def reload(operations: Operations) -> list[Change]:
    """Apply what can change while running and say what needs a restart; 500 when the file is bad."""
    return await operations.reload()


@get("/doc", include_in_schema=False)
async def to_docs() -> Redirect:
    """Lead to the API documentation."""
    return Redirect("/docs", status_code=302)


def _refresh(operations: Operations) -> None:
    """Set the gauges that are read from elsewhere."""
    metrics, fleet = operations.metrics, operations.fleet
    agents = fleet.agents()
    online = fleet.presence.online_count()
    metrics.agents.labels("online").set(online)
    metrics.agents.labels("offline").set(len(agents) - online)
    for writer, pending in operations.pending_bytes().items():
        metrics.queue_bytes.labels(writer).set(pending)
    totals: dict[tuple[str, str], int] = {}
    for agent in agents:
        for ledger in fleet.ledger(agent.id):
            for stage, count in msgspec.structs.asdict(ledger).items():
                if stage not in ("stream", "waiting_bytes"):
                    totals[ledger.stream, stage] = totals.get((ledger.stream, stage), 0) + count
    for labels, rows in totals.items():
        metrics.spool_rows.labels(*labels).set(rows)


def ops_router(**options: Any) -> Router:
    """Return the routes of this surface."""
    return Router(
        "/",
        route_handlers=[health, ready, prometheus, reload, to_docs],
        tags=["Operations"],
        **options,
    )
