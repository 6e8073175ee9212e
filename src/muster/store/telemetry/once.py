"""Exactly once for a telemetry table: which batches are new, from marks and, where they end, from rows."""

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from muster.core.ingest import MarkStore, Verdict, advance, is_gap, judge
from muster.errors import Conflict
from muster.model.batch import BatchKey
from muster.model.ids import AgentId, Epoch, StreamName
from muster.model.mark import Mark, Window
from muster.store.telemetry.clients import TelemetryClients

MarkKey = tuple[AgentId, StreamName, Epoch]
Marks = dict[MarkKey, Mark]

SECOND_US = 1_000_000
MAX_CLOCK_STEP_US = 3600 * SECOND_US
MARKS_IN_MEMORY = 50_000


class Receipts(NamedTuple):
    """Where a table keeps the identities of its batches (`agent_id`, `epoch`, `sequence`, `batch_sha256`).

    `rows` is the condition that picks them; `received_at` and `day` are expressions of their time and
    day of receipt, the latter that of the partitions; `stream` is one of their stream.
    """

    table: str
    rows: str
    received_at: str
    day: str
    stream: str

    @property
    def newest(self) -> str:
        """The query for the newest time of receipt."""
        return f"SELECT max({self.received_at}) FROM {self.table} WHERE {self.rows} AND {self.is_recent}"

    @property
    def is_recent(self) -> str:
        """The condition that spares older partitions."""
        return f"{self.day} >= (SELECT max({self.day}) FROM {self.table}) - 1"


