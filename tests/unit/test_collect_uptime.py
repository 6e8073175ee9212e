"""Uptime of a made-up machine and of this one."""

from pathlib import Path

import pytest

from muster.agent.collect.uptime import read_uptime_s, uptime_samples


def test_uptime_is_the_first_number(tmp_path: Path) -> None:
    (tmp_path / "uptime").write_text("350735.47 234388.90\n")
    (one,) = uptime_samples(read_uptime_s(tmp_path / "uptime"))
    assert one == ("system.uptime_s", "", 350735.47)


def test_both_ways_to_ask_this_machine_agree(tmp_path: Path) -> None:
    assert read_uptime_s() == pytest.approx(read_uptime_s(tmp_path / "absent"), abs=5)
