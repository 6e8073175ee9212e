"""Rows by level, agent and runner, embedded and over HTTP."""

import asyncio
import itertools

from muster.core.attention.ports import LevelCount, Span
from muster.failpoints import ignore
from muster.settings import CommitSettings
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.log_levels import LogLevels
from muster.store.telemetry.log_table import LogTable
from tests.contract.memory import Clock, MemoryMarks
from tests.contract.test_logs_store import ONE, START, TWO, US, batch, line, post, store

MINUTE = 60


def spans(*minutes: int) -> list[Span]:
    """Return spans that begin at these minutes and end at the next ones."""
    times = [(START + minute * MINUTE) * US for minute in minutes]
    return [Span(*pair) for pair in itertools.pairwise(times)]


def test_rows_are_counted_by_span_runner_and_level(
    clients: TelemetryClients, marks: MemoryMarks, clock: Clock
) -> None:
    clients.command("TRUNCATE TABLE logs")
    table = LogTable(clients, marks, CommitSettings(), reach=ignore, now_us=clock)
    try:
        bad = [line("x", START + at, "error") for at in (0, 59, 61, 119)]
        store(table, batch(1, *bad, line("x", START + 30, "critical"), line("x", START, "info")))
        store(table, batch(2, line("x", START + 119, "error"), agent=TWO, runner="app"))
        post(table, {"ts": START + 60, "msg": "posted", "level": "error"})
        post(table, {"ts": START + 120, "msg": "later", "level": "error"})
    finally:
        table.close()

    def count(*agents: str, levels: tuple[str, ...] = ("error", "critical")) -> list[LevelCount]:
        levels_of = LogLevels(clients)
        found = levels_of.count_levels(levels, spans(0, 1, 2), agents=list(agents) if agents else None)  # type: ignore[arg-type]
        return sorted(asyncio.run(found))

    second = (START + MINUTE) * US
    posted = LevelCount("", "", (0, 1), second)  # type: ignore[arg-type]
    assert count() == [
        posted,
        LevelCount(ONE, "web", (3, 2), START * US),
        LevelCount(TWO, "app", (0, 1), second),
    ]
    assert count(TWO, "") == [posted, LevelCount(TWO, "app", (0, 1), second)]
    assert count(levels=("critical",)) == [LevelCount(ONE, "web", (1, 0), START * US)]
    assert count(levels=("trace",)) == []
