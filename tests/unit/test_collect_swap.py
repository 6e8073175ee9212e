"""Swap of made-up machines and of this one."""

from pathlib import Path

import psutil
import pytest

from muster.agent.collect.swap import Swap, read_swap, swap_samples


def test_swap_is_read_in_bytes(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9 kB\nSwapCached:  7 kB\nSwapTotal:   8 kB\nSwapFree:    5 kB\n")
    assert [tuple(one) for one in swap_samples(read_swap(meminfo))] == [
        ("swap.total_bytes", "", 8192.0),
        ("swap.used_bytes", "", 3072.0),
    ]


def test_a_file_that_tells_of_no_swap_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\n")
    with pytest.raises(KeyError):
        read_swap(tmp_path / "meminfo")


def test_both_ways_to_ask_this_machine_agree(tmp_path: Path) -> None:
    assert read_swap().total == read_swap(tmp_path / "absent").total == psutil.swap_memory().total
    assert read_swap() >= Swap(0, 0)
