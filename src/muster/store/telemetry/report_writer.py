"""The one writer of the reports table: tells new batches from repeats and stores a group at once."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from clickhouse_connect.driver.exceptions import ClickHouseError

from muster.core.ingest import BatchOutcome, MarkStore, Verdict, advance, is_gap, judge
from muster.core.reports import ImportOutcome, ReportBatch, ReportImport
from muster.errors import Conflict, Unavailable
from muster.failpoints import Reach
from muster.model.batch import REPORTS, BatchKey
from muster.model.ids import AgentId, Epoch
from muster.model.mark import Mark
from muster.model.report import Report, to_json
from muster.store.telemetry.clients import TelemetryClients

Write = ReportBatch | ReportImport
Outcome = BatchOutcome | ImportOutcome | Exception
MarkKey = tuple[AgentId, Epoch]

SECOND_US = 1_000_000
MAX_CLOCK_STEP_US = 3600 * SECOND_US
MARKS_IN_MEMORY = 50_000

_log = logging.getLogger("muster.store.reports")

SCHEMA = pa.schema(
    [
        ("received_at", pa.timestamp("us", "UTC")),
        ("ts", pa.timestamp("us", "UTC")),
        ("agent_id", pa.string()),
        ("id", pa.string()),
        ("cpu", pa.float64()),
        ("memory", pa.float64()),
        ("body", pa.string()),
        ("epoch", pa.string()),
        ("sequence", pa.uint64()),
        ("batch_sha256", pa.string()),
    ]
)


class _Group:
    """What one group adds: rows by column, and the marks as they will be once these are stored."""

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
        self.marks: dict[MarkKey, Mark] = {}

    def add(
        self, agent_id: AgentId, reports: Sequence[Report], key: BatchKey | None = None, sha256: str = ""
    ) -> None:
        columns = self.columns
        for report in reports:
            columns["ts"].append(report.date * SECOND_US)
            columns["agent_id"].append(agent_id)
            columns["id"].append(report.id)
            columns["cpu"].append(report.cpu)
            columns["memory"].append(report.memory)
            columns["body"].append(to_json(report).decode())
            columns["epoch"].append(key.epoch if key else "")
            columns["sequence"].append(key.sequence if key else 0)
            columns["batch_sha256"].append(sha256)

    @property
    def bodies(self) -> dict[str, str]:
        return dict(zip(self.columns["id"], self.columns["body"], strict=True))

    @property
    def rows(self) -> int:
        return len(self.columns["id"])

    def to_arrow(self, received_us: int) -> pa.Table:
        self.columns["received_at"] = [received_us] * self.rows
        self.columns["ts"] = [min(ts, received_us) for ts in self.columns["ts"]]
        return pa.table(self.columns, schema=SCHEMA)


class ReportWriter:
    """Stores groups of batches and imports. One thread at a time may call it.

    A group is one insert, so one part, so all or nothing; then its marks are saved; only then are
    the senders answered. Whatever fails after the insert began leaves its batches in doubt: they
    are looked up among the rows before they are judged again.
    """

    def __init__(
        self, clients: TelemetryClients, marks: MarkStore, *, reach: Reach, now_us: Callable[[], int]
    ) -> None:
        self._clients = clients
        self._store = marks
        self._reach = reach
        self._now_us = now_us
        self._marks: dict[MarkKey, Mark | None] = {}
        self._in_doubt: set[MarkKey] = set()
        self._last_received_us = 0
        self.last_group_items = 0

    def recover_marks(self) -> None:
        """Raise the stored marks to what the newest rows say: a crash may lie between the two stores."""
        rows = self._clients.rows(
            "SELECT agent_id, epoch FROM reports WHERE epoch != '' AND received_at >= "
            "(SELECT max(received_at) FROM reports) - INTERVAL 2 HOUR GROUP BY agent_id, epoch"
        )
        recovered = [mark for agent_id, epoch in rows if (mark := self._raised((agent_id, epoch)))]
        if recovered:
            _log.info("marks of %d streams were behind their rows and have been raised", len(recovered))
            self._store.save_marks(recovered)
        newest = self._clients.rows("SELECT toUnixTimestamp64Micro(max(received_at)) FROM reports")
        self._last_received_us = int(newest[0][0])

    def write_group(self, items: Sequence[Write]) -> Sequence[Outcome]:
        """Store what is new of a group; see `GroupCommit`. Raises Unavailable when nothing can be said."""
        self.last_group_items = len(items)
        self._settle_doubts()
        group = _Group()
        outcomes = [self._take(item, group) for item in items]
        if group.rows:
            self._in_doubt.update(group.marks)
            self._insert(group)
        if group.marks:
            self._reach("server.mark.before_commit")
            self._store.save_marks(list(group.marks.values()))
            self._reach("server.mark.after_commit")
            self._in_doubt.difference_update(group.marks)
            self._remember(group.marks)
        self._reach("server.reply.before")
        return outcomes

    def _take(self, item: Write, group: _Group) -> Outcome:
        """Judge one item and add its new rows to the group."""
        if isinstance(item, ReportImport):
            return self._take_import(item, group)
        key = item.key
        mark = group.marks.get((key.agent_id, key.epoch)) or self._mark((key.agent_id, key.epoch))
        verdict = judge(mark, key.sequence, item.sha256)
        if verdict is Verdict.ASK_DATA and mark is not None:
            verdict = self._ask_data(mark, item)
        if verdict is Verdict.CONFLICT:
            return Conflict(
                f"sequence {key.sequence} of epoch {key.epoch} is stored with another content",
                code="sequence_conflict",
            )
        if verdict is Verdict.NEW:
            group.add(key.agent_id, item.reports, key, item.sha256)
            group.marks[key.agent_id, key.epoch] = advance(mark, key, item.sha256)
        return BatchOutcome(repeated=verdict is Verdict.REPEAT, rows=len(item.reports))

    def _take_import(self, item: ReportImport, group: _Group) -> Outcome:
        """Leave out what is stored, or comes earlier in this group, with the same content."""
        rows = self._clients.rows(
            "SELECT id, body FROM reports WHERE id IN {ids:Array(String)}",
            {"ids": [report.id for report in item.reports]},
        )
        known = group.bodies | dict(rows)
        new: list[Report] = []
        for report in item.reports:
            body = to_json(report).decode()
            if report.id not in known:
                known[report.id] = body
                new.append(report)
            elif known[report.id] != body:
                return Conflict(f"report {report.id} is stored with another content", code="report_conflict")
        group.add(item.agent_id, new)
        return ImportOutcome(stored=len(new), known=len(item.reports) - len(new))

    def _insert(self, group: _Group) -> None:
        received_us = self._next_received_us()
        self._reach("server.insert.before")
        try:
            self._clients.client().insert_arrow("reports", group.to_arrow(received_us))
        except (ClickHouseError, OSError) as error:
            raise Unavailable(f"the telemetry store refused an insert: {error}") from error
        self._reach("server.insert.after")

    def _ask_data(self, mark: Mark, item: ReportBatch) -> Verdict:
        """Judge a batch below the mark by its rows; rows gone by retention were stored once."""
        key = item.key
        rows = self._clients.rows(
            "SELECT batch_sha256 FROM reports WHERE agent_id = {agent:String} AND epoch = {epoch:String} "
            "AND sequence = {sequence:UInt64} LIMIT 1",
            {"agent": key.agent_id, "epoch": key.epoch, "sequence": key.sequence},
        )
        if rows:
            return Verdict.REPEAT if rows[0][0] == item.sha256 else Verdict.CONFLICT
        return Verdict.NEW if is_gap(mark, key.sequence) else Verdict.REPEAT

    def _mark(self, at: MarkKey) -> Mark | None:
        if at not in self._marks:
            agent_id, epoch = at
            self._remember({at: self._store.load_mark(agent_id, REPORTS, epoch)})
        return self._marks[at]

    def _remember(self, marks: Mapping[MarkKey, Mark | None]) -> None:
        """Keep marks in memory, those written last the longest."""
        for at, mark in marks.items():
            self._marks.pop(at, None)
            self._marks[at] = mark
        while len(self._marks) > MARKS_IN_MEMORY:
            del self._marks[next(iter(self._marks))]

    def _settle_doubts(self) -> None:
        """Look up what became of batches whose insert or mark failed. Raises Unavailable."""
        if not self._in_doubt:
            return
        raised = {at: mark for at in self._in_doubt if (mark := self._raised(at))}
        self._store.save_marks(list(raised.values()))
        for at in self._in_doubt:
            self._marks.pop(at, None)
        self._in_doubt.clear()

    def _raised(self, at: MarkKey) -> Mark | None:
        """Return the stored mark advanced by the rows beyond it, or None when there are none."""
        agent_id, epoch = at
        mark = self._store.load_mark(agent_id, REPORTS, epoch)
        rows = self._clients.rows(
            "SELECT DISTINCT sequence, batch_sha256 FROM reports WHERE agent_id = {agent:String} "
            "AND epoch = {epoch:String} AND sequence > {sequence:UInt64} ORDER BY sequence",
            {"agent": agent_id, "epoch": epoch, "sequence": mark.sequence if mark else 0},
        )
        for sequence, sha256 in rows:
            mark = advance(mark, BatchKey(agent_id, REPORTS, epoch, sequence), sha256)
        return mark if rows else None

    def _next_received_us(self) -> int:
        """Return the time of receipt, above the last one unless the clock was set back by over an hour."""
        now_us = self._now_us()
        if now_us <= self._last_received_us < now_us + MAX_CLOCK_STEP_US:
            now_us = self._last_received_us + 1
        self._last_received_us = now_us
        return now_us
