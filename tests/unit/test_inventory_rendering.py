"""Our inventory in the words of source 2."""

from typing import Any

import pytest

from muster.api.server_inventory.columns import columns_of, to_foreign
from muster.api.server_inventory.rendering import (
    comparable_columns,
    render_boot_time,
    render_inventory,
    steady_columns,
)
from muster.core.inventory import Difference, iter_differences
from muster.model.inventory import Battery, Disk, Interface, Inventory

MIB = 1024 * 1024
BARE = Inventory(ts_us=0, hostname="h", system="Linux", user="root", boot_time_s=0)


def test_every_column_of_a_whole_inventory() -> None:
    inventory = Inventory(
        ts_us=1,
        hostname="web1",
        system="Linux 6.1 x86_64",
        user="root",
        boot_time_s=1_782_900_672,
        utc_offset_s=7200,
        environment={"LANG": "C", "API_KEY": "***"},
        interfaces=[
            Interface(name="lo", is_up=True, mtu=65536, addresses=["127.0.0.1", "::1"]),
            Interface(name="eth0", is_up=False, mtu=1500, mac="00:11:22:33:44:55"),
        ],
        disks=[
            Disk(
                device="/dev/sda1",
                mountpoint="/",
                file_system="ext4",
                total_bytes=10 * MIB + 4096,
                used_bytes=MIB // 3,
            )
        ],
        memory_total_bytes=8 * 1024 * MIB,
        memory_used_bytes=MIB,
        memory_percent=12.34,
        cpu_cores=4,
        cpu_threads=8,
        cpu_mhz=3600.5,
        load=(0.1, 0.2, 0.3),
        battery=Battery(percent=81.0, is_plugged=True),
    )
    assert render_inventory(inventory) == {
        "host_information": {
            "username": "root",
            "sysname": "Linux 6.1 x86_64",
            "hostname": "web1",
            "boot_time": "12:11:12 01-07-2026",
        },
        "environment": {"LANG": "C", "API_KEY": "***"},
        "network": [
            {"lo": "up", "mtu": 65536, "IP_address": "127.0.0.1"},
            {"eth0": "down", "mtu": 1500, "IP_address": "00:11:22:33:44:55"},
        ],
        "disk": [
            {
                "disk": "/dev/sda1",
                "mountpoint": "/",
                "file_system_type": "ext4",
                "total": 10.0,
                "used": 0.33,
            }
        ],
        "memory": {"memory_total": 8192.0, "memory_used": 1.0, "memory_percent": 12.34},
        "cpu": {
            "cpu_count_physical": 4,
            "cpu_cores": 4,
            "cpu_count_logical": 8,
            "cpu_physical_cores": 8,
            "cpu_freq_max": 3600.5,
            "cpu_freqency": 3600.5,
        },
        "load_average": {"1 min": 0.1, "5 min": 0.2, "15 min": 0.3},
        "battery_charge_percentage": 81.0,
        "AC_power": True,
    }


def test_parts_that_could_not_be_read_are_empty_and_no_battery_is_null() -> None:
    columns = render_inventory(BARE)
    assert columns["host_information"]["hostname"] == "h"
    empty = ("environment", "network", "disk", "memory", "cpu", "load_average")
    assert {name: columns[name] for name in empty} == {name: {} for name in empty}
    assert columns["battery_charge_percentage"] is None
    assert columns["AC_power"] is None


@pytest.mark.parametrize(
    ("boot_time_s", "utc_offset_s", "expected"),
    [
        (0, 0, "00:00:00 01-01-1970"),
        (0, -86_400, "00:00:00 31-12-1969"),
        (1_782_900_672, -16_200, "05:41:12 01-07-2026"),
        (2**70, 86_400, "23:59:59 31-12-9999"),
    ],
)
def test_boot_time(boot_time_s: int, utc_offset_s: int, expected: str) -> None:
    assert render_boot_time(boot_time_s, utc_offset_s) == expected


def test_what_a_client_writes_is_stored_whole_masked_and_with_its_hostname() -> None:
    columns = {"host_information": {"hostname": "h"}, "environment": {"A_TOKEN": "x", "B": 1}}
    foreign = to_foreign(columns)
    assert foreign.hostname == "h"
    assert columns_of(foreign)["environment"] == {"A_TOKEN": "***", "B": 1}
    assert columns_of(foreign)["cpu"] == {}
    assert columns_of(to_foreign(columns_of(foreign))) == columns_of(foreign)
    assert columns_of(BARE) == render_inventory(BARE)


@pytest.mark.parametrize("host", [None, [], "h", {"hostname": 3}, {}])
def test_without_a_hostname_it_links_to_nothing(host: object) -> None:
    assert to_foreign({"host_information": host}).hostname == ""


@pytest.mark.parametrize(
    ("change", "is_steady"),
    [
        ({"load_average": 1}, True),
        ({"AC_power": 1}, True),
        ({"memory": {"memory_total": 1, "memory_used": 7}}, True),
        ({"disk": [{"mountpoint": "/", "used": 7}]}, True),
        ({"memory": {"memory_total": 2}}, False),
        ({"disk": [{"mountpoint": "/srv"}]}, False),
        ({"disk": [7]}, False),
        ({"cpu": {"used": 1}}, False),
    ],
)
def test_the_order_of_keys_and_what_changes_by_itself_make_no_difference(
    change: dict[str, Any], is_steady: bool
) -> None:
    columns = {"memory": {"memory_used": 3, "memory_total": 1}, "disk": [{"used": 3, "mountpoint": "/"}]}
    before, after = to_foreign(columns), to_foreign(columns | change)
    assert (before.steady_sha256 == after.steady_sha256) is is_steady


def test_columns_of_another_shape_are_compared_as_they_are() -> None:
    shapes: list[Any] = [7, "x", [1], [{}], [{"a": 1}, {"a": 2}], {"a": 1}, None]
    for odd in shapes:
        columns = {"network": odd, "disk": odd}
        assert comparable_columns(columns)["disk"] == steady_columns(columns)["disk"]
    assert comparable_columns({"network": [{"lo": "up"}, {"lo": "up"}]})["network"] == [{"lo": "up"}] * 2


def test_differences_name_the_place() -> None:
    old = {"a": {"b c": [1, {"d": 1}], "same": 0}, "gone": False, "flag": 1}
    new = {"a": {"b c": [1, {"d": 2}, 3], "same": 0}, "came": [], "flag": True}
    assert list(iter_differences(old, new)) == [
        Difference('a["b c"][1].d', 1, 2),
        Difference('a["b c"][2]', None, 3),
        Difference("gone", False, None),
        Difference("flag", 1, True),
        Difference("came", None, []),
    ]
    assert list(iter_differences(old, old)) == []
