"""Error spikes: far more errors in the logs than just before, and than there usually are."""

from collections.abc import Callable, Sequence

from muster.core.attention.finding import Amount, Finding, Kind, Severity, Subject
from muster.core.attention.ports import LevelCount, LevelStore, Span
from muster.core.metrics.grid import SECOND_US
from muster.model.ids import AgentId

LEVELS = ("error", "critical")
MINUTE_US = 60 * SECOND_US
WINDOW_US = 10 * MINUTE_US
USUAL_US = 86_400 * SECOND_US
AT_LEAST = 20
"""Fewer errors in ten minutes are no spike, whatever was before."""

TIMES, TIMES_CRITICAL = 3, 10


async def find_spikes(store: LevelStore, hostname_of: Callable[[AgentId], str], now_us: int) -> list[Finding]:
    """Return the runners with a spike of errors in the last ten minutes.

    They are `TIMES` those of the ten minutes before, and of ten minutes of the day before on average, counted
    from the first error on. Raises Unavailable.
    """
    end_us = now_us // MINUTE_US * MINUTE_US + MINUTE_US
    now, before = Span(end_us - WINDOW_US, end_us), Span(end_us - 2 * WINDOW_US, end_us - WINDOW_US)
    suspects = [
        found for found in await store.count_levels(LEVELS, (now, before)) if _is_steep(*found.counts)
    ]
    if not suspects:
        return []
    day = Span(before.from_us - USUAL_US, before.from_us)
    agents = {found.agent_id for found in suspects}
    usual = await store.count_levels(LEVELS, (day,), agents=agents)
    rates = {(found.agent_id, found.runner): _rate(found, day) for found in usual}
    return [
        _finding(found, rate, hostname_of(found.agent_id))
        for found in suspects
        for rate in [rates.get((found.agent_id, found.runner), 0.0)]
        if _is_steep(found.counts[0], rate)
    ]


def _is_steep(now: float, other: float) -> bool:
    return now >= AT_LEAST and now >= TIMES * other


def _rate(found: LevelCount, day: Span) -> float:
    """Return the errors in ten minutes of a day, on average from the first one on."""
    windows = max(1.0, (day.to_us - found.first_us) / WINDOW_US)
    return found.counts[0] / windows


def _finding(found: LevelCount, usual: float, hostname: str) -> Finding:
    count, before = found.counts
    is_critical = count >= TIMES_CRITICAL * max(before, usual, AT_LEAST / TIMES)
    amounts: Sequence[Amount] = (
        Amount("errors", float(count), ""),
        Amount("before", float(before), ""),
        Amount("usual", round(usual, 1), ""),
    )
    return Finding(
        kind=Kind.ERRORS,
        severity=Severity.CRITICAL if is_critical else Severity.WARNING,
        subject=Subject(agent_id=found.agent_id, hostname=hostname, runner=found.runner),
        since_us=None,
        amounts=tuple(amounts),
        weight=float(count),
    )
