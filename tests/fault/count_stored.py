"""Count what a stopped server has stored, from the rows themselves.

`python -m tests.fault.count_stored DATA JOURNAL` prints `Counted` as JSON. It is a process of its own,
since a process can open one embedded telemetry store only.
"""

import sys
import time
from collections import Counter
from pathlib import Path

import msgspec

from muster.core.metrics.rollup import RollUp
from muster.failpoints import ignore
from muster.model.mark import WINDOW_S
from muster.settings import CommitSettings, TelemetrySettings
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.marks import RelationalMarks
from muster.store.relational.sample_windows import RelationalWindows
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.samples import SampleTable
from muster.store.telemetry.window_sql import COLUMNS, windows_of_samples
from tests.fault.made_up import Owed, read_journal, samples_of

QUEUE_BYTES = 1024 * 1024
WINDOWS = 1_000_000
LATER_S = 86_400
"""So far ahead every window is over."""

WindowKey = tuple[str, int]
RollupRow = tuple[object, ...]


class Counted(msgspec.Struct):
    """What is stored, in rows; what is wrong must be 0.

    `rolled` windows the server had brought up to date itself, `stale` ones it had noted as out of date;
    `wrong_rollups` are rows that differ from a recomputation: those of the server outside the
    stale windows, and `wrong_rollups_later` all, once everything was rolled up.
    """

    reports: int = 0
    reports_lost: int = 0
    reports_doubled: int = 0
    batches: int = 0
    samples: int = 0
    samples_lost: int = 0
    samples_doubled: int = 0
    wrong_receipts: int = 0
    rolled: int = 0
    stale: int = 0
    wrong_rollups: int = 0
    stale_later: int = 0
    wrong_rollups_later: int = 0


def count_reports(counted: Counted, owed: list[Owed], clients: TelemetryClients) -> None:
    """Every row is one report; its id tells which."""
    rows = dict(clients.rows("SELECT id, count() FROM reports GROUP BY id"))
    counted.reports = sum(rows.values())
    counted.reports_doubled = counted.reports - len(rows)
    counted.reports_lost = len({look.report_id for look in owed} - rows.keys())


def count_samples(counted: Counted, owed: list[Owed], clients: TelemetryClients) -> None:
    """Series, time and value tell which sample a row is; a receipt must tell how many came with it."""
    expected = Counter(
        (one.metric, one.labels, look.ts_us, one.value)
        for look in owed
        for one in samples_of(look.ts_us, look.number)
    )
    assert expected.total() == sum(look.samples for look in owed)
    stored = Counter(
        clients.rows(
            "SELECT metric, labels, toUnixTimestamp64Micro(ts), value FROM samples WHERE metric != ''"
        )
    )
    counted.samples = stored.total()
    counted.samples_lost = (expected - stored).total()
    counted.samples_doubled = sum(rows - max(1, expected[at]) for at, rows in stored.items())
    batches = clients.rows(
        "SELECT countIf(metric = '') = 1 AND sumIf(value, metric = '') = countIf(metric != '') "
        "FROM samples GROUP BY agent_id, epoch, sequence"
    )
    counted.batches = len(batches)
    counted.wrong_receipts = sum(not is_right for (is_right,) in batches)


def window_of(row: RollupRow) -> WindowKey:
    agent_id, _, _, start, *_ = row
    return str(agent_id), int(start.timestamp())  # type: ignore[attr-defined]


def wrong_rollups(clients: TelemetryClients, stale: set[WindowKey]) -> int:
    """Count rows that are missing, too many or different, but for those of stale windows."""
    rolled = Counter(clients.rows(f"SELECT {COLUMNS} FROM rollups FINAL"))
    recomputed = Counter(clients.rows(windows_of_samples("1")))
    wrong = (rolled - recomputed) + (recomputed - rolled)
    return sum(rows for row, rows in wrong.items() if window_of(row) not in stale)


def stale_windows(windows: RelationalWindows) -> set[WindowKey]:
    stale = windows.load_stale(before_s=int(time.time()) + LATER_S, limit=WINDOWS)
    return {(window.agent_id, window.start_s) for window, _ in stale}


def count_rollups(counted: Counted, clients: TelemetryClients, relational: Relational) -> None:
    """Judge the rollups as the server left them; then bring all up to date and judge again."""
    windows = RelationalWindows(relational)
    stale = stale_windows(windows)
    held = clients.rows(
        f"SELECT DISTINCT agent_id, intDiv(toUnixTimestamp(ts), {WINDOW_S}) * {WINDOW_S} "
        "FROM samples WHERE metric != ''"
    )
    counted.stale = len(stale)
    counted.rolled = len(set(held) - stale)
    counted.wrong_rollups = wrong_rollups(clients, stale)
    table = SampleTable(clients, RelationalMarks(relational), CommitSettings(), reach=ignore)
    try:
        RollUp(windows, table, now_s=lambda: time.time() + LATER_S).run()
    finally:
        table.close()
    counted.stale_later = len(stale_windows(windows))
    counted.wrong_rollups_later = wrong_rollups(clients, set())


def main(data: Path, journal: Path) -> None:
    owed = read_journal(journal)
    counted = Counted()
    relational = open_relational("", data, queue_bytes=QUEUE_BYTES, observer=None)
    clients = TelemetryClients(TelemetrySettings(), data, query_timeout_s=lambda: 60)
    try:
        count_reports(counted, owed, clients)
        count_samples(counted, owed, clients)
        count_rollups(counted, clients, relational)
    finally:
        clients.close()
        relational.close()
    print(msgspec.json.encode(counted).decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
