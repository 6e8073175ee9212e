"""Temperatures of a made-up machine and of this one."""

from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect.temperatures import read_temperatures, temperature_samples


def test_sensors_are_named_by_chip_and_label_and_numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {
        "nvme": [
            SimpleNamespace(label="Composite", current=40.123),
            SimpleNamespace(label="Composite", current=41),
        ],
        "acpitz": [SimpleNamespace(label="", current=27.8)],
    }
    monkeypatch.setattr(psutil, "sensors_temperatures", lambda: found, raising=False)
    assert [tuple(one) for one in temperature_samples(read_temperatures())] == [
        ("temperature.celsius", "sensor=nvme Composite", 40.12),
        ("temperature.celsius", "sensor=nvme Composite 2", 41.0),
        ("temperature.celsius", "sensor=acpitz", 27.8),
    ]


def test_a_system_whose_sensors_psutil_cannot_read_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(psutil, "sensors_temperatures", raising=False)
    assert read_temperatures() == {}
