"""The report of this machine, and each part on a machine that the test makes up."""

import logging
import os
import socket
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect import report as report_module
from muster.agent.collect.cpu import CpuPercent, CpuTimes
from muster.agent.collect.disks import read_disk_space
from muster.agent.collect.ports import parse_ports, read_ports_in_use
from muster.agent.collect.processes import ProcessNames, shown_name
from muster.agent.collect.report import ReportCollector
from muster.errors import InvalidInput
from muster.model.report import parse_report, to_json


def test_a_report_of_this_machine_is_whole_and_valid() -> None:
    report = ReportCollector([22], clock=lambda: 1_790_000_000.9, first_s=0.01).collect()
    assert parse_report(to_json(report)) == report
    assert report.date == 1_790_000_000
    assert report.boot_time == int(psutil.boot_time())
    assert 0 < report.memory < 100
    assert report.os.node == os.uname().nodename
    assert any(os.getpid() in pids for pids in report.process.values())
    assert report.ports.in_use + report.ports.not_in_use == [22]


def test_ids_differ() -> None:
    collector = ReportCollector([], first_s=0)
    assert collector.collect().id != collector.collect().id


def test_every_kind_of_local_socket_uses_its_port() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as connected,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
    ):
        datagram.bind(("127.0.0.1", 0))
        used = read_ports_in_use()
        for found in (listening, connected, datagram):
            assert found.getsockname()[1] in used
        port = listening.getsockname()[1]
        report = ReportCollector([1, port], first_s=0).collect()
    assert (report.ports.in_use, report.ports.not_in_use) == ([port], [1])


def test_ports_keep_the_configured_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "read_ports_in_use", lambda: {443, 80})
    ports = ReportCollector([8080, 443, 22, 80], first_s=0).collect().ports
    assert (ports.in_use, ports.not_in_use) == ([443, 80], [8080, 22])


@pytest.mark.parametrize(
    ("spec", "ports"),
    [
        ((445, "3000-3002"), [445, 3000, 3001, 3002]),
        (("80", 80, "79-81"), [80, 79, 81]),
        (("1", 65535), [1, 65535]),
        ((), []),
    ],
)
def test_port_specifications(spec: tuple[int | str, ...], ports: list[int]) -> None:
    assert parse_ports(spec) == ports


@pytest.mark.parametrize("item", [0, 65536, -1, "x", "", "5-4", "1-65536", "1,2", "٣"])
def test_a_wrong_port_is_named(item: int | str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_ports([80, item])
    assert error.value.field == "agent.ports[1]"


def test_cpu_is_the_share_between_two_looks() -> None:
    looks = iter([CpuTimes(10, 100), CpuTimes(15, 110), CpuTimes(15, 110), CpuTimes(40, 210)])
    waited: list[float] = []
    cpu = CpuPercent(waited.append, first_s=1.0, read_times=lambda: next(looks))
    assert [cpu.read(), cpu.read(), cpu.read()] == [50.0, 0.0, 25.0]
    assert waited == [1.0]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("python3", "Python3"),
        ("systemd-journald", "Systemd-journald"),
        ("Chrome.exe", "Chrome"),
        ("NetworkManager", "Networkmanager"),
        ("a\0b", "Ab"),
        ("", ""),
        ("x" * 5000, "X" + "x" * 4095),
        (b"caf\xe9".decode(errors="surrogateescape"), "Caf?"),
    ],
)
def test_process_names_are_written_as_the_original_does(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def make_process(proc: Path, pid: int, name: bytes, command: bytes = b"", start: int = 7) -> None:
    directory = proc / str(pid)
    directory.mkdir(exist_ok=True)
    fields = b" ".join([b"S", *[b"0"] * 18, str(start).encode(), b"0"])
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
    assert ProcessNames(proc).read() == {"Bash": [4, 30, 200], "Odd) name (": [5]}


def test_a_cut_name_is_completed_once_from_its_program(proc: Path) -> None:
    make_process(proc, 1, b"systemd-journal", b"/lib/systemd/systemd-journald\0--x\0")
    make_process(proc, 2, b"kworker/u8:2-ev", b"")
    names = ProcessNames(proc)
    assert names.read() == {"Systemd-journald": [1], "Kworker/u8:2-ev": [2]}
    (proc / "1" / "cmdline").unlink()
    assert names.read() == {"Systemd-journald": [1], "Kworker/u8:2-ev": [2]}
    make_process(proc, 1, b"another-program", b"/bin/another-program-2\0", start=8)
    assert "Another-program-2" in names.read()


def test_mounts_that_cannot_be_read_or_have_no_size_are_left_out() -> None:
    sizes = {"/": (100, 59), "/empty": (0, 0)}

    def statvfs(mount: str) -> os.statvfs_result:
        if mount not in sizes:
            raise PermissionError(mount)
        blocks, free = sizes[mount]
        return SimpleNamespace(f_blocks=blocks, f_bfree=free)  # type: ignore[return-value]

    assert read_disk_space(lambda: ["/", "/empty", "/secret"], statvfs) == {"/": 41.0}


def test_a_part_that_fails_is_told_once_and_harms_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> dict[str, float]:
        raise OSError("stale file handle")

    collector = ReportCollector([], first_s=0)
    monkeypatch.setattr(report_module, "read_disk_space", broken)
    with caplog.at_level(logging.WARNING):
        reports = [collector.collect() for _ in range(3)]
    assert [report.disk_space for report in reports] == [{}, {}, {}]
    assert all(report.process for report in reports)
    assert caplog.text.count("stale file handle") == 1


def test_the_first_look_takes_the_time_of_the_original() -> None:
    waited: list[float] = []
    collector = ReportCollector([], wait=waited.append)
    collector.collect()
    collector.collect()
    assert waited == [1.0]
