"""Watched ports: which of them are the local port of any TCP or UDP socket, in any state."""

import re
from collections.abc import Sequence
from pathlib import Path

import psutil

from muster.errors import InvalidInput

PROC_NET = Path("/proc/net")
TABLES = ("tcp", "tcp6", "udp", "udp6")

_RANGE = re.compile(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?")
_LOCAL_PORT = re.compile(rb"^ *[0-9]+: [0-9A-F]+:([0-9A-F]{4}) ", re.MULTILINE)
"""Line of a socket table: `  NUMBER: ADDRESS:PORT ...`, address and port in hexadecimal."""


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
    used: set[bytes] = set()
    for table in TABLES:
        try:
            used.update(_LOCAL_PORT.findall((proc_net / table).read_bytes()))
        except FileNotFoundError:
            continue
    return {int(port, 16) for port in used}
