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
            addresses=[
                *_of_family(addresses.get(name, ()), socket.AF_INET),
                *_of_family(addresses.get(name, ()), socket.AF_INET6),
            ],
            mac=next(iter(_of_family(addresses.get(name, ()), psutil.AF_LINK)), ""),
        )
        for name in sorted(states.keys() | addresses.keys())
    ]


def _of_family(addresses: Iterable[Any], family: int) -> list[str]:
    """Return the addresses of a family without their zones (`%eth0`)."""
    return [
        to_label(found.address.partition("%")[0])
        for found in addresses
        if found.family == family and found.address
    ]
