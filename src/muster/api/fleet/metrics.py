"""`/v1/api/metrics`: the setting of the fleet's collection, and a machine's metrics in buckets."""

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter

from muster.api.fleet import body_docs
from muster.api.fleet.bodies import read_body
from muster.api.fleet.control import CHANGE, READ, AgentPath, DryRun, FleetControl, make_change
from muster.api.http.requests import AnyRequest
from muster.core.fleet.collect_rules import collected_by
from muster.core.fleet.collection import Collection, collection_of, set_collection
from muster.core.metrics.grid import BUCKETS, DAY_S, SECOND_US, Grid
from muster.core.metrics.ports import Series
from muster.errors import InvalidInput
from muster.model.ids import AgentId
from muster.model.metric import RUNNER_LABEL, read_labels

MAX_S = 9_999_999_999
"""Times have at most ten digits."""

DEFAULT_SPAN_S = 3600
MAX_REPO = 128

GROUPS: Mapping[str, Mapping[str, str]] = {
    "cpu_usage": {"cpu_usage_system": "cpu.system_percent", "cpu_usage_user": "cpu.user_percent"},
    "diskio": {"diskio_reads_rate": "disk.reads_total", "diskio_writes_rate": "disk.writes_total"},
    "mem_used_percent": {"mem_used_percent": "memory.used_percent"},
    "net_bytes_rate": {
        "bytes_recv_rate": "network.received_bytes_total",
        "bytes_sent_rate": "network.sent_bytes_total",
    },
    "net_packets_rate": {
        "packets_recv_rate": "network.received_packets_total",
        "packets_sent_rate": "network.sent_packets_total",
    },
    "system_load": {"system_load1": "load.1m", "system_load15": "load.15m", "system_load5": "load.5m"},
    "tcp_established_num": {"tcp_established_num": "tcp.connections"},
}
"""Groups of the document, their fields, and our metrics behind them."""

ESTABLISHED = "established"

MESSAGE = (
    "Once this is opened, every agent takes samples of the machine it runs on and sends them to this server."
)
CLOSED_FIELDS = {
    "interval": {"chinese": "收集间隔秒数", "default": "10"},
    "repo_name": {"chinese": "数据仓库名称", "default": "samples"},
}


class MachineSetting(msgspec.Struct, frozen=True, omit_defaults=True):
    """`GET /v1/api/metrics/machine`; `interval` in seconds, as text."""

    opened: bool
    interval: str | None = None
    repo_name: str | None = None


class NewSetting(msgspec.Struct, frozen=True):
    """Body of `POST /v1/api/metrics/machine`; `interval` in seconds, text or number."""

    opened: bool
    interval: str | int | float | None = None
    repo_name: str | None = None


Bucket = dict[str, Any]


class MachineMetrics(msgspec.Struct, frozen=True):
    """`GET /v1/api/metrics/{agent_id}`: groups of buckets, or what to do when nothing is collected."""

    opened: bool
    data: dict[str, Any]


Begin = Annotated[
    int | None, QueryParameter(name="beginTime", ge=0, le=MAX_S, description="Unix seconds; an hour before.")
]
End = Annotated[int | None, QueryParameter(name="endTime", ge=0, le=MAX_S, description="Unix seconds; now.")]

RunnerName = Annotated[
    str, QueryParameter(name="runner", max_length=128, description="Only what this metric runner took.")
]


@get("/metrics/machine", opt=READ, summary="Whether and how often agents take samples")
async def read_setting(fleet_control: FleetControl) -> MachineSetting:
    """Return the setting of the fleet."""
    collection = collection_of(fleet_control.plan)
    if not collection.is_open:
        return MachineSetting(False)
    interval_s = collection.interval_s or fleet_control.interval_s
    return MachineSetting(True, f"{interval_s:g}", collection.repo_name)


