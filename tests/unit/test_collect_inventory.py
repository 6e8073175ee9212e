"""The inventory of made-up parts and of this machine."""

import os
import pwd
import time
from types import SimpleNamespace

import msgspec
import psutil
import pytest

from muster.agent.collect import inventory as module
from muster.agent.collect.batteries import Batteries
from muster.agent.collect.disks import Disk, Mount
from muster.agent.collect.inventory import Cpu, Parts, make_inventory, read_cpu, read_user, read_utc_offset_s
from muster.agent.collect.memory import Memory
from muster.agent.collect.processors import Processors
from muster.model import inventory as model
from muster.model.inventory import Battery, Interface, Inventory, parse_inventory

NOTHING = Parts(None, None, None, None, None, None, None)


def inventory_of(parts: Parts) -> Inventory:
    made = make_inventory(parts, ts_us=7_000_000, outside_address="192.0.2.7", environment={"LANG": "C"})
    assert parse_inventory(msgspec.json.encode(made)) == made
    return made


def test_each_part_finds_its_place() -> None:
    eth0 = Interface(name="eth0", is_up=True, mtu=1500)
    mount = Mount("/dev/a", b"/caf\xe9".decode(errors="surrogateescape"), "ext4")
    made = inventory_of(
        Parts(
            boot_time_s=5,
            interfaces=[eth0],
            disks=[Disk(mount, used=1, total=2)],
            memory=Memory(total=8, used=3, available=2, cached=1),
            load=(0.1, 0.2, 0.3),
            batteries=Batteries({"BAT0": 100.0, "BAT1": 50.0}, is_plugged=False),
            cpu=Cpu(4, 8, 3600.5, Processors(model="Abacus 9", cache_bytes=512 * 1024, sockets=2)),
        )
    )
    assert (made.ts_us, made.outside_address, made.environment) == (7_000_000, "192.0.2.7", {"LANG": "C"})
    assert (made.boot_time_s, made.interfaces, made.load) == (5, [eth0], (0.1, 0.2, 0.3))
    assert made.disks == [
        model.Disk(device="/dev/a", mountpoint="/caf?", file_system="ext4", total_bytes=2, used_bytes=1)
    ]
    assert (made.memory_total_bytes, made.memory_used_bytes, made.memory_percent) == (8, 3, 75.0)
    assert (made.cpu_cores, made.cpu_threads, made.cpu_mhz) == (4, 8, 3600.5)
    assert (made.cpu_model, made.cpu_cache_bytes, made.cpu_sockets) == ("Abacus 9", 524_288, 2)
    assert made.battery == Battery(percent=75.0, is_plugged=False)


def test_parts_that_cannot_be_read_are_absent() -> None:
    made = inventory_of(NOTHING)
    assert made.boot_time_s == 0
    assert (made.interfaces, made.disks, made.load, made.battery) == (None, None, None, None)
    assert (made.memory_total_bytes, made.memory_used_bytes, made.memory_percent) == (None, None, None)
    assert (made.cpu_cores, made.cpu_threads, made.cpu_mhz) == (None, None, 0.0)


def test_a_machine_without_batteries_has_none() -> None:
    assert inventory_of(NOTHING._replace(batteries=Batteries({}, is_plugged=True))).battery is None


def test_it_names_the_machine_the_system_and_the_user() -> None:
    made = inventory_of(NOTHING)
    assert made.hostname == os.uname().nodename
    assert os.uname().release in made.system
    assert (made.kernel, made.kernel_version) == (os.uname().sysname, os.uname().release)
    assert made.platform
    assert made.user == pwd.getpwuid(os.geteuid()).pw_name


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 2**31 - 7)
    assert read_user() == str(2**31 - 7)


def test_the_offset_is_that_of_the_time_zone_at_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        assert [read_utc_offset_s(unix_s) for unix_s in (1_700_000_000, 1_690_000_000)] == [3600, 7200]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("frequency", "mhz"),
    [
        (SimpleNamespace(current=800.0, max=3600.0), 3600.0),
        (SimpleNamespace(current=2596.124, max=0.0), 2596.12),
        (None, 0.0),
    ],
)
def test_the_highest_clock_is_what_the_system_knows_of_it(
    monkeypatch: pytest.MonkeyPatch, frequency: object, mhz: float
) -> None:
    monkeypatch.setattr(module.psutil, "cpu_freq", lambda: frequency)
    cpu = read_cpu()
    assert cpu.mhz == mhz
    assert cpu.threads == psutil.cpu_count()
