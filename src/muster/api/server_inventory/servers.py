"""The routes of servers."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.params import QueryParameter

from muster.api.http.requests import AnyRequest
from muster.api.server_inventory.bodies import body_operation, read_fields
from muster.api.server_inventory.errors import FieldErrors
from muster.api.server_inventory.fields import SERVER, Refused, parse_fields, parse_flag
from muster.api.server_inventory.service import (
    READ,
    WRITE,
    Before,
    Id,
    Limit,
    Offset,
    ServerBody,
    ServerInventory,
    ServerStatus,
    VersionBody,
    VersionLimit,
    actor_of,
    record_id,
    to_server_body,
    to_version_body,
)
from muster.core.inventory import Kind, ServerFields, ServerQuery
from muster.errors import NotFound

PATH = "/api/servers"
RENAMED = {"server_is_active": "is_active"}

Text = Annotated[str | None, QueryParameter(max_length=255)]


@get(PATH, opt=READ, summary="Servers, by id")
async def list_servers(
    server_inventory: ServerInventory,
    name: Text = None,
    ip_address: Text = None,
    server_is_active: Text = None,
    limit: Limit = None,
    offset: Offset = 0,
) -> Response[list[ServerBody]]:
    """Return an array of all servers, or of those that the filters leave and the page holds."""
    try:
        is_active = None if server_is_active is None else parse_flag(server_is_active)
    except Refused as refused:
        raise FieldErrors({"server_is_active": refused.reasons}) from None
    query = ServerQuery(name=name, ip_address=ip_address, is_active=is_active, limit=limit, offset=offset)
    servers = await server_inventory.store.list_servers(query)
    body = await asyncio.to_thread(lambda: msgspec.json.encode([to_server_body(each) for each in servers]))
    return Response(body, media_type="application/json")  # type: ignore[arg-type]


@get(f"{PATH}/status", opt=READ, summary="Which servers are active")
async def server_status(server_inventory: ServerInventory) -> list[ServerStatus]:
    """Return the address of each server and whether it is active."""
    servers = await server_inventory.store.list_servers(ServerQuery())
    return [ServerStatus(each.fields.ip_address, each.is_active) for each in servers]


@post(
    [PATH, f"{PATH}/add"],
    opt=WRITE,
    summary="Add a server",
    operation_class=body_operation(),
    status_code=201,
)
async def add_server(request: AnyRequest, server_inventory: ServerInventory) -> ServerBody:
    """Store a server; one of that name and address that exists already is answered as it is."""
    body = await read_fields(request, server_inventory.live)
    fields = _changed(None, parse_fields(body, SERVER, is_partial=False))
    return to_server_body(await server_inventory.store.add_server(fields, actor_of(request)))


@get(f"{PATH}/{{pk:str}}", opt=READ, summary="One server")
async def one_server(server_inventory: ServerInventory, pk: Id) -> ServerBody:
    """Return a server."""
    return to_server_body(await server_inventory.store.find_server(record_id(pk)))


@put(f"{PATH}/{{pk:str}}", opt=WRITE, summary="Replace a server", operation_class=body_operation())
async def replace_server(request: AnyRequest, server_inventory: ServerInventory, pk: Id) -> ServerBody:
    """Write the given fields; `name` is required, others that are left out stay as they are."""
    return await _change(request, server_inventory, pk, is_partial=False)


@patch(f"{PATH}/{{pk:str}}", opt=WRITE, summary="Change a server", operation_class=body_operation())
async def update_server(request: AnyRequest, server_inventory: ServerInventory, pk: Id) -> ServerBody:
    """Write the given fields."""
    return await _change(request, server_inventory, pk, is_partial=True)


@delete(f"{PATH}/{{pk:str}}", opt=WRITE, summary="Delete a server")
async def delete_server(request: AnyRequest, server_inventory: ServerInventory, pk: Id) -> None:
    """Delete a server; its versions stay."""
    await server_inventory.store.delete_server(record_id(pk), actor_of(request))


@get(f"{PATH}/{{pk:str}}/versions", opt=READ, summary="What a server was, newest first")
async def server_versions(
    server_inventory: ServerInventory, pk: Id, limit: VersionLimit = 100, before: Before = None
) -> list[VersionBody]:
    """Return a version for each change, also of a deleted server."""
    versions = await server_inventory.store.versions(Kind.SERVER, record_id(pk), limit=limit, before=before)
    if not versions and before is None:
        raise NotFound(f"no server {pk}")
    return [to_version_body(version) for version in versions]


async def _change(request: AnyRequest, parts: ServerInventory, pk: str, *, is_partial: bool) -> ServerBody:
    server_id = record_id(pk)
    await parts.store.find_server(server_id)
    values = parse_fields(await read_fields(request, parts.live), SERVER, is_partial=is_partial)
    server = await parts.store.change_server(server_id, lambda old: _changed(old, values), actor_of(request))
    return to_server_body(server)


def _changed(old: ServerFields | None, values: dict[str, object]) -> ServerFields:
    renamed = {RENAMED.get(name, name): value for name, value in values.items()}
    if old is None:
        return ServerFields(**renamed)  # type: ignore[arg-type]
    return msgspec.structs.replace(old, **renamed)
