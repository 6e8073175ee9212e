"""Raw report files."""

import os
import shutil
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


@pytest.mark.parametrize("keep", [1, 20])
def test_the_newest_are_kept_and_other_files_are_not_touched(tmp_path: Path, keep: int) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "not a report.json").touch()
    directory = ReportsDirectory(tmp_path, keep)
    for number in range(50):
        directory.write(report(f"r{number:02d}"))
        os.utime(tmp_path / f"r{number:02d}.json", (number, number))
        kept = sorted(path.stem for path in tmp_path.glob("r*.json"))
        assert kept == [f"r{kept_number:02d}" for kept_number in range(50) if kept_number <= number][-keep:]
    assert (tmp_path / "notes.txt").exists()
    assert (tmp_path / "not a report.json").exists()


def test_files_of_an_earlier_run_count(tmp_path: Path) -> None:
    for number in range(30):
        ReportsDirectory(tmp_path, 1000).write(report(f"old{number}"))
        os.utime(tmp_path / f"old{number}.json", (number, number))
    ReportsDirectory(tmp_path, 10).write(report("new"))
    assert {path.stem for path in tmp_path.iterdir()} == {"new", *(f"old{n}" for n in range(21, 30))}


def test_a_file_that_somebody_else_removed_does_not_cost_another(tmp_path: Path) -> None:
    directory = ReportsDirectory(tmp_path, 3)
    for name in "abc":
        directory.write(report(name))
    (tmp_path / "a.json").unlink()
    directory.write(report("d"))
    assert {path.stem for path in tmp_path.iterdir()} == {"b", "c", "d"}


def test_a_directory_below_its_limit_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = ReportsDirectory(tmp_path, 10)
    directory.write(report("a"))
    monkeypatch.setattr(Path, "glob", None)
    monkeypatch.setattr(Path, "iterdir", None)
    directory.write(report("b"))
    assert (tmp_path / "b.json").exists()


def test_what_a_killed_run_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".old.part").write_text('{"boot')
    (tmp_path / ".of somebody else.part").touch()
    ReportsDirectory(tmp_path, 10).write(report("a"))
    assert {path.name for path in tmp_path.iterdir()} == {".of somebody else.part", "a.json"}


def test_others_may_read_but_not_write(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ReportsDirectory(tmp_path / "monit", 10).write(report("a"))
    finally:
        os.umask(before)
    assert (tmp_path / "monit").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "monit" / "a.json").stat().st_mode & 0o777 == 0o644


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("precious")
    directory = ReportsDirectory(tmp_path / "monit", 10)
    directory.write(report("a"))
    (tmp_path / "monit" / ".b.part").symlink_to(elsewhere)
    directory.write(report("b"))
    assert elsewhere.read_text() == "precious"
    assert parse_report((tmp_path / "monit" / "b.json").read_bytes()) == report("b")


def test_a_directory_that_went_away_is_made_anew_on_the_next_write(tmp_path: Path) -> None:
    directory = ReportsDirectory(tmp_path / "monit", 10)
    directory.write(report("a"))
    shutil.rmtree(tmp_path / "monit")
    with pytest.raises(FileNotFoundError):
        directory.write(report("b"))
    directory.write(report("c"))
    assert [path.name for path in (tmp_path / "monit").iterdir()] == ["c.json"]


def test_a_directory_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        ReportsDirectory(tmp_path / "file", 10).write(report("a"))
