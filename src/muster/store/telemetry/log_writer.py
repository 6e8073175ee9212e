"""The one writer of the logs table: stores each batch once, and JSON lines as the engine reads them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from muster.core.ingest import BatchOutcome, MarkStore
from muster.core.logs.ports import LineFields, LogBatch, PostedLines
from muster.errors import Conflict, InvalidInput, TooLarge, Unavailable
from muster.failpoints import Reach
from muster.model.batch import LOGS
from muster.model.log import runner_of
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.log_lines import BadLine, LineInserts, later_index
from muster.store.telemetry.once import Judge, Marks, ReceiptClock, Receipts

RECEIPTS = Receipts(
    table="logs",
    rows="batch_sha256 != '' AND runner != ''",
    received_at="received_at",
    day="toDate(received_at)",
    stream=f"concat('{LOGS}', runner)",
)
TS = pa.timestamp("us", "UTC")
FIELDS = pa.map_(pa.large_string(), pa.large_string())

Write = LogBatch | PostedLines
Outcome = BatchOutcome | Exception


def to_rows(columns: pa.Table) -> pa.Table:
    """Return a batch's columns with `names` and `values` joined to one map; their buffers are shared."""
    maps = [_to_map(batch.column("names"), batch.column("values")) for batch in columns.to_batches()]
    fields = pa.chunked_array(maps, type=FIELDS)
    return columns.select(["ts", "level", "source", "message"]).append_column("fields", fields)


def _to_map(names: pa.Array, values: pa.Array) -> pa.Array:
    offsets = names.offsets.to_numpy()
    offsets = pa.array((offsets - offsets[0]).astype(np.int32))
    keys, items = (column.flatten().cast(pa.large_string()) for column in (names, values))
    return pa.MapArray.from_arrays(offsets, keys, items)


class _Group:
    """What one group adds, and the marks once it is stored."""

    def __init__(self) -> None:
        self.marks: Marks = {}
        self.batches: list[LogBatch] = []

    def to_arrow(self, received_us: int) -> pa.Table:
        """Return the rows, those of each batch as they arrived; a time in the future is that of receipt."""
        parts: list[Any] = [batch.columns for batch in self.batches]
        rows = pa.concat_tables(parts)
        sizes = [part.num_rows for part in parts]
        keys = [batch.key for batch in self.batches]
        count = rows.num_rows
        columns = {
            "received_at": pa.array(np.full(count, received_us), pa.int64()).cast(TS),
            "row": pa.array(np.arange(count, dtype=np.uint32)),
            "ts": pa.chunked_array([_at_most(chunk, received_us) for chunk in rows.column("ts").chunks], TS),
            "agent_id": _each([key.agent_id for key in keys], sizes),
            "runner": _each([runner_of(key.stream) for key in keys], sizes),
            **{name: rows.column(name) for name in ("source", "level", "message", "fields")},
            "epoch": _each([key.epoch for key in keys], sizes),
            "sequence": pa.array(np.repeat([key.sequence for key in keys], sizes).astype(np.uint64)),
            "batch_sha256": _firsts([batch.sha256 for batch in self.batches], sizes),
        }
        return pa.table(columns)


def _at_most(ts: pa.Array, latest_us: int) -> pa.Array:
    return pa.array(np.minimum(ts.cast(pa.int64()).to_numpy(), latest_us)).cast(TS)


def _each(values: Sequence[str], sizes: Sequence[int]) -> pa.Array:
    """Return each value as often as its batch has rows."""
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    indices = np.repeat([numbers[value] for value in values], sizes).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(list(numbers), pa.string()))


def _firsts(values: Sequence[str], sizes: Sequence[int]) -> pa.Array:
    """Return each value at the first row of its batch, and nothing at the others."""
    indices = np.zeros(sum(sizes), dtype=np.int32)
    indices[np.cumsum([0, *sizes[:-1]])] = np.arange(1, len(values) + 1)
    return pa.array(["", *values], pa.string()).take(pa.array(indices))


