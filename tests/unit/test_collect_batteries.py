"""Batteries of made-up machines."""

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect.batteries import Batteries, battery_samples, read_batteries


def supply(directory: Path, name: str, **files: str) -> None:
    (directory / name).mkdir()
    for file, text in files.items():
        (directory / name / file).write_text(f"{text}\n")


def test_a_laptop_with_two_batteries_and_a_mouse(tmp_path: Path) -> None:
    supply(tmp_path, "BAT1", type="Battery", capacity="105", scope="System")
    supply(tmp_path, "BAT0", type="Battery", capacity="41")
    supply(tmp_path, "hidpp_battery_0", type="Battery", capacity="7", scope="Device")
    supply(tmp_path, "AC", type="Mains", online="0")
    supply(tmp_path, "ucsi", type="USB", online="1")
    batteries = read_batteries(tmp_path)
    assert batteries.is_plugged is True
    assert [tuple(one) for one in battery_samples(batteries)] == [
        ("battery.percent", "battery=BAT0", 41.0),
        ("battery.percent", "battery=BAT1", 100.0),
    ]


def test_a_supply_that_cannot_be_read_harms_no_other(tmp_path: Path) -> None:
    supply(tmp_path, "BAT0", type="Battery")
    supply(tmp_path, "BAT1", type="Battery", capacity="unknown")
    supply(tmp_path, "BAT2", type="Battery", capacity="3")
    assert read_batteries(tmp_path) == Batteries({"BAT2": 3.0}, None)


def test_a_machine_without_supplies_has_none(tmp_path: Path) -> None:
    assert read_batteries(tmp_path) == Batteries({}, None)


def test_another_system_is_asked_through_psutil(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(percent=55, power_plugged=False)
    for answer, batteries in ((found, Batteries({"battery": 55.0}, False)), (None, Batteries({}, None))):
        monkeypatch.setattr(psutil, "sensors_battery", lambda answer=answer: answer, raising=False)
        assert read_batteries(tmp_path / "absent") == batteries
