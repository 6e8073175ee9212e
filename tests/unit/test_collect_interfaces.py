"""Interfaces of a made-up machine and of this one."""

import socket
from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect.interfaces import read_interfaces
from muster.model.inventory import Interface


def address(family: int, text: str, netmask: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(family=family, address=text, netmask=netmask)


def test_addresses_are_sorted_by_family_have_no_zone_and_their_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = {
        "eth0": [
            address(socket.AF_INET6, "fe80::1%eth0"),
            address(psutil.AF_LINK, "02:00:00:00:00:01"),
            address(socket.AF_INET, "192.0.2.1", "255.255.255.0"),
        ]
    }
    states = {"eth0": SimpleNamespace(isup=True, mtu=1500), "down0": SimpleNamespace(isup=False, mtu=-1)}
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: addresses)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: states)
    assert read_interfaces() == [
        Interface(name="down0", is_up=False, mtu=0),
        Interface(
            name="eth0",
            is_up=True,
            mtu=1500,
            addresses=["192.0.2.1", "fe80::1"],
            mac="02:00:00:00:00:01",
            masks=["255.255.255.0", ""],
        ),
    ]


def test_loopback_of_this_machine_is_there() -> None:
    assert any("127.0.0.1" in interface.addresses for interface in read_interfaces())
