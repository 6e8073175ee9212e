"""The one writer of the samples table: stores each look once and notes which rollups are out of date."""

import datetime
import struct
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from muster.core.ingest import BatchOutcome, MarkStore
from muster.core.metrics.ports import SampleBatch
from muster.errors import Conflict
from muster.failpoints import Reach
from muster.model.batch import SAMPLES
from muster.model.ids import AgentId, Epoch
from muster.model.mark import WINDOW_S, Window
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.once import SECOND_US, Judge, Marks, ReceiptClock, Receipts

RECEIPT = ""
"""The metric of a receipt: no sample has it."""

RECEIPTS = Receipts(
    table="samples",
    rows=f"metric = '{RECEIPT}'",
    received_at="ts",
    day="received_on",
    stream=f"'{SAMPLES}'",
)

SCHEMA = pa.schema(
    [
        ("received_on", pa.date32()),
        ("agent_id", pa.string()),
        ("metric", pa.string()),
        ("labels", pa.string()),
        ("ts", pa.timestamp("us", "UTC")),
        ("value", pa.float64()),
        ("epoch", pa.string()),
        ("sequence", pa.uint64()),
        ("batch_sha256", pa.string()),
    ]
)


class _Group:
    """What one group adds: rows by column, the marks once these are stored, the windows they touch."""

    def __init__(self, received_us: int) -> None:
        self.batches: list[SampleBatch] = []
        self.marks: Marks = {}
        self.windows: set[Window] = set()
        self._received_us = received_us
        self._columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names if name != "value"}
        self._values: list[bytes] = []

    def add(self, batch: SampleBatch) -> None:
        """Add the receipt of a batch, then its samples. A time in the future is the time of receipt."""
        key, look = batch.key, batch.columns
        ts_us = min(look.ts_us, self._received_us)
        rows = len(look.metrics)
        columns = self._columns
        columns["agent_id"] += [key.agent_id] * (rows + 1)
        columns["metric"].append(RECEIPT)
        columns["metric"] += look.metrics
        columns["labels"].append("")
        columns["labels"] += look.labels
        columns["ts"].append(self._received_us)
        columns["ts"] += [ts_us] * rows
        columns["epoch"] += [key.epoch] * (rows + 1)
        columns["sequence"] += [key.sequence] * (rows + 1)
        columns["batch_sha256"].append(batch.sha256)
        columns["batch_sha256"] += [""] * rows
        self._values += struct.pack("<d", rows), look.values
        self.batches.append(batch if ts_us == look.ts_us else _at(batch, ts_us))
        self.windows.add(Window(key.agent_id, window_start_s(ts_us)))

    def to_arrow(self) -> pa.Table:
        values = pa.py_buffer(b"".join(self._values))
        rows = values.size // 8
        day = datetime.datetime.fromtimestamp(self._received_us / SECOND_US, datetime.UTC).date()
        columns = self._columns | {
            "received_on": [day] * rows,
            "value": pa.Array.from_buffers(pa.float64(), rows, [None, values]),
        }
        return pa.table({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA)


class SampleWriter:
    """Stores groups of batches. One thread at a time may call it.

    A group is one insert of one receive day, so one part, so all or nothing; then its marks and
    windows are saved in one transaction; only then are the senders answered.
    """

    def __init__(
        self,
        clients: TelemetryClients,
        marks: MarkStore,
        *,
        reach: Reach,
        now_us: Callable[[], int],
        stored: Callable[[Sequence[SampleBatch]], None],
    ) -> None:
        """Raises Unavailable. Marks that fell behind the rows are raised.

        `stored` hears of new batches, with the times under which they are stored.
        """
        self._clients = clients
        self._reach = reach
        self._stored = stored
        self._judge = Judge(RECEIPTS, clients, marks, windows_of=self._windows_of)
        self._clock = ReceiptClock(now_us, self._judge.recover())

    def write_group(self, items: Sequence[SampleBatch]) -> Sequence[BatchOutcome | Exception]:
        """Store what is new of a group; see `GroupCommit`. Raises Unavailable when nothing can be said."""
        self._judge.settle_doubts()
        group = _Group(self._clock.next_us())
        outcomes = [self._take(item, group) for item in items]
        if group.batches:
            self._judge.doubt(group.marks)
            self._reach("server.insert.before")
            self._clients.insert("samples", group.to_arrow())
            self._reach("server.insert.after")
            self._reach("server.mark.before_commit")
            self._judge.stored(group.marks, group.windows)
            self._reach("server.mark.after_commit")
            self._stored(group.batches)
        self._reach("server.reply.before")
        return outcomes

    def _take(self, item: SampleBatch, group: _Group) -> BatchOutcome | Exception:
        try:
            is_new = self._judge.take(item.key, item.sha256, group.marks)
        except Conflict as conflict:
            return conflict
        if is_new:
            group.add(item)
        return BatchOutcome(repeated=not is_new, rows=len(item.columns.metrics))

    def _windows_of(self, agent_id: AgentId, epoch: Epoch, sequence: int) -> Collection[Window]:
        rows = self._clients.rows(
            "SELECT DISTINCT toUnixTimestamp(toStartOfInterval(ts, INTERVAL {window:UInt32} SECOND)) "
            f"FROM samples WHERE {RECEIPTS.is_recent} AND metric != '{RECEIPT}' "
            "AND agent_id = {agent:String} AND epoch = {epoch:String} AND sequence > {sequence:UInt64}",
            {"agent": agent_id, "epoch": epoch, "sequence": sequence, "window": WINDOW_S},
        )
        return [Window(agent_id, int(start_s)) for (start_s,) in rows]


def _at(batch: SampleBatch, ts_us: int) -> SampleBatch:
    """Return the same look at another time."""
    columns = msgspec.structs.replace(batch.columns, ts_us=ts_us)
    return msgspec.structs.replace(batch, columns=columns)


def window_start_s(ts_us: int) -> int:
    """Return the start of the window that a time in microseconds belongs to, in Unix seconds."""
    return ts_us // (WINDOW_S * SECOND_US) * WINDOW_S
