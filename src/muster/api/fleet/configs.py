"""`/v1/api/configs`: configurations of runners."""

from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import QueryParameter

from muster.api.fleet import body_docs
from muster.api.fleet.bodies import (
    parse_agents,
    parse_texts,
    read_body,
    some,
)
from muster.api.fleet.control import CHANGE, READ, DryRun, FleetControl, Name, make_change
from muster.api.fleet.pages import Order, PageNumber, PageSize, Search, Sort, Wanted, cut
from muster.api.http.requests import AnyRequest
from muster.core.fleet.configs import masked, to_text, unmasked
from muster.core.fleet.edits import (
    add_config,
    assign_config,
    delete_configs,
    find_config,
    tag_config,
    update_config,
)
from muster.core.fleet.names import parse_name
from muster.core.fleet.plan import Kind, Plan
from muster.errors import InvalidInput


class ConfigRow(msgspec.Struct, frozen=True):
    """A configuration; `timestamp` is when it was changed last, in Unix seconds."""

    name: str
    tags: list[str]
    config: dict[str, Any]
    note: str
    timestamp: int


class ConfigList(msgspec.Struct, frozen=True):
    """`GET /v1/api/configs`."""

    configs: list[ConfigRow]
    totalSize: int  # noqa: N815 the document's name


class NewConfig(msgspec.Struct, frozen=True):
    """Body of `POST /v1/api/configs/{name}`; its `name` is the path's."""

    config: Any
    tags: Any = None
    note: str = ""


class ChangedConfig(msgspec.Struct, frozen=True):
    """Body of `PUT /v1/api/configs/{name}/config`; what is left out stays."""

    config: Any = None
    note: str | None = None


class Tags(msgspec.Struct, frozen=True):
    """Body that names tags."""

    tags: Any


class Agents(msgspec.Struct, frozen=True):
    """Body that names agents."""

    agent_ids: Any


KEYS = {"name": lambda row: row.name, "timestamp": lambda row: row.timestamp, "note": lambda row: row.note}


@get("/configs", opt=READ, summary="Configurations")
async def list_configs(
    fleet_control: FleetControl,
    name: Annotated[str, QueryParameter(max_length=253, description="Only this one.")] = "",
    sort: Sort = "",
    order: Order = "ascend",
    page: PageNumber = None,
    size: PageSize = None,
    search: Search = "",
) -> ConfigList:
    """Return configurations by name, their secrets masked."""
    plan = fleet_control.plan
    names = [key.name for key in plan.keys(Kind.CONFIG)]
    rows = [
        to_row(plan, each) for each in names if (not name or each == name) and search.lower() in each.lower()
    ]
    found = cut(rows, KEYS, Wanted(sort, order, page, size))
    return ConfigList(found.items, found.total)


@post(
    "/configs/{name:str}",
    opt=CHANGE,
    summary="Add a configuration",
    operation_class=body_docs.NEW_CONFIG,
    status_code=200,
)
async def add(
    request: AnyRequest, fleet_control: FleetControl, name: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Add a configuration, granted by tags; a tag that does not exist is made."""
    parse_name(name)
    body = await read_body(request, fleet_control.live, NewConfig)
    text = to_text(unmasked(body.config, None))
    tags = parse_texts(body.tags, "tags")
    now_us = fleet_control.steering.now_us()
    return await make_change(
        request,
        fleet_control,
        lambda draft: add_config(draft, name, text, note=body.note, tags=tags, now_us=now_us),
        f"add configuration {name}",
        dry_run=dry_run,
    )


@put(
    "/configs/{name:str}/config",
    opt=CHANGE,
    summary="Change a configuration",
    operation_class=body_docs.CHANGED_CONFIG,
)
async def update(
    request: AnyRequest, fleet_control: FleetControl, name: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Replace a configuration or its note; every agent that has it gets the new one."""
    stored = find_config(fleet_control.plan, name)
    body = await read_body(request, fleet_control.live, ChangedConfig)
    if body.config is None and body.note is None:
        raise InvalidInput("expected a config or a note", field="body")
    text = None
    if body.config is not None:
        text = to_text(unmasked(body.config, msgspec.json.decode(stored.config)))
    now_us = fleet_control.steering.now_us()
    return await make_change(
        request,
        fleet_control,
        lambda draft: update_config(draft, name, config=text, note=body.note, now_us=now_us),
        f"change configuration {name}",
        dry_run=dry_run,
    )


@delete("/configs/{name:str}", opt=CHANGE, summary="Delete a configuration", status_code=200)
async def delete_one(
    request: AnyRequest, fleet_control: FleetControl, name: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Delete a configuration and its runners."""
    return await _delete(request, fleet_control, [name], dry_run=dry_run)


@post(
    "/configs/delete",
    opt=CHANGE,
    summary="Delete configurations",
    operation_class=body_docs.CONFIG_NAMES,
    status_code=200,
)
async def delete_many(
    request: AnyRequest, fleet_control: FleetControl, dry_run: DryRun = False
) -> Response[Any]:
    """Delete configurations and their runners, all of them or none."""
    names = parse_texts(await read_body(request, fleet_control.live, list[Any]), "body")
    return await _delete(request, fleet_control, some(names, "body"), dry_run=dry_run)


@post(
    "/configs/{name:str}/tags",
    opt=CHANGE,
    summary="Let tags grant a configuration",
    operation_class=body_docs.TAG_NAMES,
    status_code=200,
)
async def add_tags(
    request: AnyRequest, fleet_control: FleetControl, name: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Give a configuration to the agents of tags; a tag that does not exist is made."""
    find_config(fleet_control.plan, name)
    body = await read_body(request, fleet_control.live, Tags)
    tags = some(parse_texts(body.tags, "tags"), "tags")
    now_us = fleet_control.steering.now_us()
    return await make_change(
        request,
        fleet_control,
        lambda draft: tag_config(draft, name, tags, now_us=now_us),
        f"assign tags {', '.join(tags)} to configuration {name}",
        dry_run=dry_run,
    )


@post(
    "/configs/{name:str}/agents",
    opt=CHANGE,
    summary="Give a configuration to agents",
    operation_class=body_docs.AGENT_IDS,
    status_code=200,
)
async def add_agents(
    request: AnyRequest, fleet_control: FleetControl, name: Name, dry_run: DryRun = False
) -> Response[Any]:
    """Give a configuration to agents themselves, whatever their tags."""
    find_config(fleet_control.plan, name)
    body = await read_body(request, fleet_control.live, Agents)
    agents = some(parse_agents(body.agent_ids, "agent_ids"), "agent_ids")
    return await make_change(
        request,
        fleet_control,
        lambda draft: assign_config(draft, name, agents),
        f"distribute configuration {name} to {len(agents)} agents",
        dry_run=dry_run,
        agents=agents,
    )


def to_row(plan: Plan, name: str) -> ConfigRow:
    """Return a configuration as it is answered."""
    config = find_config(plan, name)
    return ConfigRow(
        name,
        sorted(plan.linked_to(Kind.TAG_CONFIG, name)),
        masked(msgspec.json.decode(config.config)),
        config.note,
        config.changed_us // 1_000_000,
    )


async def _delete(
    request: AnyRequest, control: FleetControl, names: list[str], *, dry_run: bool
) -> Response[Any]:
    return await make_change(
        request,
        control,
        lambda draft: delete_configs(draft, names),
        f"delete configuration {', '.join(names)}",
        dry_run=dry_run,
    )


HANDLERS = (list_configs, add, update, delete_one, delete_many, add_tags, add_agents)
