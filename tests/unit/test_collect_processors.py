"""Processors of made-up machines and of this one."""

from pathlib import Path

import pytest

from muster.agent.collect.processors import Processors, read_processors

TWO_SOCKETS = """processor\t: 0
model name\t: Abacus(R) 9 CPU @ 2.40GHz
cache size\t: 20480 KB
physical id\t: 0

processor\t: 1
model name\t: Abacus(R) 9 CPU @ 2.40GHz
cache size\t: 20480 KB
physical id\t: 1
"""

ARM = """processor\t: 0
BogoMIPS\t: 108.00

Hardware\t: BCM2835
Model\t\t: Raspberry Pi 4
"""


@pytest.mark.parametrize(
    ("text", "processors"),
    [
        (TWO_SOCKETS, Processors("Abacus(R) 9 CPU @ 2.40GHz", 20480 * 1024, 2)),
        (ARM, Processors("BCM2835", None, None)),
        ("", Processors()),
        ("cache size\t: lots\n", Processors()),
    ],
)
def test_what_the_kernel_says(tmp_path: Path, text: str, processors: Processors) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(text)
    assert read_processors(path) == processors


def test_a_system_that_says_nothing(tmp_path: Path) -> None:
    assert read_processors(tmp_path / "cpuinfo") == Processors()
    assert isinstance(read_processors(), Processors)
