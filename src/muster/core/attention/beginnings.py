"""Since when a disk or memory is nearly full that was so before this server started: from stored samples."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from muster.core.attention.finding import Finding
from muster.core.metrics.grid import SECOND_US
from muster.core.metrics.questions import Answer
from muster.core.metrics.shortages import DISK, DISK_PERCENT, MEMORY, MEMORY_PERCENT
from muster.model.ids import AgentId
from muster.model.metric import is_of_runner, read_labels

LOOK_BACK_US = 30 * 86_400 * SECOND_US
AT_ONCE = 8
"""So many are looked for at a time: after a start of the server there may be many."""


class ValueHistory(Protocol):
    """Answers from stored samples, as `core.metrics.questions.Questions` does."""

    async def over_time(
        self, agents: Collection[AgentId], metrics: Collection[str], *, from_us: int, to_us: int
    ) -> Answer:
        """Return the series of these metrics. Raises Unavailable."""
        ...


class Place(NamedTuple):
    """A disk of a machine, or its memory where `mountpoint` is empty."""

    agent_id: AgentId
    mountpoint: str


class Rise(NamedTuple):
    """The starts of the buckets with the last low value and the first full one after it, and their length."""

    low_us: int
    full_us: int
    step_us: int


class Beginnings:
    """Remembers since when places are nearly full. Used on the event loop only."""

    def __init__(self, history: ValueHistory) -> None:
        self._history = history
        self._found: dict[Place, Rise] = {}
        self._wanted: dict[Place, None] = {}

    def want(self, findings: Iterable[Finding]) -> bool:
        """Take findings, some older than they seem; tell whether `find` has anything to look for."""
        for place in map(_place, findings):
            if place is not None and place not in self._found:
                self._wanted[place] = None
        return bool(self._wanted)

    async def find(self, now_us: int) -> None:
        """Look for some of what is wanted. Raises Unavailable."""
        for place in list(self._wanted)[:AT_ONCE]:
            rise = await self._find(place, now_us)
            self._wanted.pop(place, None)
            # What was not found is wanted again by the next look: samples may come late.
            if rise is not None:
                self._found[place] = rise

    def complete(self, finding: Finding) -> Finding:
        """Return a finding with its beginning, None where it is not known."""
        place = _place(finding)
        if place is None or finding.since_us is None:
            return finding
        rise = self._found.get(place)
        since_us = None if rise is None else rise.full_us
        if rise is not None and finding.since_us - rise.full_us < rise.step_us:
            since_us = finding.since_us
        return msgspec.structs.replace(finding, since_us=since_us)

    async def _find(self, place: Place, now_us: int) -> Rise | None:
        """Look at thirty days, then closer and closer at the part in which the value rose."""
        rise, from_us, to_us = None, now_us - LOOK_BACK_US, now_us
        while (closer := await self._rise(place, from_us, to_us)) is not None:
            if rise is not None and closer.step_us >= rise.step_us:
                break
            rise, from_us, to_us = closer, closer.low_us, closer.full_us + closer.step_us
        return rise

    async def _rise(self, place: Place, from_us: int, to_us: int) -> Rise | None:
        metric, threshold = (DISK, DISK_PERCENT) if place.mountpoint else (MEMORY, MEMORY_PERCENT)
        answer = await self._history.over_time({place.agent_id}, {metric}, from_us=from_us, to_us=to_us)
        values = next(
            (
                values
                for key, values in answer.series
                if not is_of_runner(key.labels)
                and read_labels(key.labels).get("mountpoint", "") == place.mountpoint
            ),
            None,
        )
        found = None if values is None else _last_rise(values, threshold)
        if found is None:
            return None
        start_us, step_us = answer.grid.start_s * SECOND_US, answer.grid.step_s * SECOND_US
        low, full = found
        return Rise(start_us + low * step_us, start_us + full * step_us, step_us)


def _last_rise(values: Sequence[float | None], threshold: float) -> tuple[int, int] | None:
    """Return the place of the last low value, and of the first full one after it; None without any value.

    Values are means: where the last one is low it may have risen within it, and the place after it is the
    full one. Where no value is low, both are the place of the first.
    """
    known = [at for at, value in enumerate(values) if value is not None]
    if not known:
        return None
    low = max((at for at in known if (values[at] or 0.0) < threshold), default=None)
    if low is None:
        return known[0], known[0]
    return low, next((at for at in known if at > low), low + 1)


def _place(finding: Finding) -> Place | None:
    """Return the place of a finding that may be older than it seems."""
    if not finding.is_older:
        return None
    return Place(finding.subject.agent_id, finding.subject.mountpoint)
