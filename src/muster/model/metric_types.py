"""Metric runners: which types and attributes of source 4 (behaviour 3g) are which of our metrics.

A runner of kind `metric` is configured as `{"metric": [{"type", "attributes", "config"}],
"collect_interval": 30}`; an attribute that is false is left out. Server and agents read it here alike.
"""

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from muster.errors import InvalidInput
from muster.model.runner_kinds import METRIC

INTERVAL_S = 30.0
MAX_INTERVAL_S = 86_400.0
MAX_CHOICES = 100

FALSE, TRUE = frozenset({"false", "0"}), frozenset({"true", "1"})

RUNNER_KEYS = frozenset(
    {
        *("name", "note", "createtime", "is_stopped", "metric", "collect_interval", "senders"),
        *("batch_len", "batch_size", "batch_interval", "batch_try_times", "errors_list_cap", "sync_every"),
        *("max_reader_close_wait_time", "env_tag", "extra_info", "internal_key_prefix", "log_audit"),
        *("is_block", "web_folder", "from_server", "send_raw", "read_time", "max_line_len"),
    }
)
"""Keys of a metric runner. Those of batching are read and mean nothing here: the spool does that."""


class MetricType(NamedTuple):
    """A type: the metrics of each attribute, none where we have none; keys of `config` that pick labels."""

    attributes: Mapping[str, tuple[str, ...]]
    filters: Mapping[str, str] = MappingProxyType({})
    switches: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Keys of `config` that are true or false, with the metrics that they switch."""

    @property
    def metrics(self) -> frozenset[str]:
        """All metrics of the type."""
        switched = [metric for metrics in self.switches.values() for metric in metrics]
        return frozenset([*switched, *(metric for found in self.attributes.values() for metric in found)])


def _type(prefix: str, measured: Mapping[str, str], others: str = "", **rest: Any) -> MetricType:
    """Return a type from `attribute: metric` and the names of attributes that we do not measure."""
    attributes = {f"{prefix}_{name}": (metric,) for name, metric in measured.items()}
    return MetricType({**attributes, **{f"{prefix}_{name}": () for name in others.split()}}, **rest)


_CPU = {f"usage_{name}": f"cpu.{name}_percent" for name in ("user", "system", "iowait", "steal")}
_TCP = "established syn_sent syn_recv fin_wait1 fin_wait2 time_wait close close_wait last_ack listen closing"
_NET = {
    "bytes_recv": "network.received_bytes_total",
    "bytes_sent": "network.sent_bytes_total",
    "packets_recv": "network.received_packets_total",
    "packets_sent": "network.sent_packets_total",
}
_DISKIO = {
    "reads": "disk.reads_total",
    "writes": "disk.writes_total",
    "read_bytes": "disk.read_bytes_total",
    "write_bytes": "disk.written_bytes_total",
}

METRIC_TYPES: Mapping[str, MetricType] = {
    "cpu": _type(
        "cpu",
        {"usage": "cpu.used_percent", **_CPU},
        "usage_idle usage_nice usage_irq usage_softirq usage_guest usage_guest_nice time_user time_system"
        " time_idle time_nice time_iowait time_irq time_softirq time_steal time_guest time_guest_nice",
        switches={"per_cpu": ("cpu.core_percent",), "total_cpu": (), "collect_cpu_time": ()},
    ),
    "mem": _type(
        "mem",
        {
            "total": "memory.total_bytes",
            "used": "memory.used_bytes",
            "available": "memory.available_bytes",
            "cached": "memory.cached_bytes",
            "used_percent": "memory.used_percent",
        },
        "free buffered active inactive available_percent",
    ),
    "swap": _type(
        "swap", {"total": "swap.total_bytes", "used": "swap.used_bytes"}, "free used_percent in out"
    ),
    "system": _type(
        "system",
        {"load1": "load.1m", "load5": "load.5m", "load15": "load.15m", "uptime": "system.uptime_s"},
        "n_users n_cpus uptime_format n_net_cards n_disks n_services",
    ),
    "processes": _type(
        "processes",
        {"total": "process.count"},
        "blocked zombies stopped running sleeping unknown idle wait dead paging total_threads",
    ),
    "procstat": _type("procstat", {"cpu_usage": "process.cpu_percent", "memory_rss": "process.memory_bytes"}),
    "netstat": MetricType(
        {**{f"netstat_tcp_{state}": ("tcp.connections",) for state in _TCP.split()}, "netstat_udp_socket": ()}
    ),
    "net": _type(
        "net",
        {
            **_NET,
            **{f"{name}_per_sec": metric for name, metric in _NET.items()},
            "err_in": "network.receive_errors_total",
            "err_out": "network.send_errors_total",
            "drop_in": "network.receive_drops_total",
            "drop_out": "network.send_drops_total",
        },
        filters={"interfaces": "interface"},
    ),
    "disk": _type(
        "disk",
        {"total": "disk.total_bytes", "used": "disk.used_bytes", "used_percent": "disk.used_percent"},
        "free inodes_total inodes_free inodes_used",
        filters={"mount_points": "mountpoint"},
    ),
    "diskio": _type(
        "diskio",
        {
            **_DISKIO,
            **{f"{name}_per_sec": metric for name, metric in _DISKIO.items()},
            "io_time": "disk.busy_s_total",
            "io_util": "disk.busy_s_total",
        },
        "read_time write_time weighted_io_time iops_in_progress io_await io_svctm",
        filters={"devices": "device"},
    ),
    "temperature": _type("temperature", {"celsius": "temperature.celsius"}, filters={"sensors": "sensor"}),
    "battery": _type("battery", {"percent": "battery.percent"}),
}
"""Types that our collectors can give; the last two are ours."""

NOT_COLLECTED = frozenset(
    {
        *("kernel", "kernel_vmstat", "linux_sysctl_fs", "http"),
        *("docker", "elasticsearch", "memcached", "http_response", "telegraf_http"),
    }
)
"""Types of source 4 that no agent of this version has a collector for."""


class MetricChoice(NamedTuple):
    """What is wanted of one type.

    `metrics` are kept, for series whose label has one of the values of `labels` where it names any.
    `states` None: TCP connections in every state. `unmeasured`: attributes that are asked for by name
    and that no collector gives.
    """

    type: str
    metrics: frozenset[str]
    labels: Mapping[str, frozenset[str]]
    states: frozenset[str] | None = None
    unmeasured: tuple[str, ...] = ()


class MetricRunner(NamedTuple):
    """A metric runner's configuration, read."""

    interval_s: float
    choices: tuple[MetricChoice, ...]


