"""Snapshots of this machine: what is in them, and what a part that fails leaves."""

import logging
import socket
from collections import Counter

import msgspec
import pytest

from muster.agent.collect.snapshot import SnapshotCollector
from muster.model.desired import Watch
from muster.model.inventory import MAX_INVENTORY_BYTES, Interface, parse_inventory
from muster.model.metric import is_counter, parse_labels, parse_metric
from muster.model.metric_groups import GROUPS, group_of
from muster.model.report import Ports, parse_report, to_json

ALWAYS = {
    *("cpu.used_percent", "cpu.user_percent", "cpu.system_percent", "cpu.core_percent"),
    *("load.1m", "load.5m", "load.15m", "memory.total_bytes", "memory.used_bytes", "memory.available_bytes"),
    *("memory.used_percent", "swap.total_bytes", "swap.used_bytes", "disk.total_bytes", "disk.used_bytes"),
    *("disk.used_percent", "process.count", "process.memory_bytes", "system.uptime_s"),
}


def collector(**options: object) -> SnapshotCollector:
    return SnapshotCollector([22], first_s=0.01, now_us=lambda: 1_790_000_000_900_000, **options)  # type: ignore[arg-type]


def test_samples_of_this_machine_can_be_sent() -> None:
    snapshot = collector().look(with_inventory=False)
    assert snapshot.ts_us == 1_790_000_000_900_000
    assert snapshot.inventory is None
    assert {one.metric for one in snapshot.samples} >= ALWAYS
    assert max(Counter((one.metric, one.labels) for one in snapshot.samples).values()) == 1
    for one in snapshot.samples:
        assert parse_metric(one.metric) == one.metric
        assert parse_labels(one.labels) == one.labels
        assert type(one.value) is float
        if one.metric.endswith("_percent") and one.metric != "process.cpu_percent":
            assert 0 <= one.value <= 100
        if is_counter(one.metric):
            assert one.value >= 0


def test_report_and_samples_tell_of_the_same_look() -> None:
    snapshot = collector().look(with_inventory=False)
    report = snapshot.report
    assert parse_report(to_json(report)) == report
    values = {(one.metric, one.labels): one.value for one in snapshot.samples}
    assert report.date == 1_790_000_000
    assert report.cpu == pytest.approx(values["cpu.used_percent", ""], abs=0.06)
    assert report.memory == pytest.approx(values["memory.used_percent", ""], abs=0.06)
    assert values["process.count", ""] == sum(map(len, report.process.values()))


def test_an_inventory_of_this_machine_is_valid_and_made_anew() -> None:
    addresses = iter(["", "192.0.2.1"])
    eye = collector(
        environment=["LC_*"],
        environ={"LC_ALL": "C", "HOME": "/"},
        outside_address=lambda: next(addresses),
    )
    first, second = (eye.look(with_inventory=True).inventory for _ in range(2))
    assert first is not None
    assert second is not None
    assert parse_inventory(msgspec.json.encode(first)) == first
    assert first.environment == {"LC_ALL": "C"}
    assert (first.outside_address, second.outside_address) == ("", "192.0.2.1")
    assert first.interfaces
    assert first.disks
    assert first.load is not None
    assert first.memory_total_bytes
    assert first.cpu_threads


def test_every_part_may_fail_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise OSError("no")

    eye = collector()
    parts = [*eye._report.parts, *eye._others, eye._interfaces, eye._cpu]
    for part in parts:
        monkeypatch.setattr(part, "_read", broken)
    with caplog.at_level(logging.WARNING):
        snapshots = [eye.look(with_inventory=True) for _ in range(2)]
    assert len(caplog.records) == len(parts)
    for snapshot in snapshots:
        assert snapshot.samples == []
        assert parse_report(to_json(snapshot.report)) == snapshot.report
        assert snapshot.inventory is not None
        assert snapshot.inventory.interfaces is None
        assert parse_inventory(msgspec.json.encode(snapshot.inventory)) == snapshot.inventory


def test_one_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("no")

    eye = collector()
    for part in list(eye._others):
        whole = part._read
        monkeypatch.setattr(part, "_read", broken)
        metrics = {one.metric for one in eye.look(with_inventory=False).samples}
        monkeypatch.setattr(part, "_read", whole)
        missing = ALWAYS - metrics
        assert {metric.partition(".")[0] for metric in missing} <= {part.name, "system"}


def test_an_inventory_that_is_too_large_is_left_out_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    eye = collector()
    many = [Interface(name="x" * 4096, is_up=True, mtu=1)] * (MAX_INVENTORY_BYTES // 4096)
    monkeypatch.setattr(eye._interfaces, "_read", lambda: many)
    snapshot = eye.look(with_inventory=True)
    assert snapshot.inventory is None
    assert snapshot.samples
    assert "256 interfaces" in caplog.text


def test_a_report_alone_moves_nothing_of_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    eye = collector()
    for part in eye._others:
        monkeypatch.setattr(part, "_read", lambda: pytest.fail("read"))
    assert eye.collect().process


def test_what_is_watched_changes_with_the_next_look() -> None:
    eye = SnapshotCollector([22], usual_ports=[445], first_s=0.01)
    assert ports_of(eye) == [22, 445]
    eye.watch(Watch(ports=["8080-8081", "22"]))
    assert ports_of(eye) == [22, 8080, 8081]
    eye.watch(Watch(ports=[]))
    assert ports_of(eye) == [22]
    eye.watch(Watch())
    assert ports_of(eye) == [22, 445]


def test_a_port_in_use_is_seen_though_none_was_watched_before() -> None:
    eye = SnapshotCollector([], first_s=0.01)
    assert ports_of(eye) == []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as used:
        used.bind(("127.0.0.1", 0))
        port = used.getsockname()[1]
        eye.watch(Watch(ports=[str(port)]))
        assert eye.collect().ports == Ports([port], [])


def test_ports_that_this_version_cannot_read_leave_those_that_were_watched(
    caplog: pytest.LogCaptureFixture,
) -> None:
    eye = SnapshotCollector([22], first_s=0.01)
    eye.watch(Watch(ports=["ssh"]))
    assert ports_of(eye) == [22]
    assert "the ports to watch stay as they are" in caplog.text


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_that_is_off_has_no_samples_and_all_others_have(group: str) -> None:
    eye = SnapshotCollector([], first_s=0.01)
    before = {group_of(one.metric) for one in eye.look(with_inventory=False).samples}
    assert "" not in before
    eye.watch(Watch(off=[group, "a group of later versions"]))
    seen = eye.look(with_inventory=True)
    assert {group_of(one.metric) for one in seen.samples} == before - {group}
    assert seen.report.process
    assert seen.report.disk_space
    assert seen.inventory is not None
    assert seen.inventory.load is not None
    eye.watch(Watch())
    assert {group_of(one.metric) for one in eye.look(with_inventory=False).samples} == before


def ports_of(eye: SnapshotCollector) -> list[int]:
    ports = eye.look(with_inventory=False).report.ports
    return sorted((*ports.in_use, *ports.not_in_use))
