"""Groups of the metrics that an agent takes by itself: each can be switched off alone."""

from collections.abc import Mapping

GROUPS: Mapping[str, tuple[str, ...]] = {
    "cpu": ("cpu.",),
    "load": ("load.",),
    "memory": ("memory.", "swap."),
    "disks": ("disk.total_", "disk.used_"),
    "disk_io": ("disk.read", "disk.writ", "disk.busy_"),
    "network": ("network.",),
    "tcp": ("tcp.",),
    "processes": ("process.",),
    "uptime": ("system.",),
    "temperatures": ("temperature.",),
    "batteries": ("battery.",),
}
"""How the names of a group's metrics begin."""

_GROUP_OF = {prefix: group for group, prefixes in GROUPS.items() for prefix in prefixes}
_PREFIXES = tuple(_GROUP_OF)


def group_of(metric: str) -> str:
    """Return the group of a metric; "" when it is in none."""
    return next((_GROUP_OF[prefix] for prefix in _PREFIXES if metric.startswith(prefix)), "")
