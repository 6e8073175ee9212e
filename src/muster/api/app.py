"""The application: every surface on one server."""

from collections import Counter

import msgspec
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, ExceptionHandlersMap

from muster.api.agent_link.routes import AgentLink, agent_link_router
from muster.api.agent_link.streams import Streams
from muster.api.audit_events.errors import faults
from muster.api.audit_events.routes import audit_routers
from muster.api.audit_events.service import AuditSurface
from muster.api.console.admission import Admission
from muster.api.console.agents import ConsoleAgents
from muster.api.console.audit import ConsoleAudit
from muster.api.console.bulk import ManyAgents
from muster.api.console.collecting import Collecting
from muster.api.console.configs import ConsoleConfigs
from muster.api.console.event_types import EventTypes
from muster.api.console.fleet import ConsoleFleet
from muster.api.console.pages import missing_page_handlers
from muster.api.console.routes import console_handlers
from muster.api.console.session import SignIn
from muster.api.console.settings import ServerSettings
from muster.api.console.storage import Storage
from muster.api.console.tokens import Tokens
from muster.api.docs import docs_assets, openapi_config, openapi_document
from muster.api.error_docs import document_errors
from muster.api.event_counter.charts import Charts
from muster.api.event_counter.envelope import failed
from muster.api.event_counter.openapi import document_events
from muster.api.event_counter.routes import PREFIX as EVENTS
from muster.api.event_counter.routes import EventCounter
from muster.api.fleet.control import FleetControl
from muster.api.fleet.errors import fleet_error
from muster.api.fleet.grok import GrokChecks, GrokSurface
from muster.api.fleet.releases import packages_router
from muster.api.fleet.routes import FleetAccount, fleet_router
from muster.api.host_reports.routes import error_text, host_reports_router
from muster.api.host_reports.service import HostReports
from muster.api.http.authorization import Authorizer
from muster.api.http.compress import Compress
from muster.api.http.errors import Shape, coded, error_handlers
from muster.api.http.live import Live
from muster.api.http.observe import Observe
from muster.api.http.pandora import Pandora
from muster.api.http.raw import beside
from muster.api.http.turns import Turns
from muster.api.logs.asking import LogSearch
from muster.api.logs.routes import logs_router
from muster.api.metrics.routes import MetricQuestions, metrics_router
from muster.api.ops.routes import Operations, ops_router
from muster.api.server_inventory.errors import error_detail
from muster.api.server_inventory.routes import server_inventory_router
from muster.api.server_inventory.service import ServerInventory
from muster.api.tryout.routes import tryout_router
from muster.api.tryout.service import TryOuts, TryOutSurface
from muster.core.access import Access
from muster.core.attention.watch import Attention
from muster.core.audit.ports import AuditLog, Outbox
from muster.core.counters import Counters
from muster.core.fleet.registry import Fleet
from muster.core.fleet.releases import Releases
from muster.core.fleet.steering import Steering
from muster.core.ingest import MarkStore
from muster.core.inventory import InventoryStore
from muster.core.logs.ports import LogStore
from muster.core.logs.tail import Tail
from muster.core.metrics.overview import Overview
from muster.core.metrics.ports import SampleStore
from muster.core.metrics.questions import Questions
from muster.core.people import People
from muster.core.storage import StorageStore
from muster.core.timeline import Timelines
from muster.errors import Bug
from muster.model.batch import REPORTS, SAMPLES

COMPRESSED = ("/console/", "/api/metrics", "/docs")
"""Paths whose answers are long, and are asked for by browsers."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the surfaces are built on. `own_names` are the host names by which a browser may call."""

    live: Live
    access: Access
    people: People
    storage: StorageStore
    pandora: Pandora
    fleet: Fleet
    steering: Steering
    releases: Releases
    mark_store: MarkStore
    host_reports: HostReports
    samples: SampleStore
    logs: LogStore
    tail: Tail
    questions: Questions
    overview: Overview
    attention: Attention
    inventory: InventoryStore
    counters: Counters
    charts: Charts
    grok_checks: GrokChecks
    tryouts: TryOuts
    audit_log: AuditLog
    audit_verifier: str
    outbox: Outbox
    operations: Operations
    own_names: frozenset[str]


