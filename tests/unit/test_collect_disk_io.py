"""Disk counters of a made-up machine and of this one."""

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect.disk_io import disk_io_samples, read_disk_io

STATS = """\
   7       0 loop0 5 5 5 5 5 5 5 5 5 5 5 0 0 0 0 0 0
   8       0 sda 10 1 20 3 40 4 50 6 0 7500 8 0 0 0 0 9 9
   8       1 sda1 10 1 20 3 40 4 50 6 0 7500 8
 253       0 dm-0 5 5 5 5 5 5 5 5 5 5 5
 254       0 cciss/c0d0 1 0 2 0 3 0 4 0 0 5 0
"""


@pytest.fixture
def block(tmp_path: Path) -> Path:
    for name in ("loop0", "sda", "dm-0", "cciss!c0d0"):
        (tmp_path / "block" / name).mkdir(parents=True)
    (tmp_path / "diskstats").write_text(STATS)
    return tmp_path / "block"


def test_whole_disks_only_with_sectors_as_bytes_and_milliseconds_as_seconds(block: Path) -> None:
    samples = list(disk_io_samples(read_disk_io(block.parent / "diskstats", block)))
    assert {one.labels for one in samples} == {"device=sda", "device=cciss/c0d0"}
    assert {one.metric: one.value for one in samples if one.labels == "device=sda"} == {
        "disk.read_bytes_total": 20 * 512,
        "disk.written_bytes_total": 50 * 512,
        "disk.reads_total": 10,
        "disk.writes_total": 40,
        "disk.busy_s_total": 7.5,
    }


def test_a_system_without_the_file_is_asked_through_psutil(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SimpleNamespace(read_count=1, write_count=2, read_bytes=3, write_bytes=4)
    monkeypatch.setattr(psutil, "disk_io_counters", lambda **_: {"disk0": found})
    samples = disk_io_samples(read_disk_io(tmp_path / "absent"))
    assert [(one.metric, one.value) for one in samples] == [
        ("disk.read_bytes_total", 3),
        ("disk.written_bytes_total", 4),
        ("disk.reads_total", 1),
        ("disk.writes_total", 2),
    ]
    monkeypatch.setattr(psutil, "disk_io_counters", lambda **_: None)
    assert read_disk_io(tmp_path / "absent") == []


def test_the_counters_of_this_machine_never_fall() -> None:
    first, second = read_disk_io(), read_disk_io()
    assert [disk.device for disk in first] == [disk.device for disk in second]
    assert all(before.reads <= after.reads for before, after in zip(first, second, strict=True))
