"""What the editor of configurations needs: what may be written, what is wrong, and what was before."""

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import PathParameter, QueryParameter

from muster.api.console.changing import JSON_OBJECT
from muster.api.http.authorization import Needs
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.core.fleet.configs import masked, validate_config
from muster.core.fleet.history import ConfigRevision, history_of
from muster.core.fleet.plan import Config
from muster.core.fleet.steering import Steering
from muster.model.access import Scope
from muster.model.metric_types import METRIC_TYPES
from muster.pipeline.options import Component, Option, describe, describe_all
from muster.pipeline.parsers import PARSERS
from muster.pipeline.readers import READERS
from muster.pipeline.senders import SENDERS
from muster.pipeline.spec import TYPE_KEYS, CleanerSpec, RouterSpec, RunnerSpec
from muster.pipeline.transforms import TRANSFORMS

READ = {"needs": Needs(Scope.READ)}


class ConsoleConfigs(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    steering: Steering
    live: Live


class MetricKind(msgspec.Struct, frozen=True):
    """A type of metrics: the attributes that can be switched off, and the keys of its `config`."""

    name: str
    attributes: list[str]
    keys: list[str]


class ConfigParts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a configuration of a runner may say.

    `runner` are the keys at its top beside the sections; `type_keys` names the key of a section that says
    which component it is.
    """

    runner: list[Option]
    readers: list[Component]
    parsers: list[Component]
    transforms: list[Component]
    senders: list[Component]
    cleaner: Component
    router: Component
    metrics: list[MetricKind]
    type_keys: dict[str, str]


class DraftConfig(msgspec.Struct, frozen=True):
    """Body of `POST /console/v1/configs/check`."""

    config: Any


class ConfigProblem(msgspec.Struct, frozen=True):
    """What is wrong, and where: `transforms[1].key`; an empty path is the configuration as a whole."""

    path: str
    message: str


class ConfigCheck(msgspec.Struct, frozen=True):
    """What is wrong with a draft; nothing, when it can be saved."""

    problems: list[ConfigProblem]


class ConfigText(msgspec.Struct, frozen=True):
    """A configuration as it was, its secrets masked."""

    config: dict[str, Any]
    note: str


class ConfigRevisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one revision did to a configuration; see `before` and `after` when `is_written`.

    `others` counts what else the revision wrote, which restoring it restores, too.
    """

    id: int
    ts_us: int
    by: str
    action: str
    is_written: bool
    before: ConfigText | None
    after: ConfigText | None
    tags_added: list[str]
    tags_removed: list[str]
    agents_added: list[str]
    agents_removed: list[str]
    others: int


class ConfigRevisions(msgspec.Struct, frozen=True):
    """Revisions, the newest first; older ones are `before=next`, null: there are none."""

    revisions: list[ConfigRevisionRow]
    next: int | None


PARTS = ConfigParts(
    runner=describe(RunnerSpec).options,
    readers=describe_all(READERS),
    parsers=describe_all(PARSERS),
    transforms=describe_all(TRANSFORMS),
    senders=describe_all(SENDERS),
    cleaner=describe(CleanerSpec),
    router=describe(RouterSpec),
    metrics=[
        MetricKind(name, list(kind.attributes), [*kind.filters, *kind.switches])
        for name, kind in METRIC_TYPES.items()
    ],
    type_keys=dict(TYPE_KEYS),
)


@get("/configs/parts", opt=READ, summary="What a configuration may say")
async def config_parts() -> ConfigParts:
    """Return every section, component and option, from which the reference is made, too."""
    return PARTS


@post(
    "/configs/check",
    opt=READ,
    summary="Check a configuration",
    operation_class=raw_body(JSON_OBJECT),
    status_code=200,
)
async def check_draft(request: AnyRequest, console_configs: ConsoleConfigs) -> ConfigCheck:
    """Return what is wrong with a draft; nothing is stored."""
    draft = await json_of(request, console_configs.live.limits, DraftConfig)
    return ConfigCheck([to_problem(text) for text in validate_config(draft.config)])


@get("/configs/{name:str}/revisions", opt=READ, summary="What became of a configuration")
async def config_revisions(
    console_configs: ConsoleConfigs,
    name: Annotated[str, PathParameter(max_length=253)],
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
    before: Annotated[
        int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only revisions with a lower id.")
    ] = None,
) -> ConfigRevisions:
    """Return the revisions that touched a configuration, also one that is deleted."""
    history = await history_of(console_configs.steering.store, name, limit=limit, before=before)
    return ConfigRevisions([_to_row(revision) for revision in history.revisions], history.next)


def to_problem(text: str) -> ConfigProblem:
    """Return a problem as `validate_config` words it, its place apart."""
    path, colon, message = text.partition(": ")
    return ConfigProblem(path, message) if colon and " " not in path else ConfigProblem("", text)


def _to_row(revision: ConfigRevision) -> ConfigRevisionRow:
    values = msgspec.structs.asdict(revision)
    values |= {"before": _to_text(revision.before), "after": _to_text(revision.after)}
    return ConfigRevisionRow(**values)


def _to_text(config: Config | None) -> ConfigText | None:
    return None if config is None else ConfigText(masked(msgspec.json.decode(config.config)), config.note)


HANDLERS: tuple[Any, ...] = (config_parts, check_draft, config_revisions)