def parse_metric_runner(config: Mapping[str, object]) -> MetricRunner:
    """Return what a configuration asks for. Raises InvalidInput that names the key."""
    _check_keys(config, RUNNER_KEYS, "")
    _check_senders(config.get("senders"))
    asked = config.get(METRIC)
    if not isinstance(asked, list) or not 0 < len(asked) <= MAX_CHOICES:
        raise InvalidInput(f"expected a list of 1-{MAX_CHOICES} types", field=METRIC)
    choices = tuple(_parse_choice(choice, f"{METRIC}[{number}]") for number, choice in enumerate(asked))
    doubled = {one.type for one in choices if sum(other.type == one.type for other in choices) > 1}
    if doubled:
        raise InvalidInput(f"type {sorted(doubled)[0]} is there twice", field=METRIC)
    return MetricRunner(_parse_interval(config.get("collect_interval")), choices)


def _parse_choice(choice: object, field: str) -> MetricChoice:
    if not isinstance(choice, dict):
        raise InvalidInput('expected {"type", "attributes", "config"}', field=field)
    _check_keys(choice, {"type", "attributes", "config"}, f"{field}.")
    name = choice.get("type")
    if not isinstance(name, str) or (name not in METRIC_TYPES and name not in NOT_COLLECTED):
        raise InvalidInput(_unknown(name, [*METRIC_TYPES, *NOT_COLLECTED]), field=f"{field}.type")
    attributes = _object(choice.get("attributes"), f"{field}.attributes")
    config = _object(choice.get("config"), f"{field}.config")
    if name in NOT_COLLECTED:
        return MetricChoice(name, frozenset(), {})
    return _choose(name, attributes, config, field)


def _choose(
    name: str, attributes: Mapping[str, object], config: Mapping[str, object], field: str
) -> MetricChoice:
    kind = METRIC_TYPES[name]
    _check_keys(attributes, kind.attributes, f"{field}.attributes.")
    _check_keys(config, {*kind.filters, *kind.switches}, f"{field}.config.")
    wanted = {key: _flag(value, f"{field}.attributes.{key}") for key, value in attributes.items()}
    on = [key for key in kind.attributes if wanted.get(key, True)]
    metrics = {metric for key in on for metric in kind.attributes[key]}
    for key, switched in kind.switches.items():
        if _flag(config.get(key, True), f"{field}.config.{key}"):
            metrics.update(switched)
        elif key == "total_cpu":
            metrics -= {metric for found in kind.attributes.values() for metric in found}
    labels = {
        label: _texts(config[key], f"{field}.config.{key}")
        for key, label in kind.filters.items()
        if config.get(key)
    }
    states = frozenset(key.removeprefix("netstat_tcp_") for key in on) if name == "netstat" else None
    unmeasured = tuple(key for key, value in wanted.items() if value and not kind.attributes[key])
    return MetricChoice(name, frozenset(metrics), labels, states, unmeasured)


def _parse_interval(value: object) -> float:
    """Return seconds; a number or its text, 0 and nothing mean the default."""
    if value in (None, "", 0, "0"):
        return INTERVAL_S
    try:
        interval_s = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        interval_s = math.nan
    if not 1 <= interval_s <= MAX_INTERVAL_S:
        raise InvalidInput(f"expected 1-{MAX_INTERVAL_S:g} seconds", field="collect_interval")
    return interval_s


def _check_senders(senders: object) -> None:
    """Raise InvalidInput unless samples go where all samples go: to the server of the agent."""
    found = senders or []
    kinds = (
        [one.get("sender_type") if isinstance(one, dict) else None for one in found]
        if isinstance(found, list)
        else [None]
    )
    if any(kind != "pandora" for kind in kinds):
        raise InvalidInput("samples go to the agent's server only: leave senders out", field="senders")


def _check_keys(found: Mapping[str, object], known: Iterable[str], prefix: str) -> None:
    names = sorted(known)
    for key in found:
        if key not in names:
            raise InvalidInput(_unknown(key, names), field=f"{prefix}{key}"[:200])


def _unknown(name: object, known: Iterable[str]) -> str:
    import difflib  # only a wrong name needs it

    names = sorted(known)
    near = difflib.get_close_matches(str(name)[:100], names, n=1)
    return f"unknown; did you mean {near[0]}?" if near else f"unknown; known are {', '.join(names)}"


def _object(value: object, field: str) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput("expected an object", field=field)
    return value


def _flag(value: object, field: str) -> bool:
    text = str(value).lower() if isinstance(value, bool | str | int) else ""
    if text not in TRUE | FALSE:
        raise InvalidInput("expected true or false", field=field)
    return text in TRUE


def _texts(value: object, field: str) -> frozenset[str]:
    """Return a list of texts; one text with commas is a list, too."""
    found = value.split(",") if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise InvalidInput("expected a list of texts", field=field)
    return frozenset(one.strip() for one in found if one.strip())
