"""Metric runners: samples of some types, at an interval of their own."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence

import msgspec

from muster.agent.collect.label import to_label
from muster.agent.collect.sample import Sample, to_columns, unique_samples
from muster.agent.runners.kind import Config, Job
from muster.agent.runners.parts import Look, OpenLook, open_look
from muster.agent.runners.tallies import Tally
from muster.agent.spooled import NewBatch
from muster.agent.thread import in_thread
from muster.agent.ticks import seconds_to_tick
from muster.errors import InvalidInput
from muster.model.batch import SAMPLES
from muster.model.desired import ConfigName
from muster.model.metric import RUNNER_LABEL, Labels, read_labels, to_labels
from muster.model.metric_types import NOT_COLLECTED, MetricChoice, parse_metric_runner
from muster.model.runner_kinds import METRIC

LOOK_S = 30.0
"""A look that takes longer hangs."""

MAX_NAME = 128


class MetricKind:
    """Runs `{"metric": [...]}`. Its samples carry the label `runner` with the runner's name.

    So a type that the agent collects anyway has further series beside its own, with their own interval.
    """

    kinds = frozenset({METRIC})

    def __init__(self, open_look: OpenLook = open_look, *, look_s: float = LOOK_S) -> None:
        self._open_look = open_look
        self._look_s = look_s
        self._looks: dict[ConfigName, asyncio.Future[Look]] = {}

    def check(self, config: Config) -> list[str]:
        """Return what is wrong with a configuration, or which types nothing here can collect."""
        try:
            wanted = parse_metric_runner(config)
        except InvalidInput as error:
            return [error.message]
        missing = [choice.type for choice in wanted.choices if choice.type in NOT_COLLECTED]
        return [f"this agent has no collector for the metric type {name!r}" for name in missing]

    async def run(self, job: Job, config: Config) -> None:
        """Look at each tick. Raises TimeoutError when a look hangs, OSError when it sees nothing."""
        wanted = parse_metric_runner(config)
        for choice in wanted.choices:
            for attribute in choice.unmeasured:
                job.trouble(f"{attribute} is not measured by this agent")
        look = self._open_look([choice.type for choice in wanted.choices])
        started_s = job.clock.monotonic_s()
        broken: list[str] = []
        while True:
            seen = await self._look(job.name, look)
            if seen.broken and seen.broken != broken:
                job.trouble(f"cannot read {', '.join(seen.broken)}")
            broken = seen.broken
            samples = unique_samples(_chosen(seen.samples, wanted.choices, job.name))
            if samples:
                columns = msgspec.msgpack.encode(to_columns(seen.ts_us, samples))
                filtered = len(seen.samples) - len(samples)
                tally = Tally(read=len(seen.samples), filtered=max(0, filtered))
                await job.spool([NewBatch(SAMPLES, len(samples), columns)], tally)
            elif broken:
                raise OSError(f"cannot read {', '.join(broken)}")
            since_s = job.clock.monotonic_s() - started_s
            await job.clock.sleep(seconds_to_tick(since_s, wanted.interval_s))

    def forget(self, db: sqlite3.Connection, name: ConfigName) -> None:
        """Do nothing: a metric runner remembers nothing."""

    async def _look(self, name: ConfigName, look: Callable[[], Look]) -> Look:
        """Look once, when an earlier look of this runner has ended; one that hangs is left behind."""
        earlier = self._looks.get(name)
        if earlier is not None and not (await asyncio.wait({earlier}, timeout=self._look_s))[0]:
            raise TimeoutError("an earlier look at the machine has not ended yet")
        task = self._looks[name] = asyncio.ensure_future(in_thread(look))
        task.add_done_callback(lambda ended: self._forget_look(name, ended))
        done, _ = await asyncio.wait({task}, timeout=self._look_s)
        if not done:
            raise TimeoutError(f"a look at the machine takes longer than {self._look_s:g} s")
        return task.result()

    def _forget_look(self, name: ConfigName, ended: "asyncio.Future[Look]") -> None:
        if self._looks.get(name) is ended:
            del self._looks[name]
        if not ended.cancelled():
            ended.exception()


def _chosen(samples: Iterable[Sample], choices: Sequence[MetricChoice], name: str) -> Iterable[Sample]:
    """Return the samples that some choice keeps, labelled with the runner."""
    for one in samples:
        labels = read_labels(one.labels)
        if any(_keeps(choice, one.metric, labels) for choice in choices):
            yield Sample(one.metric, _labelled(labels, name), one.value)


def _keeps(choice: MetricChoice, metric: str, labels: dict[str, str]) -> bool:
    if metric not in choice.metrics:
        return False
    if any(labels.get(label, "") not in values for label, values in choice.labels.items()):
        return False
    return choice.states is None or labels.get("state") in choice.states


def _labelled(labels: dict[str, str], name: str) -> Labels:
    return to_labels({**labels, RUNNER_LABEL: to_label(name, MAX_NAME)})
