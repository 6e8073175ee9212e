"""What became of runners: their changes of state, and since when one of them fails."""

from collections.abc import Collection, Iterator

import msgspec

from muster.model.desired import ConfigName, RunnerState, RunnerStatus
from muster.model.ids import AgentId

BAD = frozenset({RunnerState.FAILED, RunnerState.UNKNOWN})
"""States of a runner that should run and does not."""

STEADY_US = 600_000_000
"""A runner that ran for so long has recovered; one that fails sooner was failing all the time."""

KEPT_US = 30 * 86_400 * 1_000_000
"""Changes before that are forgotten."""

KEPT_OF_AGENT = 500
"""So many changes of an agent are kept, the newest: a runner that fails every second fills no disk."""


class RunnerChange(msgspec.Struct, frozen=True, kw_only=True):
    """A runner came from the state `was` into `state` at `ts_us` (Unix microseconds).

    `was` is empty where nothing was known of it. `reason` is what its agent said of it then.
    """

    agent_id: AgentId
    runner: ConfigName
    was: str
    state: str
    ts_us: int
    reason: str = ""

    @property
    def is_recovery(self) -> bool:
        """Tell whether the runner failed before and runs now."""
        return self.was in BAD and self.state == RunnerState.RUNNING


def iter_changes(
    agent_id: AgentId, before: Collection[RunnerStatus], after: Collection[RunnerStatus], now_us: int
) -> Iterator[RunnerChange]:
    """Yield what changed between two words of an agent; a runner that came into its state anew did, too."""
    known = {status.name: status for status in before}
    for status in after:
        old = known.get(status.name)
        if old is not None and (old.state, old.since_us) == (status.state, status.since_us):
            continue
        yield RunnerChange(
            agent_id=agent_id,
            runner=status.name,
            was=old.state.value if old else "",
            state=status.state.value,
            ts_us=status.since_us or now_us,
            reason=status.reason,
        )


def failing_since(known: dict[str, int], runners: Collection[RunnerStatus], now_us: int) -> dict[str, int]:
    """Return since when each failing runner fails, by name; `known` is what this said before.

    A runner that starts again and again has failed since the first time. One whose agent does not say since
    when is left out.
    """
    failing: dict[str, int] = {}
    for status in runners:
        since_us = known.get(status.name)
        if status.state in BAD and (since_us or status.since_us):
            failing[status.name] = since_us or status.since_us
        elif since_us and status.state is RunnerState.RUNNING and now_us - status.since_us < STEADY_US:
            failing[status.name] = since_us
    return failing
