"""Batteries that power the machine (Documentation/ABI/testing/sysfs-class-power in Linux)."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import psutil

from muster.agent.collect.percent import percent
from muster.agent.collect.sample import Sample, sample

POWER_SUPPLY = Path("/sys/class/power_supply")
LINE_POWER = frozenset({"Mains", "USB", "USB_C", "Wireless"})


class Batteries(NamedTuple):
    """Percent left by name. `is_plugged` None: the system does not say."""

    percents: Mapping[str, float]
    is_plugged: bool | None


def read_batteries(power_supply: Path = POWER_SUPPLY) -> Batteries:
    """Return the batteries; most machines have none. Raises OSError or psutil.Error."""
    if not power_supply.is_dir():
        return _portable()
    percents: dict[str, float] = {}
    lines: list[bool] = []
    for supply in sorted(power_supply.iterdir()):
        with contextlib.suppress(OSError, ValueError):
            kind = _read(supply / "type")
            if kind in LINE_POWER:
                lines.append(_read(supply / "online") != "0")
            elif kind == "Battery" and not _is_of_device(supply):
                percents[supply.name] = percent(float(_read(supply / "capacity")), 100, 2)
    return Batteries(percents, any(lines) if lines else None)


def battery_samples(batteries: Batteries) -> Iterator[Sample]:
    """Return percent left by battery."""
    for name, left in batteries.percents.items():
        yield sample("battery.percent", left, battery=name)


def _is_of_device(supply: Path) -> bool:
    """Tell whether a battery powers a mouse or the like, not the machine."""
    scope = supply / "scope"
    return scope.exists() and _read(scope) == "Device"


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii", errors="replace").strip()


def _portable() -> Batteries:
    read = getattr(psutil, "sensors_battery", None)
    found = read() if read else None
    if found is None:
        return Batteries({}, None)
    return Batteries({"battery": percent(found.percent, 100, 2)}, found.power_plugged)
