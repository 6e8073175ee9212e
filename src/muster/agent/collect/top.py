"""Which programs use most of the CPU and of the memory."""

import heapq
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from muster.agent.collect.cpu import SHORTEST_S
from muster.agent.collect.processes import Process
from muster.agent.collect.sample import Sample, sample

TOP = 5


class TopProcesses:
    """CPU time between two looks and memory, summed by shown name."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._previous: dict[tuple[int, float], float] = {}
        self._previous_s: float | None = None

    def samples(self, processes: Sequence[Process]) -> Iterator[Sample]:
        """Return the count of processes, and use by the top of each.

        CPU is in percent of one core since the previous call; the first one, and one that comes
        less than SHORTEST_S after it, have none.
        """
        yield sample("process.count", len(processes))
        cpu = self._cpu_percent(processes)
        memory: dict[str, int] = defaultdict(int)
        for process in processes:
            memory[process.name] += process.memory_bytes
        busy = {name: percent for name, percent in (cpu or {}).items() if percent > 0}
        for name in dict.fromkeys([*_top(busy), *_top(memory)]):
            if cpu is not None:
                yield sample("process.cpu_percent", round(cpu[name], 2), process=name)
            yield sample("process.memory_bytes", memory[name], process=name)

    def _cpu_percent(self, processes: Sequence[Process]) -> dict[str, float] | None:
        now_s = self._monotonic_s()
        previous, previous_s = self._previous, self._previous_s
        if previous_s is not None and now_s - previous_s < SHORTEST_S:
            return None
        self._previous = {(process.pid, process.started): process.cpu_s for process in processes}
        self._previous_s = now_s
        if previous_s is None:
            return None
        used: dict[str, float] = defaultdict(float)
        for process in processes:
            since = process.cpu_s - previous.get((process.pid, process.started), 0.0)
            used[process.name] += max(0.0, since) * 100 / (now_s - previous_s)
        return used


def _top(amounts: Mapping[str, float]) -> list[str]:
    return heapq.nlargest(TOP, amounts, key=amounts.__getitem__)
