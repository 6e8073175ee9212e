"""The programs that use most, of processes that the test makes up."""

from muster.agent.collect.processes import Process
from muster.agent.collect.top import TopProcesses


def process(pid: int, name: str, cpu_s: float = 0.0, memory_bytes: int = 0, started: float = 1.0) -> Process:
    return Process(pid, name, started, cpu_s, memory_bytes)


def top_at(*times_s: float) -> TopProcesses:
    seconds = iter(times_s)
    return TopProcesses(lambda: next(seconds))


def values(top: TopProcesses, *processes: Process) -> dict[tuple[str, str], float]:
    return {(one.metric, one.labels): one.value for one in top.samples(processes)}


def test_the_first_look_tells_memory_and_no_cpu() -> None:
    found = values(top_at(0), process(1, "A", 5, 100), process(2, "A", 5, 11))
    assert found == {("process.count", ""): 2, ("process.memory_bytes", "process=A"): 111}


def test_cpu_is_percent_of_one_core_since_the_look_before_summed_by_name() -> None:
    top = top_at(0, 10)
    values(top, process(1, "A", 5), process(2, "A", 7), process(3, "B", 1))
    found = values(top, process(1, "A", 8), process(2, "A", 20.3333), process(3, "B", 1), process(4, "B", 2))
    assert found["process.cpu_percent", "process=A"] == 163.33
    assert found["process.cpu_percent", "process=B"] == 20.0


def test_a_pid_that_is_used_again_is_another_process() -> None:
    top = top_at(0, 10)
    values(top, process(1, "A", 1000))
    found = values(top, process(1, "A", 3, started=2))
    assert found["process.cpu_percent", "process=A"] == 30.0


def test_the_top_of_each_kind_has_both_values() -> None:
    top = top_at(0, 10)
    idle = [process(pid, f"Mem{pid}", 1, 1000 * pid) for pid in range(1, 9)]
    values(top, *idle)
    busy = [process(pid, f"Cpu{pid}", pid / 100) for pid in range(11, 19)]
    found = values(top, *idle, *busy)
    shown = {labels.removeprefix("process=") for metric, labels in found if metric == "process.cpu_percent"}
    assert shown == {"Mem4", "Mem5", "Mem6", "Mem7", "Mem8", "Cpu14", "Cpu15", "Cpu16", "Cpu17", "Cpu18"}
    assert shown == {labels.removeprefix("process=") for _, labels in found if labels}
    assert found["process.cpu_percent", "process=Mem8"] == 0.0


def test_a_look_too_soon_after_another_has_no_cpu_and_does_not_count_as_one() -> None:
    top = top_at(0, 0.05, 10)
    values(top, process(1, "A", 1))
    assert ("process.cpu_percent", "process=A") not in values(top, process(1, "A", 2))
    assert values(top, process(1, "A", 3))["process.cpu_percent", "process=A"] == 20.0