@post(
    "/metrics/machine",
    opt=CHANGE,
    summary="Say whether and how often agents take samples",
    operation_class=body_docs.MACHINE_SETTING,
    status_code=200,
)
async def write_setting(
    request: AnyRequest, fleet_control: FleetControl, dry_run: DryRun = False
) -> Response[Any]:
    """Open or close the collection of all agents; what is left out stays."""
    body = await read_body(request, fleet_control.live, NewSetting)
    old = collection_of(fleet_control.plan)
    collection = Collection(
        is_open=body.opened,
        interval_s=old.interval_s if body.interval in (None, "") else _parse_interval(body.interval),
        repo_name=_parse_repo(body.repo_name) if body.repo_name else old.repo_name,
    )
    return await make_change(
        request,
        fleet_control,
        lambda draft: set_collection(draft, collection),
        f"{'open' if body.opened else 'close'} the collection of samples",
        dry_run=dry_run,
    )


@get("/metrics/{agent_id:str}", opt=READ, summary="A machine's metrics in about 300 buckets")
async def read_metrics(
    fleet_control: FleetControl,
    agent_id: AgentPath,
    begin: Begin = None,
    end: End = None,
    runner: RunnerName = "",
) -> MachineMetrics:
    """Return means, and rates per second, between two times; null where there is no data.

    They are of the samples that the agent takes itself, or of those of one of its metric runners.
    """
    agent = fleet_control.fleet.get(AgentId(agent_id))
    collected = collected_by(fleet_control.plan, agent.id)
    interval_s = collected.interval_s or fleet_control.interval_s
    if collected.interval_s is None:
        data = {"post_url": "/metrics/machine", "message": MESSAGE, **CLOSED_FIELDS}
        return MachineMetrics(False, data)
    end_s = fleet_control.steering.now_us() // SECOND_US if end is None else end
    begin_s = end_s - DEFAULT_SPAN_S if begin is None else begin
    span_s = end_s - begin_s
    if span_s <= 0:
        raise InvalidInput("expected a time after beginTime", field="endTime")
    answer = await fleet_control.questions.over_time(
        (agent.id,),
        {metric for fields in GROUPS.values() for metric in fields.values()},
        from_us=begin_s * SECOND_US,
        to_us=end_s * SECOND_US,
        interval_s=interval_s if span_s >= DAY_S else max(interval_s, math.ceil(span_s / BUCKETS)),
    )
    return MachineMetrics(True, to_groups(answer.grid, answer.series, runner))


def to_groups(grid: Grid, series: Iterable[Series], runner: str = "") -> dict[str, Any]:
    """Return the groups of the document; fields are sums over devices and interfaces.

    Only series of that metric runner count, or of none.
    """
    sums: dict[str, list[float | None]] = {}
    for each in series:
        metric, labels = each.key.metric, read_labels(each.key.labels)
        if labels.get(RUNNER_LABEL, "") != runner:
            continue
        if metric == "tcp.connections" and labels.get("state") != ESTABLISHED:
            continue
        before = sums.get(metric)
        sums[metric] = each.values if before is None else list(map(_plus, before, each.values))
    return {group: {"buckets": _buckets(grid, fields, sums)} for group, fields in GROUPS.items()}


def _buckets(grid: Grid, fields: Mapping[str, str], sums: Mapping[str, list[float | None]]) -> list[Bucket]:
    none: list[float | None] = [None] * grid.count
    columns = {field: sums.get(metric, none) for field, metric in fields.items()}
    return [
        {
            **{field: {"value": values[index]} for field, values in columns.items()},
            "key": (grid.start_s + index * grid.step_s) * 1000,
        }
        for index in range(grid.count)
    ]


def _plus(left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return right if left is None else left
    return left + right


def _parse_interval(value: str | int | float | None) -> float:
    try:
        return float(value or 0)
    except (ValueError, OverflowError):
        raise InvalidInput("expected seconds", field="interval") from None


def _parse_repo(text: str) -> str:
    if len(text) > MAX_REPO or not text.isprintable():
        raise InvalidInput(f"expected at most {MAX_REPO} printable characters", field="repo_name")
    return text


HANDLERS = (read_setting, write_setting, read_metrics)
