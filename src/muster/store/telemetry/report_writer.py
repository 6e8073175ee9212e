"""The one writer of the reports table: tells new batches from repeats and stores a group at once."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from muster.core.ingest import BatchOutcome, MarkStore
from muster.core.reports import ImportOutcome, ReportBatch, ReportImport
from muster.errors import Conflict
from muster.failpoints import Reach
from muster.model.batch import REPORTS, BatchKey
from muster.model.ids import AgentId
from muster.model.report import Report, to_json
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.once import SECOND_US, Judge, Marks, ReceiptClock, Receipts

Write = ReportBatch | ReportImport
Outcome = BatchOutcome | ImportOutcome | Exception

RECEIPTS = Receipts(
    table="reports",
    rows="epoch != ''",
    received_at="received_at",
    day="toDate(received_at)",
    stream=f"'{REPORTS}'",
)

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
        self.marks: Marks = {}

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
    the senders answered.
    """

    def __init__(
        self, clients: TelemetryClients, marks: MarkStore, *, reach: Reach, now_us: Callable[[], int]
    ) -> None:
        """Raises Unavailable. Marks that fell behind the rows are raised."""
        self._clients = clients
        self._reach = reach
        self._judge = Judge(RECEIPTS, clients, marks)
        self._clock = ReceiptClock(now_us, self._judge.recover())

    def write_group(self, items: Sequence[Write]) -> Sequence[Outcome]:
        """Store what is new of a group; see `GroupCommit`. Raises Unavailable when nothing can be said."""
        self._judge.settle_doubts()
        group = _Group()
        outcomes = [self._take(item, group) for item in items]
        if group.rows:
            self._judge.doubt(group.marks)
            self._insert(group)
        if group.marks:
            self._reach("server.mark.before_commit")
            self._judge.stored(group.marks)
            self._reach("server.mark.after_commit")
        self._reach("server.reply.before")
        return outcomes

    def _take(self, item: Write, group: _Group) -> Outcome:
        """Judge one item and add its new rows to the group."""
        try:
            if isinstance(item, ReportImport):
                return self._take_import(item, group)
            is_new = self._judge.take(item.key, item.sha256, group.marks)
        except Conflict as conflict:
            return conflict
        if is_new:
            group.add(item.key.agent_id, item.reports, item.key, item.sha256)
        return BatchOutcome(repeated=not is_new, rows=len(item.reports))

    def _take_import(self, item: ReportImport, group: _Group) -> ImportOutcome:
        """Leave out what is stored or comes earlier in this group. Raises Conflict for another content."""
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
                raise Conflict(f"report {report.id} is stored with another content", code="report_conflict")
        group.add(item.agent_id, new)
        return ImportOutcome(stored=len(new), known=len(item.reports) - len(new))

    def _insert(self, group: _Group) -> None:
        self._reach("server.insert.before")
        self._clients.insert("reports", group.to_arrow(self._clock.next_us()))
        self._reach("server.insert.after")
