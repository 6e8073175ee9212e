"""CPU use between two looks: on a made-up clock, of a made-up machine, and of this one."""

from pathlib import Path

import psutil
import pytest

from muster.agent.collect.cpu import ALL, CpuLook, CpuTimes, CpuUse, cpu_samples, read_cpu_times


def cpu_of(looks: list[tuple[float, float]], at_s: list[float], waited: list[float]) -> CpuUse:
    """Return one that sees these times (busy, total); `at_s` are the times of its looks at the clock."""
    times, seconds = iter(looks), iter(at_s)

    def read() -> CpuLook:
        busy, total = next(times)
        return {ALL: CpuTimes(user=busy, system=0, idle=total - busy)}

    return CpuUse(waited.append, first_s=1.0, read_times=read, monotonic_s=lambda: next(seconds))


def used(cpu: CpuUse) -> float:
    return next(one.value for one in cpu_samples(cpu.read()) if one.metric == "cpu.used_percent")


def test_cpu_is_the_share_since_the_look_before() -> None:
    waited: list[float] = []
    cpu = cpu_of([(10, 100), (15, 110), (15, 120), (40, 220)], [1, 11, 11, 21, 21], waited)
    assert [used(cpu), used(cpu), used(cpu)] == [50.0, 0.0, 25.0]
    assert waited == [1.0]


def test_a_look_too_soon_after_another_samples_anew() -> None:
    waited: list[float] = []
    cpu = cpu_of([(0, 0), (5, 10), (5, 10), (6, 20)], [1, 1.05, 2.05], waited)
    assert [used(cpu), used(cpu)] == [50.0, 10.0]
    assert waited == [1.0, 1.0]


@pytest.mark.parametrize("later", [(5, 5), (0, 0), (1, 4), (-1, 20), (500, 20)])
def test_counters_that_stand_still_or_jump_stay_within_0_and_100(later: tuple[float, float]) -> None:
    assert 0.0 <= used(cpu_of([(5, 5), later], [0], [])) <= 100.0


def test_each_kind_of_time_is_counted_once(tmp_path: Path) -> None:
    """The fields are user nice system idle iowait irq softirq steal guest guest_nice."""
    stat = tmp_path / "stat"
    stat.write_text("cpu  10 20 30 40 50 3 4 5 6 7\ncpu0 1 2 3 4\ncpu12 1 1 1 1 1 1 1\nintr 5 5\nbtime 3\n")
    assert read_cpu_times(stat) == {
        ALL: CpuTimes(user=30, system=37, idle=40, iowait=50, steal=5),
        0: CpuTimes(user=3, system=3, idle=4),
        12: CpuTimes(user=2, system=3, idle=1, iowait=1),
    }


def test_shares_of_all_cores_and_of_each() -> None:
    look = {
        ALL: CpuTimes(user=1, system=2, idle=3, iowait=1, steal=0.5),
        3: CpuTimes(user=1, system=0, idle=2),
    }
    assert [(one.metric, one.labels, one.value) for one in cpu_samples(look)] == [
        ("cpu.used_percent", "", 46.67),
        ("cpu.user_percent", "", 13.33),
        ("cpu.system_percent", "", 26.67),
        ("cpu.iowait_percent", "", 13.33),
        ("cpu.steal_percent", "", 6.67),
        ("cpu.core_percent", "core=3", 33.33),
    ]


def test_a_core_that_was_just_switched_on_waits_for_the_next_look() -> None:
    times = CpuTimes(1, 1, 1)
    looks = iter([{ALL: times}, {ALL: times, 1: times}])
    assert CpuUse(lambda _: None, read_times=lambda: next(looks)).read().keys() == {ALL}


def test_a_file_without_all_cores_is_an_error(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu0 1 2 3 4\n")
    with pytest.raises(ValueError, match="all cores"):
        read_cpu_times(stat)


@pytest.mark.parametrize("stat", [Path("/proc/stat"), Path("/nowhere")])
def test_the_times_of_this_machine_rise(stat: Path) -> None:
    first, second = read_cpu_times(stat), read_cpu_times(stat)
    assert len(first) == psutil.cpu_count() + 1
    assert 0 < first[ALL].busy < first[ALL].total
    assert second[ALL].total >= first[ALL].total
