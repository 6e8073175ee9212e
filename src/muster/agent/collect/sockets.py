"""Sockets: which local ports they use, and in which states TCP connections are (proc_net(5))."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import psutil

from muster.agent.collect.sample import Sample, sample

PROC_NET = Path("/proc/net")

STATES = (
    "established",
    "syn_sent",
    "syn_recv",
    "fin_wait1",
    "fin_wait2",
    "time_wait",
    "close",
    "close_wait",
    "last_ack",
    "listen",
    "closing",
)
"""In the order of the kernel's numbers, which begin with 1."""

_NEW_SYN_RECV = 12

_PORT_AND_STATE = re.compile(
    rb"^ *[0-9]+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) ", re.MULTILINE
)
"""Line of a socket table: `  NUMBER: ADDRESS:PORT ADDRESS:PORT STATE ...`, all but the first hexadecimal."""


class Sockets(NamedTuple):
    """Local ports of sockets in any state; how many TCP sockets are in each state, listening ones too."""

    ports: frozenset[int]
    states: Mapping[str, int]


class SocketTables:
    """Reads the system's socket tables; those of UDP only `with_ports`, which may change between reads."""

    def __init__(self, *, with_ports: bool, proc_net: Path = PROC_NET) -> None:
        self.with_ports = with_ports
        self._proc_net = proc_net

    def read(self) -> Sockets:
        """Return what there is. Raises OSError or psutil.Error.

        A system without these tables may tell the ports of all processes to root only: it is asked
        `with_ports` only.
        """
        if not (self._proc_net / "tcp").exists():
            return _portable() if self.with_ports else Sockets(frozenset(), {})
        ports: set[bytes] = set()
        states = dict.fromkeys(STATES, 0)
        for name in ("tcp", "tcp6"):
            found = Counter(self._rows(name))
            ports.update(port for port, _ in found)
            for (_, state), count in found.items():
                states[_state_name(int(state, 16))] += count
        if self.with_ports:
            ports.update(port for name in ("udp", "udp6") for port, _ in self._rows(name))
        return Sockets(frozenset(int(port, 16) for port in ports), states)

    def _rows(self, name: str) -> list[tuple[bytes, bytes]]:
        """Return local port and state of each socket of a table; a table may be missing."""
        try:
            return _PORT_AND_STATE.findall((self._proc_net / name).read_bytes())
        except FileNotFoundError:
            return []


def socket_samples(sockets: Sockets) -> Iterator[Sample]:
    """Return how many TCP sockets are in each state."""
    for state, count in sockets.states.items():
        yield sample("tcp.connections", count, state=state)


def _state_name(number: int) -> str:
    if number == _NEW_SYN_RECV:
        return "syn_recv"
    return STATES[number - 1]


def _portable() -> Sockets:
    found = psutil.net_connections("inet")
    states = Counter(connection.status.lower() for connection in found)
    return Sockets(
        frozenset(connection.laddr.port for connection in found if connection.laddr),
        {state: states[state] for state in STATES},
    )
