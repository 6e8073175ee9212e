"""What logs need of the store."""

from collections.abc import Mapping
from concurrent.futures import Future
from typing import NamedTuple, Protocol

import msgspec

from muster.core.ingest import BatchOutcome
from muster.core.logs.query import Condition
from muster.core.metrics.grid import Grid
from muster.model.batch import BatchKey
from muster.model.ids import AgentId


class LogColumns(Protocol):
    """The columns of a batch as they arrived, checked in full: `muster.model.log.COLUMNS`."""

    @property
    def num_rows(self) -> int:
        """How many rows there are, at least one."""
        ...


class LogBatch(msgspec.Struct, frozen=True):
    """One batch of one runner, with the identity that makes a repeat recognisable."""

    key: BatchKey
    sha256: str
    columns: LogColumns


class LineFields(msgspec.Struct, frozen=True, kw_only=True):
    """Which fields of a JSON line are its time, its message and its level: the first that it has.

    `source` is what the rows are stored under.
    """

    time: tuple[str, ...]
    message: tuple[str, ...]
    level: tuple[str, ...]
    source: str


class PostedLines(msgspec.Struct, frozen=True):
    """JSON lines of one request. The same `key` (64 hex digits) with the same `sha256` is stored once.

    `key` empty: whatever arrives is stored.
    """

    body: bytes
    fields: LineFields
    key: str
    sha256: str


class Place(NamedTuple):
    """Where a row stands among all others, by time; no two rows have the same.

    `ts_us` is the time of the row, `received_us` when the server got it (both Unix microseconds),
    `row` its number in the insert.
    """

    ts_us: int
    received_us: int
    row: int


class LogRow(NamedTuple):
    """A stored row."""

    place: Place
    agent_id: AgentId
    runner: str
    source: str
    level: str
    message: str
    fields: Mapping[str, str]


class LogFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows are meant: `from_us` <= time < `to_us`, and all that is not None or empty.

    An empty set of `agents` picks nothing; None picks all.
    """

    from_us: int
    to_us: int
    agents: frozenset[AgentId] | None = None
    runners: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    query: Condition | None = None


class LevelCounts(NamedTuple):
    """How many rows of one level are in each bucket of a grid."""

    level: str
    counts: list[int]


class ValueCount(NamedTuple):
    """A value of a field, and how many rows have it."""

    value: str
    times: int


class FieldNames(NamedTuple):
    """Names of columns and fields that the newest `rows` rows have, the most frequent first."""

    rows: int
    names: list[ValueCount]


class Arrivals(NamedTuple):
    """The newest rows of those that arrived, in order of arrival, and how many before them are left out."""

    rows: list[LogRow]
    left_out: int


class LogStore(Protocol):
    """Keeps log rows. All methods may be called concurrently, from any thread.

    Every question raises TooLarge when it took more time, memory or rows than the limits allow.
    """

    def submit_batch(self, batch: LogBatch, size_bytes: int) -> "Future[BatchOutcome]":
        """Store a batch unless it is stored already; durable when the future ends.

        Raises Overloaded at once; the future raises Conflict (code `sequence_conflict`) when the same
        sequence is stored with another content.
        """
        ...

    def submit_lines(self, lines: PostedLines) -> "Future[BatchOutcome]":
        """Store JSON lines, all or none; durable when the future ends.

        Raises Overloaded at once; the future raises InvalidInput that names the first bad line, or the key
        when it was used for another content.
        """
        ...

    async def newest(self, where: LogFilter, *, before: Place | None, limit: int) -> list[LogRow]:
        """Return the newest rows before a place, the newest first."""
        ...

    async def oldest(self, where: LogFilter, *, after: Place, limit: int) -> list[LogRow]:
        """Return the rows next after a place, the oldest first."""
        ...

    async def around(self, place: Place, *, before: int, after: int) -> list[LogRow]:
        """Return the row at a place amid its neighbours of the same agent, runner and source, oldest first.

        Empty when there is no such row.
        """
        ...

    async def histogram(self, where: LogFilter, grid: Grid) -> list[LevelCounts]:
        """Count rows by level in the buckets of a grid; levels without any are left out."""
        ...

    async def top_values(
        self, where: LogFilter, field: str, *, limit: int, prefix: str = ""
    ) -> list[ValueCount]:
        """Count the values of a column or field, the most frequent first.

        Only those that begin with `prefix`, in capital or small letters.
        """
        ...

    async def field_names(self, where: LogFilter, *, limit: int, prefix: str = "") -> FieldNames:
        """Count the names of the columns and fields that the newest rows have, those alone with `prefix`."""
        ...

    async def arrivals(
        self, where: LogFilter, *, after: tuple[int, int], until_us: int, limit: int
    ) -> Arrivals:
        """Return what arrived after a place (time of receipt, row), until a time of receipt, inclusive."""
        ...

    async def newest_receipt_us(self) -> int:
        """Return the newest time of receipt, 0 while nothing is stored."""
        ...

    async def count_rows(self, agent_id: AgentId) -> Mapping[str, int]:
        """Count the stored rows of one agent by runner, from the rows themselves."""
        ...
