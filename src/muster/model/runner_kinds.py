"""Kinds of runners: what one reads, as configurations and local settings name it (behaviour 3b, 3c)."""

from collections.abc import Mapping

METRIC = "metric"
"""Takes samples of the machine instead of reading rows."""

SCRIPT = "script"
"""Runs a program; off unless the agent's own settings allow it."""

READERS = (
    *("fileauto", "file", "dir", "dirx", "tailx", "cloudtrail", "mysql", "mssql", "postgres"),
    *("elastic", "mongo", "kafka", "redis", "socket", "http", "httpfetch", SCRIPT, "snmp", "cloudwatch"),
    "journald",
)
"""Modes of readers that configurations may name, whether or not an agent has them."""

KINDS = (METRIC, *READERS)

ALLOWED_BY_DEFAULT = tuple(kind for kind in KINDS if kind != SCRIPT)


def kind_of(config: Mapping[str, object]) -> str:
    """Return what a runner's configuration is for: `metric`, or the mode of its reader; "" when unclear."""
    if METRIC in config:
        return METRIC
    reader = config.get("reader")
    mode = reader.get("mode") if isinstance(reader, dict) else None
    return mode if isinstance(mode, str) else ""
