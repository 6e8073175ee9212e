"""Watched ports: which of them are the local port of any TCP or UDP socket, in any state."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

from muster.errors import InvalidInput

PROC_NET = Path("/proc/net")
TABLES = ("tcp", "tcp6", "udp", "udp6")

_RANGE = re.compile(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?")


def parse_ports(spec: Sequence[int | str]) -> list[int]:
    """Return the ports of numbers and ranges (`"3000-3007"`) in order, each once.

    Raises InvalidInput that names the item, such as `agent.ports[2]`.
    """
    ports: dict[int, None] = {}
    for index, item in enumerate(spec):
        match = _RANGE.fullmatch(str(item).strip())
        first = int(match[1]) if match else 0
        last = int(match[2] or first) if match else 0
        if not 1 <= first <= last <= 65_535:
            raise InvalidInput(
                f"expected a port or a range of 1-65535 such as 3000-3007, not {item!r}",
                field=f"agent.ports[{index}]",
            )
        ports.update(dict.fromkeys(range(first, last + 1)))
    return list(ports)


def read_ports_in_use(proc_net: Path = PROC_NET) -> set[int]:
    """Return the local port of every TCP and UDP socket. Raises OSError or psutil.Error."""
    if not (proc_net / "tcp").exists():
        connections = psutil.net_connections("inet")
        return {connection.laddr.port for connection in connections if connection.laddr}
    used: set[int] = set()
    for table in TABLES:
        try:
            used |= _local_ports((proc_net / table).read_bytes().splitlines()[1:])
        except FileNotFoundError:
            continue
    return used


def _local_ports(lines: Iterable[bytes]) -> set[int]:
    """Read the second column of a socket table, `ADDRESS:PORT` in hexadecimal."""
    return {int(line.split(None, 2)[1].rpartition(b":")[2], 16) for line in lines}
