"""The application: every surface on one server."""

from collections import Counter

import msgspec
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ASGIApp

from muster.api.agent_link.routes import AgentLink, agent_link_router
from muster.api.docs import docs_assets, openapi_config, openapi_document
from muster.api.fleet.routes import FleetAccount, fleet_router
from muster.api.host_reports.routes import error_text, host_reports_router
from muster.api.host_reports.service import HostReports
from muster.api.http.authorization import Authorizer
from muster.api.http.errors import Shape, coded, error_handlers
from muster.api.http.live import Live
from muster.api.http.observe import Observe
from muster.api.ops.routes import Operations, ops_router
from muster.api.server_inventory.errors import error_detail
from muster.api.server_inventory.routes import server_inventory_router
from muster.api.server_inventory.service import ServerInventory
from muster.core.access import Access
from muster.core.fleet.registry import Fleet
from muster.core.ingest import MarkStore
from muster.core.inventory import InventoryStore
from muster.errors import Bug


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the surfaces are built on. `own_names` are the host names by which a browser may call."""

    live: Live
    access: Access
    fleet: Fleet
    mark_store: MarkStore
    host_reports: HostReports
    inventory: InventoryStore
    operations: Operations
    own_names: frozenset[str]


def create_app(parts: Parts) -> ASGIApp:
    """Return the ASGI application. Raises Bug when two routes overlap."""
    reports = parts.host_reports.store
    provided = {
        "agent_link": AgentLink(parts.fleet, reports, parts.live),
        "fleet_account": FleetAccount(parts.fleet, reports, parts.mark_store),
        "host_reports": parts.host_reports,
        "operations": parts.operations,
        "server_inventory": ServerInventory(parts.inventory, parts.live),
    }
    app = Litestar(
        route_handlers=[
            host_reports_router(),
            agent_link_router(),
            fleet_router(),
            server_inventory_router(),
            ops_router(),
            openapi_document,
            docs_assets(),
        ],
        dependencies={
            name: Provide(_constant(value), sync_to_thread=False) for name, value in provided.items()
        },
        guards=[Authorizer(parts.access, parts.live)],
        exception_handlers=error_handlers(shape_of),
        openapi_config=openapi_config(),
        state=State(),
        request_max_body_size=None,
        logging_config=None,
    )
    check_routes(app)
    return Observe(app, shape_of, parts.live, parts.operations.metrics, parts.own_names)


def shape_of(path: str) -> Shape:
    """Return the shape of errors under a path, also where no route answers."""
    surface, _, noun = path.removeprefix("/").partition("/")
    if surface == "api" and noun.partition("/")[0] in ("servers", "additional_information"):
        return error_detail
    return error_text if surface in ("reports", "check", "version") else coded


def check_routes(app: Litestar) -> None:
    """Raise Bug when two handlers answer the same method and path, parameters aside."""
    seen = Counter(
        (
            method,
            "/".join("{}" if isinstance(part, dict | tuple) else str(part) for part in route.path_components),
        )
        for route in app.routes
        for method in getattr(route, "methods", ())
    )
    twice = [f"{method} /{path}" for (method, path), count in seen.items() if count > 1]
    if twice:
        raise Bug(f"routes overlap: {', '.join(twice)}")


def _constant(value: object):  # type: ignore[no-untyped-def]
    def provide() -> object:
        return value

    return provide
