"""Process names: of a /proc that the test makes up, and of this machine."""

import os
from pathlib import Path

import msgspec
import psutil
import pytest

from muster.agent.collect import processes
from muster.agent.collect.processes import Process, Processes, pids_by_name, shown_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("python3", "Python3"),
        ("systemd-journald", "Systemd-journald"),
        ("Chrome.exe", "Chrome"),
        ("NetworkManager", "Networkmanager"),
        ("a\0b", "Ab"),
        ("", ""),
        ("x" * 5000, "X" + "x" * 254),
        ("ß" * 300, "Ss" + "ß" * 253),
        ("a.exe.exe", "A.exe"),
        (b"caf\xe9".decode(errors="surrogateescape"), "Caf?"),
    ],
)
def test_process_names_are_written_as_the_original_does(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def names_of(processes: Processes) -> dict[str, list[int]]:
    names, left_out = pids_by_name(processes.read())
    assert left_out == 0
    return names


def make_process(proc: Path, pid: int, name: bytes, command: bytes = b"", start: int = 7) -> None:
    directory = proc / str(pid)
    directory.mkdir(exist_ok=True)
    fields = b" ".join([b"S", *[b"0"] * 10, b"150", b"50", *[b"0"] * 6, b"%d" % start, b"4096", b"3", b"0"])
    (directory / "stat").write_bytes(b"%d (%s) %s" % (pid, name, fields))
    (directory / "cmdline").write_bytes(command)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "self").mkdir()
    (tmp_path / "cpuinfo").touch()
    return tmp_path


def test_names_come_with_all_their_pids_in_order(proc: Path) -> None:
    for pid in (30, 4, 200):
        make_process(proc, pid, b"bash")
    make_process(proc, 5, b"odd) name (")
    (proc / "77").mkdir()
    assert names_of(Processes(proc)) == {"Bash": [4, 30, 200], "Odd) name (": [5]}


def test_a_cut_name_is_completed_once_from_its_program(proc: Path) -> None:
    make_process(proc, 1, b"systemd-journal", b"/lib/systemd/systemd-journald\0--x\0")
    make_process(proc, 2, b"kworker/u8:2-ev", b"")
    names = Processes(proc)
    assert names_of(names) == {"Systemd-journald": [1], "Kworker/u8:2-ev": [2]}
    (proc / "1" / "cmdline").unlink()
    assert names_of(names) == {"Systemd-journald": [1], "Kworker/u8:2-ev": [2]}
    make_process(proc, 1, b"another-program", b"/bin/another-program-2\0", start=8)
    assert "Another-program-2" in names_of(names)


def test_a_process_that_runs_another_program_has_its_name(proc: Path) -> None:
    make_process(proc, 1, b"start-of-the-se", b"/bin/start-of-the-server\0")
    names = Processes(proc)
    assert names_of(names) == {"Start-of-the-server": [1]}
    make_process(proc, 1, b"the-server-itse", b"/bin/the-server-itself\0")
    assert names_of(names) == {"The-server-itself": [1]}


def test_a_rewritten_command_line_does_not_tell_its_arguments(proc: Path) -> None:
    make_process(proc, 1, b"backup-of-datab", b"/bin/backup-of-databases --password=secret\0\0\0")
    make_process(proc, 2, b"backup-of-datab", b"backup-of-databases --password=" + b"s" * 9000)
    assert names_of(Processes(proc)) == {"Backup-of-databases": [1, 2]}


def test_a_program_with_spaces_in_its_name_is_completed(proc: Path) -> None:
    make_process(proc, 1, b"My Long Program", b"/opt/My Long Program Name\0--x\0")
    assert names_of(Processes(proc)) == {"My long program name": [1]}


def test_a_cut_name_stays_as_it_is_when_the_command_line_may_not_be_read(
    proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: str) -> bytes:
        if path.endswith("cmdline"):
            raise PermissionError(path)
        return Path(path).read_bytes()

    monkeypatch.setattr(processes, "_read", read)
    make_process(proc, 1, b"systemd-journal", b"/lib/systemd/systemd-journald\0")
    assert names_of(Processes(proc)) == {"Systemd-journal": [1]}


def test_a_process_that_ends_between_two_looks_is_left_out(
    proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: str) -> bytes:
        if "/2/" in path or path.endswith("3/cmdline"):
            raise ProcessLookupError(path)
        return Path(path).read_bytes()

    monkeypatch.setattr(processes, "_read", read)
    for pid in (1, 2):
        make_process(proc, pid, b"bash")
    make_process(proc, 3, b"systemd-journal")
    make_process(proc, 4, b"bash")
    (proc / "4" / "stat").write_bytes(b"")
    assert names_of(Processes(proc)) == {"Bash": [1]}


def test_bytes_that_are_no_utf_8_make_a_name_all_the_same(proc: Path) -> None:
    make_process(proc, 1, b"caf\xe9")
    (name,) = names_of(Processes(proc))
    assert name == "Caf\N{REPLACEMENT CHARACTER}"


def test_more_processes_than_fit_into_a_report_are_cut(proc: Path) -> None:
    for pid in range(100, 120):
        make_process(proc, pid, b"\x01" * 14)
    found, left_out = pids_by_name(Processes(proc).read(), max_bytes=130)
    assert len(msgspec.json.encode(found)) <= 130
    assert found == {"\x01" * 14: list(range(100, 110))}
    assert left_out == 10


def test_cpu_time_and_memory_come_with_the_name(proc: Path) -> None:
    make_process(proc, 5, b"bash", start=9)
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    assert Processes(proc).read() == [Process(5, "Bash", 9, 200 / ticks, 3 * page)]


def test_this_process_uses_what_psutil_says() -> None:
    process = psutil.Process()
    ours = next(found for found in Processes().read() if found.pid == process.pid)
    times = process.cpu_times()
    assert ours.cpu_s == pytest.approx(times.user + times.system, abs=1.0)
    assert ours.memory_bytes == pytest.approx(process.memory_info().rss, rel=0.2)


def test_the_processes_of_this_machine_are_those_that_psutil_sees() -> None:
    ours = {pid: name for name, pids in names_of(Processes()).items() for pid in pids}
    theirs = {process.pid: process.info["name"] for process in psutil.process_iter(["name"])}
    short = {pid for pid, name in theirs.items() if len(name) < 15 and not name.startswith("kworker")}
    both = ours.keys() & short
    assert os.getpid() in both
    assert {pid: ours[pid] for pid in both} == {pid: shown_name(theirs[pid]) for pid in both}


def test_a_system_without_proc_is_asked_through_psutil(tmp_path: Path) -> None:
    found = names_of(Processes(tmp_path))
    assert any(os.getpid() in pids for pids in found.values())
