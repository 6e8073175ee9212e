"""What the inventory routes need, and what they answer with."""

import datetime
from typing import Annotated, Any

import msgspec
from litestar.params import PathParameter, QueryParameter

from muster.api.http.authorization import Needs
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest
from muster.api.server_inventory.columns import columns_of
from muster.api.server_inventory.errors import FieldErrors
from muster.core.inventory import InventoryStore, RecordId, Server, ServerFields, Version
from muster.errors import CallerError, NotFound
from muster.model.access import Scope, Surface

READ = {"needs": Needs(Scope.READ, Surface.INVENTORY)}
WRITE = {"needs": Needs(Scope.WRITE_INVENTORY, Surface.INVENTORY), "errors": (415,)}

MAX_PAGE = 10_000
MAX_VERSIONS = 1000
MAX_ID = 2**63 - 1

Id = Annotated[str, PathParameter(max_length=64, description="A whole number from 1.")]
Limit = Annotated[int | None, QueryParameter(ge=1, le=MAX_PAGE, description="At most so many; else all.")]
Offset = Annotated[int, QueryParameter(ge=0, le=MAX_ID, description="Skip so many.")]
VersionLimit = Annotated[int, QueryParameter(ge=1, le=MAX_VERSIONS)]
Before = Annotated[int | None, QueryParameter(ge=1, le=MAX_ID, description="Only versions with a lower id.")]


class ServerInventory(msgspec.Struct, frozen=True):
    """The parts behind the routes of this surface."""

    store: InventoryStore
    live: Live


class ServerBody(msgspec.Struct, frozen=True):
    """A server."""

    id: int
    ip_address: str
    description: str
    name: str
    server_is_active: bool


class ServerStatus(msgspec.Struct, frozen=True):
    """An item of `GET /api/servers/status/`."""

    ip_address: str
    server_is_active: bool


class InformationBody(msgspec.Struct, frozen=True):
    """What is known of one machine: nine free JSON values."""

    id: int
    host_information: Any
    environment: Any
    network: Any
    disk: Any
    memory: Any
    cpu: Any
    load_average: Any
    battery_charge_percentage: Any
    ac_power: Any = msgspec.field(name="AC_power")


class VersionBody(msgspec.Struct, frozen=True):
    """A server or a record as it was from `time` (ISO 8601, UTC) on; a deletion holds what was deleted."""

    id: int
    time: str
    change: str
    by: str
    document: dict[str, Any]


def to_server_body(server: Server) -> ServerBody:
    """Return a server as it is answered; `server_is_active` is computed."""
    fields = server.fields
    return ServerBody(server.id, fields.ip_address, fields.description, fields.name, server.is_active)


def to_version_body(version: Version) -> VersionBody:
    """Return a version as it is answered."""
    document = version.document
    if isinstance(document, ServerFields):
        fields = {
            "ip_address": document.ip_address,
            "description": document.description,
            "name": document.name,
            "server_is_active": document.is_active,
        }
    else:
        fields = columns_of(document)
    time = datetime.datetime.fromtimestamp(version.ts_us // 1_000_000, datetime.UTC)
    time = time.replace(microsecond=version.ts_us % 1_000_000)
    return VersionBody(
        version.id, time.isoformat().replace("+00:00", "Z"), version.change, version.by, fields
    )


def record_id(text: str) -> RecordId:
    """Return the id that a path names. Raises NotFound when it can be none."""
    if not (text.isascii() and text.isdecimal()) or int(text) > MAX_ID:
        raise NotFound(f"no object {text}")
    return RecordId(int(text))


def actor_of(request: AnyRequest) -> str:
    """Return how versions name the caller."""
    token = getattr(request.state, "token", None)
    return f"token {token.id} {token.name}" if token is not None else "loopback"


def parse_time_us(text: str, field: str) -> int:
    """Return an ISO 8601 time as Unix microseconds; a date alone is its end; without a zone it is UTC."""
    try:
        time = datetime.datetime.fromisoformat(text)
        if len(text) <= len("YYYY-Www-d"):
            time += datetime.timedelta(days=1, microseconds=-1)
        time = time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
        since = time - datetime.datetime.fromtimestamp(0, datetime.UTC)
    except (ValueError, OverflowError):
        raise FieldErrors({field: ["Expected an ISO 8601 date or time, such as 2026-07-01."]}) from None
    us = since // datetime.timedelta(microseconds=1)
    if us < 0:
        raise CallerError(f"{field}: expected a time since 1970")
    return us
