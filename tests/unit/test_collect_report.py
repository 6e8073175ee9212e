"""The report of this machine: its shape to the letter, and what becomes of it when a part fails."""

import json
import logging
import os
import uuid
from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect import report as report_module
from muster.agent.collect.memory import Memory
from muster.agent.collect.processes import Process
from muster.agent.collect.report import ReportCollector
from muster.agent.collect.sockets import Sockets, SocketTables
from muster.model.report import MAX_LABEL, parse_report, to_json


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


def test_the_json_has_the_keys_and_types_of_source_1() -> None:
    """Its schema says `int` for memory; its code writes one decimal, and so do we."""
    document = json.loads(to_json(ReportCollector([1, 2], first_s=0.01).collect()))
    assert {key: type(value) for key, value in document.items()} == {
        "boot_time": int,
        "cpu": float,
        "date": int,
        "disk_space": dict,
        "id": str,
        "memory": float,
        "os": dict,
        "ports": dict,
        "process": dict,
    }
    assert uuid.UUID(document["id"]).version == 4
    assert sorted(document["os"]) == ["machine", "node", "processor", "release", "system", "version"]
    assert all(type(value) is str for value in document["os"].values())
    assert {key: type(value) for key, value in document["ports"].items()} == {"inUse": list, "notInUse": list}
    assert document["disk_space"]
    for used in (document["cpu"], document["memory"], *document["disk_space"].values()):
        assert type(used) is float
        assert round(used, 1) == used
    for name, pids in document["process"].items():
        assert name == name.capitalize()
        assert pids == sorted(set(pids))
        assert all(type(pid) is int for pid in pids)


def test_ports_keep_the_configured_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SocketTables, "read", lambda _: Sockets(frozenset({443, 80}), {}))
    ports = ReportCollector([8080, 443, 22, 80], first_s=0).collect().ports
    assert (ports.in_use, ports.not_in_use) == ([443, 80], [8080, 22])


@pytest.mark.parametrize("error", [OSError("no"), psutil.AccessDenied(1), KeyError("x"), ZeroDivisionError()])
def test_a_part_that_fails_is_told_once_until_it_works_again_and_harms_no_other(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> object:
        raise error

    def whole() -> Memory:
        return Memory(total=8, used=1, available=7, cached=None)

    collector = ReportCollector([], first_s=0)
    with caplog.at_level(logging.WARNING):
        seen = []
        for read in (broken, broken, whole, broken):
            monkeypatch.setattr(collector.memory, "_read", read)
            report = collector.collect()
            assert parse_report(to_json(report)) == report
            assert report.process
            seen.append(report.memory)
    assert seen == [0.0, 0.0, 12.5, 0.0]
    assert [record.name for record in caplog.records] == ["muster.agent.collect"] * 2
    assert "cannot read memory" in caplog.text


def test_every_part_may_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("no")

    collector = ReportCollector([80], new_id=lambda: "id", first_s=0)
    for part in collector.parts:
        monkeypatch.setattr(part, "_read", broken)
    report = collector.collect()
    assert parse_report(to_json(report)) == report
    assert (report.boot_time, report.cpu, report.disk_space, report.memory) == (0, 0.0, {}, 0.0)
    assert (report.ports.in_use, report.ports.not_in_use, report.process) == ([], [80], {})


def test_names_of_the_system_may_be_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = b"h\xe9\0te".decode(errors="surrogateescape")
    name = SimpleNamespace(machine="", node=odd, processor="", release="x" * 5000, system="L", version="")
    monkeypatch.setattr(report_module.platform, "uname", lambda: name)
    report = ReportCollector([], first_s=0).collect()
    assert parse_report(to_json(report)) == report
    assert (report.os.node, len(report.os.release)) == ("h?te", MAX_LABEL)


def test_memory_is_used_of_total(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(used=1, total=3, available=0, percent=99.9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: found)
    assert ReportCollector([], first_s=0).collect().memory == 33.3


def test_more_processes_than_a_report_can_hold_are_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    collector = ReportCollector([], first_s=0)
    many = [Process(pid, f"{pid}".rjust(255, "x"), 0, 0, 0) for pid in range(20_000)]
    monkeypatch.setattr(collector.processes, "_read", lambda: many)
    with caplog.at_level(logging.WARNING):
        reports = [collector.collect() for _ in range(2)]
    assert parse_report(to_json(reports[0])) == reports[0]
    assert caplog.text.count("of 20000 are left out") == 1


def test_a_clock_before_1970_makes_a_valid_report() -> None:
    report = ReportCollector([], clock=lambda: -5.0, first_s=0).collect()
    assert parse_report(to_json(report)) == report


def test_the_first_look_takes_the_time_of_the_original() -> None:
    waited: list[float] = []
    ReportCollector([], wait=waited.append).collect()
    assert waited == [1.0]
