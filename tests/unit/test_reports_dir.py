"""Raw report files."""

import os
from pathlib import Path

import pytest

from muster.agent.reports_dir import ReportsDirectory
from muster.model.report import OsInfo, Ports, Report, parse_report


def report(name: str) -> Report:
    return Report(1, 2.0, 3, {}, name, 4.0, OsInfo("", "", "", "", "", ""), Ports([], []), {})


def test_a_file_holds_the_report_and_nothing_else_is_left(tmp_path: Path) -> None:
    directory = tmp_path / "var" / "monit"
    ReportsDirectory(directory, 10).write(report("a"))
    assert [path.name for path in directory.iterdir()] == ["a.json"]
    assert parse_report((directory / "a.json").read_bytes()) == report("a")


def test_the_newest_are_kept_and_other_files_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "not a report.json").touch()
    directory = ReportsDirectory(tmp_path, 20)
    for number in range(50):
        directory.write(report(f"r{number:02d}"))
        os.utime(tmp_path / f"r{number:02d}.json", (number, number))
    kept = sorted(path.stem for path in tmp_path.glob("r*.json"))
    assert 18 <= len(kept) <= 20
    assert kept == [f"r{number:02d}" for number in range(50 - len(kept), 50)]
    assert (tmp_path / "notes.txt").exists()
    assert (tmp_path / "not a report.json").exists()


def test_files_of_an_earlier_run_count(tmp_path: Path) -> None:
    for number in range(30):
        ReportsDirectory(tmp_path, 1000).write(report(f"old{number}"))
    ReportsDirectory(tmp_path, 10).write(report("new"))
    assert len(list(tmp_path.iterdir())) <= 10
    assert (tmp_path / "new.json").exists()


def test_a_directory_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        ReportsDirectory(tmp_path / "file", 10).write(report("a"))
