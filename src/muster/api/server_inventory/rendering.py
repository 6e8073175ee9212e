"""Our inventory in the words of source 2, and what of these words changes by itself."""

import datetime
from collections.abc import Mapping
from typing import Any

from muster.model.inventory import Disk, Interface, Inventory

MIB = 1024 * 1024
LAST_BOOT_S = 253_402_300_799 - 86_400

VOLATILE_COLUMNS = frozenset({"load_average", "battery_charge_percentage", "AC_power"})
VOLATILE_KEYS: Mapping[str, frozenset[str]] = {
    "memory": frozenset({"memory_used", "memory_percent"}),
    "disk": frozenset({"used"}),
    "cpu": frozenset({"cpu_freq_current"}),
}


def render_inventory(inventory: Inventory) -> dict[str, Any]:
    """Return the nine columns; `{}` where a part could not be read, null without a battery."""
    battery = inventory.battery
    return {
        "host_information": {
            "username": inventory.user,
            "sysname": inventory.system,
            "hostname": inventory.hostname,
            "boot_time": render_boot_time(inventory.boot_time_s, inventory.utc_offset_s),
        },
        "environment": inventory.environment,
        "network": {}
        if inventory.interfaces is None
        else [_interface(each) for each in inventory.interfaces],
        "disk": {} if inventory.disks is None else [_disk(each) for each in inventory.disks],
        "memory": _memory(inventory),
        "cpu": _cpu(inventory),
        "load_average": {}
        if inventory.load is None
        else dict(zip(("1 min", "5 min", "15 min"), inventory.load, strict=True)),
        "battery_charge_percentage": battery.percent if battery else None,
        "AC_power": battery.is_plugged if battery else None,
    }


def render_boot_time(boot_time_s: int, utc_offset_s: int) -> str:
    """Return `HH:MM:SS dd-mm-YYYY` in the machine's own time."""
    epoch = datetime.datetime(1970, 1, 1)
    local = epoch + datetime.timedelta(seconds=min(boot_time_s, LAST_BOOT_S) + utc_offset_s)
    return f"{local:%H:%M:%S %d-%m-}{local.year:04d}"


def _interface(interface: Interface) -> dict[str, Any]:
    """The interface's name is a key; the address is its first, or its hardware address."""
    return {
        interface.name: "up" if interface.is_up else "down",
        "mtu": interface.mtu,
        "IP_address": interface.addresses[0] if interface.addresses else interface.mac,
    }


def _disk(disk: Disk) -> dict[str, Any]:
    return {
        "disk": disk.device,
        "mountpoint": disk.mountpoint,
        "file_system_type": disk.file_system,
        "total": _mib(disk.total_bytes),
        "used": _mib(disk.used_bytes),
    }


def _memory(inventory: Inventory) -> dict[str, Any]:
    measured = {
        "memory_total": inventory.memory_total_bytes,
        "memory_used": inventory.memory_used_bytes,
        "memory_percent": inventory.memory_percent,
    }
    return {
        name: _mib(value) if isinstance(value, int) and name != "memory_percent" else value
        for name, value in measured.items()
        if value is not None
    }


def _cpu(inventory: Inventory) -> dict[str, Any]:
    """Each figure under its right name and under the one that old clients read."""
    figures = {
        ("cpu_count_physical", "cpu_cores"): inventory.cpu_cores,
        ("cpu_count_logical", "cpu_physical_cores"): inventory.cpu_threads,
        ("cpu_freq_max", "cpu_freqency"): inventory.cpu_mhz or None,
    }
    return {name: value for names, value in figures.items() if value is not None for name in names}


def _mib(size_bytes: int) -> float:
    return round(size_bytes / MIB, 2)


def steady_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns without what changes by itself."""
    return {
        name: _without(value, VOLATILE_KEYS.get(name, frozenset()))
        for name, value in columns.items()
        if name not in VOLATILE_COLUMNS
    }


def _without(value: Any, keys: frozenset[str]) -> Any:
    if isinstance(value, list) and keys:
        return [_without(item, keys) for item in value]
    if isinstance(value, dict) and keys:
        return {key: item for key, item in value.items() if key not in keys}
    return value


def comparable_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the steady columns with interfaces by name and disks by mountpoint, so that each is itself."""
    steady = steady_columns(columns)
    return steady | {
        "network": _by_key(steady.get("network"), lambda item: next(iter(item), None)),
        "disk": _by_key(steady.get("disk"), lambda item: item.get("mountpoint")),
    }


def _by_key(items: Any, key: Any) -> Any:
    """Return the objects of an array by a key of each, or what was given when it is no such array."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return items
    found = {key(item): item for item in items}
    whole = len(found) == len(items) and all(isinstance(name, str) for name in found)
    return found if whole else items