class Judge:
    """Tells new batches of one table from repeats. One thread at a time may call it.

    The writer asks `take` for each batch of a group, says `doubt` before the insert and `stored`
    after it. What fails in between leaves the batches in doubt: `settle_doubts` looks them up among
    the rows before anything is judged again.
    """

    def __init__(
        self,
        receipts: Receipts,
        clients: TelemetryClients,
        store: MarkStore,
        *,
        windows_of: Callable[[AgentId, Epoch, int], Collection[Window]] = lambda *_: (),
    ) -> None:
        """`windows_of` names the rollup windows that batches of an epoch beyond a sequence touch."""
        self._receipts = receipts
        self._clients = clients
        self._store = store
        self._windows_of = windows_of
        self._marks: dict[MarkKey, Mark | None] = {}
        self._in_doubt: set[MarkKey] = set()
        self._log = logging.getLogger(f"muster.store.{receipts.table}")

    def recover(self) -> int:
        """Raise the stored marks to what the newest rows say: a crash may lie between the two stores.

        Return the newest time of receipt in Unix microseconds, 0 for an empty table.
        """
        at = self._receipts
        rows = self._clients.rows(
            f"SELECT agent_id, {at.stream} AS stream, epoch FROM {at.table} "
            f"WHERE {at.rows} AND {at.is_recent} "
            f"AND {at.received_at} >= ({at.newest}) - INTERVAL 2 HOUR GROUP BY agent_id, stream, epoch"
        )
        raised = self._raise({(agent_id, stream, epoch) for agent_id, stream, epoch in rows})
        if raised:
            self._log.info("marks of %d streams were behind their rows and have been raised", raised)
        return int(self._clients.rows(f"SELECT toUnixTimestamp64Micro(({at.newest}))")[0][0])

    def settle_doubts(self) -> None:
        """Look up what became of batches whose insert or mark failed. Raises Unavailable."""
        if self._in_doubt:
            self._raise(self._in_doubt)
            for at in self._in_doubt:
                self._marks.pop(at, None)
            self._in_doubt.clear()

    def take(self, key: BatchKey, sha256: str, group: Marks) -> bool:
        """Return whether a batch must be stored; `group` has the marks of the group so far and is raised.

        Raises Conflict when its sequence is stored with another content.
        """
        at = key.agent_id, key.stream, key.epoch
        mark = group.get(at) or self._mark(at)
        verdict = judge(mark, key.sequence, sha256)
        if verdict is Verdict.ASK_DATA and mark is not None:
            verdict = self._ask_data(mark, key, sha256)
        if verdict is Verdict.CONFLICT:
            raise Conflict(
                f"sequence {key.sequence} of epoch {key.epoch} is stored with another content",
                code="sequence_conflict",
            )
        if verdict is Verdict.NEW:
            group[at] = advance(mark, key, sha256)
        return verdict is Verdict.NEW

    def doubt(self, group: Marks) -> None:
        """Note that an insert of these batches begins."""
        self._in_doubt.update(group)

    def stored(self, group: Marks, windows: Collection[Window] = ()) -> None:
        """Save the marks of stored batches, and the windows they touched. Raises Unavailable."""
        self._store.save_marks(list(group.values()), windows)
        self._in_doubt.difference_update(group)
        self._remember(group)

    def _ask_data(self, mark: Mark, key: BatchKey, sha256: str) -> Verdict:
        """Judge a batch below the mark by its rows; rows gone by retention were stored once."""
        at = self._receipts
        rows = self._clients.rows(
            f"SELECT batch_sha256 FROM {at.table} WHERE {at.rows} "
            f"AND {at.stream} = {{stream:String}} "
            "AND agent_id = {agent:String} AND epoch = {epoch:String} "
            "AND sequence = {sequence:UInt64} LIMIT 1",
            {"agent": key.agent_id, "stream": key.stream, "epoch": key.epoch, "sequence": key.sequence},
        )
        if rows:
            return Verdict.REPEAT if rows[0][0] == sha256 else Verdict.CONFLICT
        return Verdict.NEW if is_gap(mark, key.sequence) else Verdict.REPEAT

    def _mark(self, at: MarkKey) -> Mark | None:
        if at not in self._marks:
            self._remember({at: self._store.load_mark(*at)})
        return self._marks[at]

    def _remember(self, marks: Mapping[MarkKey, Mark | None]) -> None:
        """Keep marks in memory, those written last the longest."""
        for at, mark in marks.items():
            self._marks.pop(at, None)
            self._marks[at] = mark
        while len(self._marks) > MARKS_IN_MEMORY:
            del self._marks[next(iter(self._marks))]

    def _raise(self, keys: Collection[MarkKey]) -> int:
        """Advance stored marks by the rows beyond them; return how many were behind."""
        raised: list[Mark] = []
        windows: list[Window] = []
        for agent_id, stream, epoch in keys:
            mark = self._store.load_mark(agent_id, stream, epoch)
            sequence = mark.sequence if mark else 0
            rows = self._beyond((agent_id, stream, epoch), sequence)
            for beyond, sha256 in rows:
                mark = advance(mark, BatchKey(agent_id, stream, epoch, beyond), sha256)
            if rows and mark is not None:
                raised.append(mark)
                windows.extend(self._windows_of(agent_id, epoch, sequence))
        self._store.save_marks(raised, windows)
        return len(raised)

    def _beyond(self, key: MarkKey, sequence: int) -> list[tuple[Any, ...]]:
        """Return sequence and hash of the stored batches beyond a sequence, rising."""
        at = self._receipts
        agent_id, stream, epoch = key
        return self._clients.rows(
            f"SELECT DISTINCT sequence, batch_sha256 FROM {at.table} WHERE {at.rows} "
            f"AND {at.stream} = {{stream:String}} "
            "AND agent_id = {agent:String} AND epoch = {epoch:String} "
            "AND sequence > {sequence:UInt64} ORDER BY sequence",
            {"agent": agent_id, "stream": stream, "epoch": epoch, "sequence": sequence},
        )


class ReceiptClock:
    """Times of receipt that rise: a clock that was set back by at most an hour does not show."""

    def __init__(self, now_us: Callable[[], int], last_us: int) -> None:
        self._now_us = now_us
        self._last_us = last_us

    def next_us(self) -> int:
        """Return the time of receipt of the next insert, in Unix microseconds."""
        now_us = self._now_us()
        if now_us <= self._last_us < now_us + MAX_CLOCK_STEP_US:
            now_us = self._last_us + 1
        self._last_us = now_us
        return now_us
