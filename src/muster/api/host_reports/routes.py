"""The routes of source 1, and `POST /reports` for reports that something else collected."""

import asyncio
import re
import time
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import PathParameter, QueryParameter

from muster import __version__
from muster.api.host_reports.service import HostReports
from muster.api.http.authorization import Needs
from muster.api.http.errors import Problem
from muster.api.http.requests import AnyRequest, body_of, check_media_type, raw_body
from muster.core.reports import ImportOutcome, ReportImport
from muster.errors import CallerError, InvalidInput, NotFound, Unavailable
from muster.model.access import Scope, Surface
from muster.model.ids import ReportId
from muster.model.report import Average, Report, parse_report, parse_report_id

PAGE = 40
MAX_HOURS = 8760
MAX_IMPORT = 1000
CHECK_TIMEOUT_S = 10.0
HOUR_US = 3600 * 1_000_000

READ = {"needs": Needs(Scope.READ, Surface.REPORTS)}
READ_OF_HOST = READ | {"errors": (404,)}
READ_PAGE = READ | {"errors": (404, 422)}
WRITE = {"needs": Needs(Scope.WRITE_REPORTS, Surface.REPORTS), "errors": (409,)}

Agent = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=253,
        description="An agent's id, or a hostname in any case. Without it the answer is of the server's own "
        "machine when an agent runs there, else of all hosts, the newest first.",
    ),
]
Before = Annotated[
    str | None,
    QueryParameter(max_length=133, description="Page on: only reports older than this ID or ID.json."),
]
CheckedAgent = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=253,
        description="An agent's id: that agent is asked, and is offline or answers. A hostname: the newest "
        "agent there, or the server itself on its own machine. Without it: the server's own machine.",
    ),
]

_IMPORTS = msgspec.json.Decoder(list[msgspec.Raw])


class ErrorText(msgspec.Struct, frozen=True):
    """The shape of every error of this surface."""

    error: str


class ReportPage(msgspec.Struct, frozen=True):
    """`GET /reports`."""

    reports: list[Report]


class NamePage(msgspec.Struct, frozen=True):
    """`GET /reports/list`: names with `.json`."""

    reports: list[str]


class CheckedReport(msgspec.Struct, frozen=True):
    """`GET /check`."""

    report: Report


class Version(msgspec.Struct, frozen=True):
    """`GET /version`."""

    version: str


def error_text(problem: Problem) -> ErrorText:
    """Return `{"error": ...}`."""
    return ErrorText(problem.message)


def parse_position(before: str | None) -> ReportId | None:
    """Return the report after which a page begins. Raises InvalidInput."""
    return None if before is None else parse_report_id(before.removesuffix(".json"))


def json_response(body: bytes) -> Response[bytes]:
    """Answer JSON that is stored as text, as it is."""
    return Response(body, media_type="application/json")


@get("/reports", opt=READ_PAGE, summary="The newest reports, newest first")
async def newest_reports(
    host_reports: HostReports,
    agent: Agent = None,
    before: Before = None,
    limit: Annotated[int, QueryParameter(ge=1, le=PAGE)] = PAGE,
) -> Response[ReportPage]:
    """Return at most 40 reports; `before` pages further back."""
    position = parse_position(before)
    bodies = await host_reports.store.newest(await host_reports.hosts(agent), limit=limit, before=position)
    return Response(b'{"reports":[' + b",".join(bodies) + b"]}", media_type="application/json")  # type: ignore[arg-type]


@get("/reports/list", opt=READ_PAGE, summary="The names of all reports, newest first")
async def list_reports(
    host_reports: HostReports,
    agent: Agent = None,
    before: Before = None,
    limit: Annotated[int | None, QueryParameter(ge=1, le=1_000_000)] = None,
) -> NamePage:
    """Return every name; `limit` and `before` page through them."""
    position = parse_position(before)
    names = await host_reports.store.names(await host_reports.hosts(agent), limit=limit, before=position)
    return NamePage([f"{name}.json" for name in names])


@get("/reports/last", opt=READ_OF_HOST, summary="The newest report")
async def last_report(host_reports: HostReports, agent: Agent = None) -> Response[Report]:
    """Return one bare report."""
    bodies = await host_reports.store.newest(await host_reports.hosts(agent), limit=1)
    if not bodies:
        raise NotFound("there is no report yet")
    return json_response(bodies[0])  # type: ignore[return-value]


@get("/reports/avg/hours", opt=READ_OF_HOST, summary="Mean cpu and memory of the last hours (24)")
async def average_of_day(
    host_reports: HostReports,
    agent: Agent = None,
    hours: Annotated[str, QueryParameter(description="1-8760")] = "24",
) -> Average:
    """Return the mean over the last 24 hours, or `?hours=N`."""
    return await _average(host_reports, agent, hours)


