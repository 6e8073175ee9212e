"""CPU use between two looks, on a made-up clock."""

import pytest

from muster.agent.collect.cpu import CpuPercent, CpuTimes, read_cpu_times


def cpu_of(looks: list[tuple[float, float]], at_s: list[float], waited: list[float]) -> CpuPercent:
    """Return one that sees these CPU times; `at_s` are the monotonic times of its looks at the clock."""
    times, seconds = iter(looks), iter(at_s)
    return CpuPercent(
        waited.append,
        first_s=1.0,
        read_times=lambda: CpuTimes(*next(times)),
        monotonic_s=lambda: next(seconds),
    )


def test_cpu_is_the_share_since_the_look_before() -> None:
    waited: list[float] = []
    cpu = cpu_of([(10, 100), (15, 110), (15, 120), (40, 220)], [1, 11, 11, 21, 21], waited)
    assert [cpu.read(), cpu.read(), cpu.read()] == [50.0, 0.0, 25.0]
    assert waited == [1.0]


def test_a_look_too_soon_after_another_samples_anew() -> None:
    waited: list[float] = []
    cpu = cpu_of([(0, 0), (5, 10), (5, 10), (6, 20)], [1, 1.05, 2.05], waited)
    assert [cpu.read(), cpu.read()] == [50.0, 10.0]
    assert waited == [1.0, 1.0]


@pytest.mark.parametrize("later", [(5, 5), (0, 0), (1, 4), (-1, 20), (500, 20)])
def test_counters_that_stand_still_or_jump_stay_within_0_and_100(later: tuple[float, float]) -> None:
    cpu = cpu_of([(5, 5), later], [0], [])
    assert 0.0 <= cpu.read() <= 100.0


def test_the_times_of_this_machine_rise() -> None:
    first, second = read_cpu_times(), read_cpu_times()
    assert 0 < first.busy < first.total
    assert second.total >= first.total
