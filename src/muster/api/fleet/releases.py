"""`/v1/api/release`, `/v1/api/agents/upgrade`, and the packages that agents fetch."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post
from litestar.params import PathParameter
from litestar.response import Stream

from muster.api.fleet import body_docs
from muster.api.fleet.bodies import parse_agents, parse_texts, read_body
from muster.api.fleet.control import READ, DryRun, FleetControl, empty
from muster.api.http.authorization import Needs, bearer, caller_of
from muster.api.http.requests import AnyRequest
from muster.core.fleet.edits import find_tag
from muster.core.fleet.plan import Kind
from muster.core.fleet.releases import Offer
from muster.errors import InvalidInput
from muster.model.access import Scope
from muster.model.ids import AgentId
from muster.model.release import Release

UPGRADE = {"needs": Needs(Scope.WRITE_FLEET), "errors": (404,)}
"""New programs on other machines: nobody may do that without a token, also where the surface is open."""

PACKAGES = "/agent/v1/releases"
ZIP = "application/zip"


class ReleaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A package; `hash` is its SHA-256, `version_stamp` when it was added (ISO 8601, UTC).

    An agent that has what the package `lacks` keeps the version that it runs.
    """

    os: str
    arch: str
    python: str
    hash: str
    message: str
    version: str
    package: str
    download_url: str
    version_stamp: str
    size: int
    signature: str
    lacks: list[str]


class UpgradeBody(msgspec.Struct, frozen=True):
    """Whom to upgrade: agents by id, and those with one of the tags."""

    agent_ids: Any = None
    tags: Any = None


class UpgradeEffect(msgspec.Struct, frozen=True):
    """Of one agent: the version that it would be told to run, or in `reason` why none."""

    agent_id: AgentId
    version: str
    reason: str


class UpgradeEffects(msgspec.Struct, frozen=True):
    """The answer of a dry run: the agents that would be told, and each one that was asked for."""

    dry_run: bool
    agents: list[AgentId]
    upgrades: list[UpgradeEffect]


@get("/release", opt=READ, summary="The newest package of the agent for each system")
async def list_releases(request: AnyRequest, fleet_control: FleetControl) -> list[ReleaseRow]:
    """Return the newest release for each system, machine and Python; agents alone may fetch its package."""
    base = str(request.base_url).rstrip("/")
    return [_to_row(release, base) for release in await fleet_control.releases.newest()]


@post(
    "/agents/upgrade",
    opt=UPGRADE,
    summary="Upgrade agents",
    operation_class=body_docs.UPGRADE,
    status_code=200,
)
async def upgrade_agents(
    request: AnyRequest, fleet_control: FleetControl, dry_run: DryRun = False
) -> Response[Any]:
    """Tell agents to upgrade that have a newer package; the list of agents shows what becomes of it."""
    body = await read_body(request, fleet_control.live, UpgradeBody)
    agents = parse_agents(body.agent_ids, "agent_ids")
    tags = parse_texts(body.tags, "tags")
    if not (agents or tags):
        raise InvalidInput("expected at least one, or some tags", field="agent_ids")
    for tag in tags:
        find_tag(fleet_control.plan, tag)
    here = {agent.id for agent in fleet_control.fleet.agents()}
    tagged = (AgentId(name) for tag in tags for name in fleet_control.plan.linked(Kind.TAG_AGENT, tag))
    wanted = dict.fromkeys((*agents, *(agent for agent in tagged if agent in here)))
    releases, fleet = fleet_control.releases, fleet_control.fleet
    if dry_run:
        return Response(_to_effects(await releases.plan_upgrades(fleet, wanted)), status_code=200)
    await releases.order_upgrades(fleet, wanted, by=caller_of(request))
    return empty()


@get(
    "/{sha256:str}",
    opt={"errors": (401, 404, 429)},
    summary="A package, for agents",
    media_type=ZIP,
)
async def fetch_package(
    request: AnyRequest,
    fleet_control: FleetControl,
    sha256: Annotated[str, PathParameter(max_length=64, description="Its SHA-256.")],
) -> Stream:
    """Return a package to an agent, which shows its credential; 429 while many others fetch one."""
    fleet_control.fleet.authenticate(bearer(request))
    releases = fleet_control.releases
    manifest = (await releases.find(sha256)).manifest
    content = releases.read(await releases.packages.find(sha256))
    headers = {
        "content-length": str(manifest.size),
        "content-disposition": f'attachment; filename="{manifest.file_name}"',
    }
    return Stream(content, media_type=ZIP, headers=headers)


def _to_effects(offers: Mapping[AgentId, Offer]) -> UpgradeEffects:
    upgrades = [
        UpgradeEffect(agent_id, offer.release.manifest.version if offer.release else "", offer.reason)
        for agent_id, offer in sorted(offers.items())
    ]
    return UpgradeEffects(True, [effect.agent_id for effect in upgrades if effect.version], upgrades)


def _to_row(release: Release, base: str) -> ReleaseRow:
    manifest = release.manifest
    added = datetime.datetime.fromtimestamp(release.added_us // 1_000_000, datetime.UTC)
    return ReleaseRow(
        os=manifest.os,
        arch=manifest.arch,
        python=manifest.python,
        hash=manifest.sha256,
        message=release.message,
        version=manifest.version,
        package=manifest.file_name,
        download_url=f"{base}{PACKAGES}/{manifest.sha256}",
        version_stamp=added.strftime("%Y-%m-%dT%H:%M:%SZ"),
        size=manifest.size,
        signature=release.signed.signature,
        lacks=list(manifest.lacks),
    )


def packages_router(**options: Any) -> Router:
    """Return the routes by which agents fetch packages."""
    return Router(PACKAGES, route_handlers=[fetch_package], tags=["Agent link"], **options)


HANDLERS = (list_releases, upgrade_agents)
