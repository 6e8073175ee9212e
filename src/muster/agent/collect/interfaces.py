"""Network interfaces and their addresses."""

import socket
from collections.abc import Iterable
from typing import Any

import psutil

from muster.agent.collect.label import to_label
from muster.model.inventory import Interface


def read_interfaces() -> list[Interface]:
    """Return the interfaces by name. Raises OSError or psutil.Error."""
    states = psutil.net_if_stats()
    addresses = psutil.net_if_addrs()
    return [
        Interface(
            name=to_label(name),
            is_up=name in states and states[name].isup,
            mtu=max(0, states[name].mtu) if name in states else 0,
            addresses=[_address(found) for found in _of_network(addresses.get(name, ()))],
            mac=next(map(_address, _of_family(addresses.get(name, ()), psutil.AF_LINK)), ""),
            masks=[to_label(found.netmask or "") for found in _of_network(addresses.get(name, ()))],
        )
        for name in sorted(states.keys() | addresses.keys())
    ]


def _of_network(addresses: Iterable[Any]) -> list[Any]:
    """Return the addresses of networks, IPv4 first."""
    found = list(addresses)
    return [*_of_family(found, socket.AF_INET), *_of_family(found, socket.AF_INET6)]


def _of_family(addresses: Iterable[Any], family: int) -> list[Any]:
    return [found for found in addresses if found.family == family and found.address]


def _address(found: Any) -> str:
    """Return an address without its zone (`%eth0`)."""
    return to_label(found.address.partition("%")[0])