@get("/reports/avg/{hours:str}", opt=READ, summary="Mean cpu and memory of the last N hours")
async def average_of_hours(
    host_reports: HostReports,
    hours: Annotated[str, PathParameter(description="1-8760")],
    agent: Agent = None,
) -> Average:
    """Return the mean over the last N hours."""
    return await _average(host_reports, agent, hours)


@get("/reports/{report_id:str}", opt=READ, summary="One report by its id, with or without .json")
async def report_by_id(
    host_reports: HostReports, report_id: Annotated[str, PathParameter(max_length=256)]
) -> Response[Report]:
    """Return one bare report."""
    name = report_id.removesuffix(".json")
    try:
        body = await host_reports.store.find(parse_report_id(name))
    except InvalidInput as error:
        raise NotFound(f"no report of that name: {error.message}") from None
    if body is None:
        raise NotFound(f"no report {name}")
    return json_response(body)  # type: ignore[return-value]


@get("/check", opt=READ | {"errors": (404, 504)}, summary="Collect a report now, without storing it")
async def check(host_reports: HostReports, agent: CheckedAgent = None) -> Response[CheckedReport]:
    """Collect on the own host, or ask an agent and wait up to 10 s."""
    remote = host_reports.remote_agent(agent)
    if remote is None:
        report = await host_reports.own.collect()
        return Response(CheckedReport(report))
    try:
        result = await host_reports.fleet.collect(remote, CHECK_TIMEOUT_S)
    except Unavailable as error:
        return Response(ErrorText(error.message), status_code=504)  # type: ignore[arg-type]
    if not result.ok or result.report is None:
        raise Unavailable(f"the agent could not collect: {result.message}")
    return Response(CheckedReport(parse_report(result.report)))


@get("/version", opt=READ, summary="The version of Muster")
async def version() -> Version:
    """Return the version as an object."""
    return Version(__version__)


@post(
    "/reports",
    opt=WRITE,
    summary="Store reports that something else collected",
    operation_class=raw_body(
        {
            "application/json": Schema(
                type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.OBJECT), max_items=MAX_IMPORT
            )
        }
    ),
    status_code=201,
)
async def import_reports(
    request: AnyRequest,
    host_reports: HostReports,
    host: Annotated[str | None, QueryParameter(name="agent", min_length=1, max_length=253)] = None,
) -> ImportOutcome:
    """Store a JSON array of reports, all or none; those that are stored already are counted as known.

    They belong to the host `?agent=`, by default the `os.node` of the first report.
    """
    check_media_type(request, "application/json")
    body = await body_of(request, host_reports.live.limits)
    reports = await asyncio.to_thread(_parse_reports, body)
    if not reports:
        return ImportOutcome(stored=0, known=0)
    hostname = host or reports[0].os.node
    if not hostname:
        raise InvalidInput("name the host these reports are from", field="agent")
    item = ReportImport(host_reports.import_target(hostname), reports)
    return await asyncio.wrap_future(host_reports.store.submit_import(item, size_bytes=len(body)))


def _parse_reports(body: bytes) -> list[Report]:
    """Return the reports of a JSON array. Raises InvalidInput that names the item and its field."""
    try:
        raws = _IMPORTS.decode(body.decode())
    except UnicodeDecodeError as error:
        raise CallerError(f"the body is not UTF-8: {error}") from None
    except msgspec.ValidationError:
        raise InvalidInput("expected a JSON array of reports", field="body") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise CallerError(f"the body is not JSON: {error}") from None
    if len(raws) > MAX_IMPORT:
        raise InvalidInput(f"at most {MAX_IMPORT} reports at once, these are {len(raws)}", field="body")
    reports = []
    for index, raw in enumerate(raws):
        try:
            reports.append(parse_report(bytes(raw)))
        except InvalidInput as error:
            raise InvalidInput(error.message, field=f"[{index}]") from None
    return reports


async def _average(host_reports: HostReports, agent: str | None, text: str) -> Average:
    if not re.fullmatch(r"[0-9]{1,18}", text) or not 1 <= int(text) <= MAX_HOURS:
        reason = f"hours: expected a whole number from 1 to {MAX_HOURS}"
        raise CallerError("Hours required" if text == "0" else reason)
    since_us = time.time_ns() // 1000 - int(text) * HOUR_US
    hosts = await host_reports.hosts(agent)
    average = await host_reports.store.average(hosts, since_us=since_us)
    if average is None:
        raise NotFound(f"no reports in the last {int(text)} hours")
    return Average(cpu=round(average.cpu, 2), memory=round(average.memory, 2))


def host_reports_router(**options: Any) -> Router:
    """Return the routes of this surface."""
    return Router(
        "/",
        route_handlers=[
            newest_reports,
            list_reports,
            last_report,
            average_of_day,
            average_of_hours,
            report_by_id,
            check,
            version,
            import_reports,
        ],
        tags=["Host reports"],
        **options,
    )