def create_app(parts: Parts) -> ASGIApp:
    """Return the ASGI application. Raises Bug when two routes overlap."""
    authorizer = Authorizer(parts.access, parts.people, parts.live, parts.pandora)
    app = Litestar(
        route_handlers=[
            host_reports_router(),
            agent_link_router(),
            fleet_router(),
            packages_router(),
            server_inventory_router(),
            metrics_router(),
            logs_router(),
            tryout_router(),
            *audit_routers(),
            *console_handlers(),
            ops_router(),
            openapi_document,
            docs_assets(),
        ],
        dependencies={
            name: Provide(_constant(value), sync_to_thread=False) for name, value in _provided(parts).items()
        },
        guards=[authorizer],
        exception_handlers=_error_handlers(),
        openapi_config=openapi_config(),
        state=State(),
        request_max_body_size=None,
        logging_config=None,
    )
    check_routes(app)
    document_errors(app, shape_of)
    document_events(app)
    events = EventCounter(parts.counters, parts.charts, authorizer, parts.live)
    surfaces = beside(Compress(app, COMPRESSED), EVENTS, events, shape_of)
    return Observe(surfaces, shape_of, parts.live, parts.operations.metrics, parts.own_names)


def _error_handlers() -> ExceptionHandlersMap:
    handlers = error_handlers(shape_of)
    return {**handlers, **missing_page_handlers(handlers[HTTPException])}


def _provided(parts: Parts) -> dict[str, object]:
    """Return what the handlers of each surface ask for, by the name of their parameter."""
    reports = parts.host_reports.store
    metrics = parts.operations.metrics
    return {
        "agent_link": AgentLink(
            parts.steering, Streams(reports, parts.samples, parts.inventory, parts.logs), parts.live
        ),
        "attention": parts.attention,
        "audit_surface": AuditSurface(
            parts.audit_log,
            parts.live,
            parts.audit_verifier,
            metrics.events_inserted,
            Turns(lambda: metrics.spent_s, max_bytes=parts.live.settings.commit.queue_bytes),
        ),
        "admission": Admission(parts.steering),
        "collecting": Collecting(parts.steering, parts.live),
        "console_agents": ConsoleAgents(parts.steering, parts.releases),
        "console_audit": ConsoleAudit(parts.audit_log),
        "console_configs": ConsoleConfigs(parts.steering, parts.live),
        "console_fleet": ConsoleFleet(
            parts.fleet,
            parts.overview,
            parts.questions,
            reports,
            parts.inventory,
            parts.live.settings.agent.interval_s,
        ),
        "event_types": EventTypes(parts.counters, parts.live),
        "fleet_account": FleetAccount(
            parts.fleet,
            {REPORTS: reports.count_rows, SAMPLES: parts.samples.count_rows},
            parts.logs.count_rows,
            {REPORTS: reports.count_imported},
            parts.mark_store,
        ),
        "fleet_control": FleetControl(
            parts.steering,
            parts.releases,
            parts.inventory,
            parts.questions,
            parts.live,
            parts.live.settings.agent.interval_s,
        ),
        "grok_surface": GrokSurface(parts.grok_checks, parts.live),
        "host_reports": parts.host_reports,
        "log_search": LogSearch(parts.logs, parts.tail, parts.steering, parts.live, parts.outbox),
        "many_agents": ManyAgents(parts.steering, parts.live),
        "metric_questions": MetricQuestions(parts.questions, parts.fleet, parts.host_reports.own_agents),
        "operations": parts.operations,
        "server_inventory": ServerInventory(parts.inventory, parts.live),
        "server_settings": ServerSettings(parts.steering, parts.storage, parts.live),
        "sign_in": SignIn(parts.people, parts.live),
        "storage": Storage(parts.storage, parts.live),
        "timelines": Timelines(
            parts.steering,
            parts.inventory,
            parts.questions,
            parts.logs,
            parts.audit_log,
            parts.live.settings.agent.interval_s,
        ),
        "tokens": Tokens(parts.access, parts.steering, parts.overview, parts.live),
        "tryout": TryOutSurface(parts.tryouts, parts.steering, parts.logs, parts.live),
    }


def shape_of(path: str) -> Shape:
    """Return the shape of errors under a path, also where no route answers."""
    if path == EVENTS or path.startswith(f"{EVENTS}/"):
        return failed
    surface, _, noun = path.removeprefix("/").partition("/")
    if surface == "api" and noun.partition("/")[0] in ("servers", "additional_information"):
        return error_detail
    if surface == "api" and noun == "event":
        return faults
    if surface == "v1":
        return fleet_error
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
