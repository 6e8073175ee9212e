"""Load of a made-up machine and of this one."""

import os

import pytest

from muster.agent.collect.load import load_samples, read_load


def test_each_span_is_a_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.123, 4.0, 15.999))
    assert [tuple(one) for one in load_samples(read_load())] == [
        ("load.1m", "", 0.12),
        ("load.5m", "", 4.0),
        ("load.15m", "", 16.0),
    ]


def test_this_machine_has_a_load() -> None:
    assert min(read_load()) >= 0
