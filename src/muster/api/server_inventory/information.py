"""The routes of additional information."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.params import QueryParameter
from litestar.response import Stream

from muster.api.http.requests import AnyRequest
from muster.api.server_inventory.bodies import body_operation, read_fields
from muster.api.server_inventory.columns import COLUMNS, columns_of, to_foreign
from muster.api.server_inventory.fields import parse_fields
from muster.api.server_inventory.rendering import comparable_columns
from muster.api.server_inventory.service import (
    READ,
    WRITE,
    Before,
    Id,
    InformationBody,
    Limit,
    Offset,
    ServerInventory,
    VersionBody,
    VersionLimit,
    actor_of,
    parse_time_us,
    record_id,
    to_version_body,
)
from muster.core.inventory import (
    Change,
    Description,
    Difference,
    Foreign,
    InventoryStore,
    Kind,
    Record,
    Version,
    iter_differences,
)
from muster.errors import NotFound

PATH = "/api/additional_information"
CHUNK = 500

Time = Annotated[str, QueryParameter(max_length=40, description="ISO 8601; a date alone is its end, in UTC.")]


@get(PATH, opt=READ, summary="What is known of each machine, by id")
async def list_information(
    server_inventory: ServerInventory, limit: Limit = None, offset: Offset = 0
) -> Response[list[InformationBody]]:
    """Return an array of all records, or of a page."""
    store = server_inventory.store
    first = await store.list_records(limit=min(CHUNK, limit or CHUNK), offset=offset)
    return Stream(_chunks(store, first, limit), media_type="application/json")  # type: ignore[return-value]


def operation_id(_handler: object, _method: object, path_components: list[Any]) -> str:
    """Tell the two paths of adding apart in the OpenAPI document."""
    return "AddInformation" if path_components[-1] == "add" else "PostInformation"


@post(
    [PATH, f"{PATH}/add"],
    operation_id=operation_id,
    opt=WRITE,
    summary="Add what is known of a machine",
    operation_class=body_operation(),
    status_code=201,
)
async def add_information(
    request: AnyRequest, server_inventory: ServerInventory
) -> Response[InformationBody]:
    """Store a record; columns that are left out are `{}`."""
    values = parse_fields(await read_fields(request, server_inventory.live), COLUMNS, is_partial=True)
    record = await server_inventory.store.add_record(to_foreign(values), actor_of(request))
    return _answer(record, 201)


@get(f"{PATH}/{{pk:str}}", opt=READ, summary="What is known of one machine")
async def one_information(server_inventory: ServerInventory, pk: Id) -> Response[InformationBody]:
    """Return a record."""
    return _answer(await server_inventory.store.find_record(record_id(pk)))


@put(f"{PATH}/{{pk:str}}", opt=WRITE, summary="Report of a machine again", operation_class=body_operation())
async def replace_information(
    request: AnyRequest, server_inventory: ServerInventory, pk: Id
) -> Response[InformationBody]:
    """Write the given columns; those that are left out stay. It counts as a report of the machine."""
    return await _change(request, server_inventory, pk, is_report=True)


@patch(f"{PATH}/{{pk:str}}", opt=WRITE, summary="Change a record", operation_class=body_operation())
async def update_information(
    request: AnyRequest, server_inventory: ServerInventory, pk: Id
) -> Response[InformationBody]:
    """Write the given columns; it does not count as a report of the machine."""
    return await _change(request, server_inventory, pk, is_report=False)


@delete(f"{PATH}/{{pk:str}}", opt=WRITE, summary="Delete a record")
async def delete_information(request: AnyRequest, server_inventory: ServerInventory, pk: Id) -> None:
    """Delete a record; its versions stay."""
    await server_inventory.store.delete_record(record_id(pk), actor_of(request))


@get(f"{PATH}/{{pk:str}}/versions", opt=READ, summary="What a machine was, newest first")
async def information_versions(
    server_inventory: ServerInventory, pk: Id, limit: VersionLimit = 100, before: Before = None
) -> list[VersionBody]:
    """Return a version for each change of what does not change by itself, also of a deleted record."""
    versions = await server_inventory.store.versions(Kind.RECORD, record_id(pk), limit=limit, before=before)
    if not versions and before is None:
        raise NotFound(f"no record {pk}")
    return await asyncio.to_thread(lambda: [to_version_body(version) for version in versions])


@get(f"{PATH}/{{pk:str}}/compare", opt=READ, summary="What changed of a machine between two times")
async def compare_information(
    server_inventory: ServerInventory,
    pk: Id,
    since: Annotated[str, QueryParameter(name="from", max_length=40, description="As `to`.")],
    to: Time,
) -> list[Difference]:
    """Return each place whose value differs; interfaces go by name, disks by mountpoint."""
    store, record = server_inventory.store, record_id(pk)
    times = (parse_time_us(since, "from"), parse_time_us(to, "to"))
    if not await store.versions(Kind.RECORD, record, limit=1):
        raise NotFound(f"no record {pk}")
    old, new = [_comparable(await store.version_at(Kind.RECORD, record, ts_us)) for ts_us in times]
    return list(iter_differences(old, new))


async def _chunks(store: InventoryStore, records: list[Record], limit: int | None) -> AsyncIterator[bytes]:
    """Give a JSON array of these records and those that follow, a few at a time: a fleet's are many MiB."""
    left = limit
    yield b"["
    while records:
        yield await asyncio.to_thread(_encode, records)
        last, is_full = records[-1].id, len(records) == CHUNK
        left = None if left is None else left - len(records)
        size = CHUNK if left is None else min(CHUNK, left)
        records = await store.list_records(limit=size, after=last) if is_full and size else []
        if records:
            yield b","
    yield b"]"


def _encode(records: list[Record]) -> bytes:
    """Return the items of a JSON array without its brackets."""
    return msgspec.json.encode([_rendered(record) for record in records])[1:-1]


async def _change(
    request: AnyRequest, parts: ServerInventory, pk: str, *, is_report: bool
) -> Response[InformationBody]:
    record_pk = record_id(pk)
    await parts.store.find_record(record_pk)
    values = parse_fields(await read_fields(request, parts.live), COLUMNS, is_partial=True)

    def change(old: Description) -> Foreign:
        return to_foreign(columns_of(old) | values)

    return _answer(await parts.store.change_record(record_pk, change, actor_of(request), is_report=is_report))


def _answer(record: Record, status: int = 200) -> Response[InformationBody]:
    return Response(_rendered(record), status_code=status)  # type: ignore[arg-type]


def _rendered(record: Record) -> dict[str, object]:
    return {"id": record.id} | columns_of(record.description)


def _comparable(version: Version | None) -> dict[str, object]:
    """Return what a machine was at a version: nothing before the first and after the last."""
    if version is None or version.change is Change.DELETED or not isinstance(version.document, Description):
        return {}
    return comparable_columns(columns_of(version.document))