class LogWriter:
    """Stores groups of batches and of JSON lines. One thread at a time may call it.

    All batches of a group are one insert of one receive day, so one part, so all or nothing; the lines
    of one request are another. Times of receipt rise from insert to insert.
    """

    def __init__(
        self,
        clients: TelemetryClients,
        marks: MarkStore,
        *,
        reach: Reach,
        now_us: Callable[[], int],
        stored: Callable[[int], None],
    ) -> None:
        """Raises Unavailable. Marks that fell behind the rows are raised.

        `stored` hears the time of receipt (Unix microseconds) of what was stored.
        """
        self._clients = clients
        self._reach = reach
        self._stored = stored
        self._judge = Judge(RECEIPTS, clients, marks)
        self._judge.recover()
        self._clock = ReceiptClock(now_us, _last_receipt_us(clients))
        self._lines = LineInserts(clients)

    def write_group(self, items: Sequence[Write]) -> Sequence[Outcome]:
        """Store what is new of a group; see `GroupCommit`. Raises Unavailable when nothing can be said.

        Batches come first: when they fail nothing of the group is stored. What fails later is told to its
        own sender, since the group must not be run again then.
        """
        self._judge.settle_doubts()
        group = _Group()
        outcomes: dict[int, Outcome] = {
            number: self._take(item, group) for number, item in enumerate(items) if isinstance(item, LogBatch)
        }
        if group.batches:
            self._insert(group)
        posted = {number: item for number, item in enumerate(items) if isinstance(item, PostedLines)}
        outcomes |= self._insert_joined(posted)
        for number, lines in posted.items():
            if number not in outcomes:
                outcomes[number] = self._insert_lines(lines)
        self._reach("server.reply.before")
        return [outcomes[number] for number in range(len(items))]

    def _take(self, item: LogBatch, group: _Group) -> Outcome:
        try:
            is_new = self._judge.take(item.key, item.sha256, group.marks)
        except Conflict as conflict:
            return conflict
        if is_new:
            group.batches.append(item)
        return BatchOutcome(repeated=not is_new, rows=item.columns.num_rows)

    def _insert_joined(self, posted: Mapping[int, PostedLines]) -> dict[int, Outcome]:
        """Store lines without keys and with the same fields together, as far as they can be read.

        Return the outcomes by number; a bad line of one of them leaves all to be stored one by one.
        """
        alike: dict[LineFields, list[int]] = {}
        for number, item in posted.items():
            if not item.key:
                alike.setdefault(item.fields, []).append(number)
        joined: dict[int, Outcome] = {}
        for numbers in alike.values():
            if len(numbers) == 1:
                continue
            received_us = self._clock.next_us()
            try:
                stored = self._lines.insert_joined([posted[number] for number in numbers], received_us)
            except BadLine:
                continue
            except Unavailable as error:
                joined.update(dict.fromkeys(numbers, error))
                continue
            joined.update(zip(numbers, stored, strict=True))
            self._stored(received_us)
        return joined

    def _insert(self, group: _Group) -> None:
        received_us = self._clock.next_us()
        self._judge.doubt(group.marks)
        self._reach("server.insert.before")
        rows = group.to_arrow(received_us)
        self._clients.insert("logs", rows, later_index=later_index(rows.num_rows))
        self._reach("server.insert.after")
        self._reach("server.mark.before_commit")
        self._judge.stored(group.marks)
        self._reach("server.mark.after_commit")
        self._stored(received_us)

    def _insert_lines(self, lines: PostedLines) -> Outcome:
        received_us = self._clock.next_us()
        try:
            outcome = self._lines.insert(lines, received_us)
        except (InvalidInput, TooLarge, Unavailable) as error:
            return error
        if not outcome.repeated:
            self._stored(received_us)
        return outcome


def _last_receipt_us(clients: TelemetryClients) -> int:
    return int(clients.rows("SELECT toUnixTimestamp64Micro(max(received_at)) FROM logs")[0][0])
