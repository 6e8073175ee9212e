"""Disk space of mounts that the test makes up, and of this machine."""

import logging
import threading
from collections.abc import Iterator

import pytest

from muster.agent.collect.disks import Disk, DiskSpace, Mount, Usage, disk_samples, read_usage


class Disks:
    """Mounts with their usage; None cannot be read. Those in `hung` do not answer until `answer`."""

    def __init__(self, *mounts: tuple[Mount, Usage | None]) -> None:
        self.mounts = [mount for mount, _ in mounts]
        self.usages = {mount.point: usage for mount, usage in mounts}
        self.hung: set[str] = set()
        self.asked: list[str] = []
        self.answer = threading.Event()

    def usage(self, point: str) -> Usage:
        self.asked.append(point)
        if point in self.hung:
            self.answer.wait()
        usage = self.usages[point]
        if usage is None:
            raise PermissionError(point)
        return usage

    def space(self, timeout_s: float = 60.0) -> DiskSpace:
        return DiskSpace(lambda: self.mounts, self.usage, timeout_s=timeout_s)


def used(space: DiskSpace) -> dict[str, float]:
    """Return percent used by mount point."""
    samples = disk_samples(space.read())
    return {
        one.labels.removeprefix("mountpoint="): one.value
        for one in samples
        if one.metric == "disk.used_percent"
    }


def ext4(device: str, point: str) -> Mount:
    return Mount(device, point, "ext4")


def test_percent_is_used_of_total_with_two_decimals() -> None:
    disks = Disks((ext4("/dev/a", "/"), Usage(1, 3)), (ext4("/dev/b", "/srv"), Usage(7, 7)))
    assert used(disks.space()) == {"/": 33.33, "/srv": 100.0}


def test_mounts_that_cannot_be_read_or_have_no_size_are_left_out() -> None:
    disks = Disks(
        (ext4("/dev/a", "/"), Usage(41, 100)),
        (ext4("/dev/b", "/empty"), Usage(0, 0)),
        (ext4("/dev/c", "/secret"), None),
    )
    assert used(disks.space()) == {"/": 41.0}


def test_a_bind_mount_is_not_another_disk() -> None:
    usage = Usage(1, 2)
    disks = Disks(
        (ext4("/dev/a", "/etc/hostname"), usage),
        (ext4("/dev/a", "/data"), usage),
        (ext4("/dev/a", "/etc/hosts"), usage),
    )
    assert used(disks.space()) == {"/data": 50.0}


def test_another_mount_point_serves_when_the_shortest_cannot_be_read() -> None:
    disks = Disks((ext4("/dev/a", "/root/x"), None), (ext4("/dev/a", "/srv/data"), Usage(1, 2)))
    assert used(disks.space()) == {"/srv/data": 50.0}


def test_subvolumes_of_one_device_are_all_there() -> None:
    disks = Disks(
        (Mount("/dev/a", "/", "btrfs"), Usage(1, 2)), (Mount("/dev/a", "/home", "btrfs"), Usage(1, 2))
    )
    assert used(disks.space()) == {"/": 50.0, "/home": 50.0}


def test_a_mount_point_that_is_no_utf_8_is_named_all_the_same() -> None:
    point = b"/caf\xe9".decode(errors="surrogateescape")
    assert used(Disks((ext4("/dev/a", point), Usage(1, 2))).space()) == {"/caf?": 50.0}


@pytest.fixture
def one_hangs() -> Iterator[Disks]:
    disks = Disks(
        (ext4("/dev/a", "/"), Usage(1, 2)),
        (ext4("/dev/usb", "/mnt"), Usage(1, 4)),
        (ext4("/dev/usb", "/mnt/again"), Usage(1, 4)),
        (ext4("/dev/b", "/srv/data"), Usage(3, 4)),
    )
    disks.hung.add("/mnt")
    yield disks
    disks.answer.set()


def test_a_disk_that_hangs_is_left_out_and_not_asked_again_until_it_answers(
    one_hangs: Disks, caplog: pytest.LogCaptureFixture
) -> None:
    space = one_hangs.space(timeout_s=0.2)
    with caplog.at_level(logging.WARNING):
        assert [used(space), used(space)] == [{"/": 50.0, "/srv/data": 75.0}] * 2
    assert one_hangs.asked == ["/", "/mnt", "/srv/data", "/", "/srv/data"]
    assert caplog.text.count("/mnt hangs") == 1
    one_hangs.answer.set()
    for thread in threading.enumerate():
        if thread.name == "muster-disk":
            thread.join(60)
    assert used(space) == {"/": 50.0, "/mnt": 25.0, "/srv/data": 75.0}


def test_the_root_of_this_machine_has_a_size() -> None:
    usage = read_usage("/")
    assert 0 < usage.used < usage.total


def test_sizes_are_samples_by_mount_point() -> None:
    disk = Disk(ext4("/dev/a", "/a,b"), used=1, total=8)
    assert [tuple(one) for one in disk_samples([disk])] == [
        ("disk.total_bytes", "mountpoint=/a\\,b", 8.0),
        ("disk.used_bytes", "mountpoint=/a\\,b", 1.0),
        ("disk.used_percent", "mountpoint=/a\\,b", 12.5),
    ]
