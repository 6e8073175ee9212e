"""The logs table: one writer, and the questions that core asks."""

import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from muster.core.ingest import BatchOutcome, MarkStore
from muster.core.logs.ports import (
    Arrivals,
    FieldNames,
    LevelCounts,
    LogBatch,
    LogFilter,
    LogRow,
    Place,
    PostedLines,
    ValueCount,
)
from muster.core.logs.query import COLUMNS as FIELD_COLUMNS
from muster.core.logs.query import FIELDS_LIKE_COLUMNS
from muster.core.metrics.grid import SECOND_US, Grid
from muster.errors import TooLarge, Unavailable
from muster.failpoints import Reach
from muster.model.ids import AgentId
from muster.settings import CommitSettings
from muster.store.commit import GroupCommit, Observer
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.log_sql import Sql
from muster.store.telemetry.log_writer import LogWriter, to_rows

MINUTE_S = 60
NEIGHBOURS_US = 86_400 * SECOND_US
"""Neighbours of a row are looked for so far from it."""

NAMED_ROWS = 100_000
"""Names of fields are counted in so many of the newest rows: the answer comes while a person types."""

MAX_ROWS_READ = 2_000_000_000

COLUMNS = (
    "toUnixTimestamp64Micro(ts), toUnixTimestamp64Micro(received_at), row, "
    "agent_id, runner, source, level, message, fields"
)
NEWEST_FIRST = "ORDER BY ts DESC, received_at DESC, row DESC"
OLDEST_FIRST = "ORDER BY ts, received_at, row"

NAMED_COLUMNS = (*((name, name) for name in FIELD_COLUMNS), ("agent", "agent_id"))
"""What a query calls a column, and the column."""

NAMES = "CAST(fields.keys AS Array(String))"
_LIKE_COLUMNS, _IN_QUOTES = list(FIELDS_LIKE_COLUMNS.values()), list(FIELDS_LIKE_COLUMNS)
QUERY_NAMES = (
    f"if(hasAny({NAMES}, {_LIKE_COLUMNS}), "
    f"arrayMap(x -> transform(x, {_LIKE_COLUMNS}, {_IN_QUOTES}), {NAMES}), {NAMES})"
)
"""What a query calls the fields of a row."""

_STOPPED = re.compile(r"Code: (158|159|160|241|307)\b")
"""TOO_MANY_ROWS, TIMEOUT_EXCEEDED, TOO_SLOW, MEMORY_LIMIT_EXCEEDED, TOO_MANY_BYTES."""


class LogTable:
    """Implements `muster.core.logs.ports.LogStore` on chDB or ClickHouse."""

    def __init__(
        self,
        clients: TelemetryClients,
        marks: MarkStore,
        settings: CommitSettings,
        *,
        reach: Reach,
        observer: Observer | None = None,
        stored: Callable[[int], None] = lambda _: None,
        memory_bytes: int = 256 * 1024 * 1024,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        """Raises Unavailable. `stored` hears each new time of receipt, on the writer's thread.

        A search may use `memory_bytes`.
        """
        self._clients = clients
        self._gather_s = settings.agent_gather_ms / 1000
        self._limits = {"max_memory_usage": memory_bytes, "max_rows_to_read": MAX_ROWS_READ}
        writer = LogWriter(clients, marks, reach=reach, now_us=now_us, stored=stored)
        self._commit: GroupCommit[LogBatch | PostedLines, Any] = GroupCommit(
            "logs",
            writer.write_group,
            queue_bytes=settings.queue_bytes,
            group_bytes=settings.group_bytes,
            observer=observer,
        )

    @property
    def pending_bytes(self) -> int:
        """Bytes of batches and lines that are not durable yet."""
        return self._commit.pending_bytes

    def submit_batch(self, batch: LogBatch, size_bytes: int) -> "Future[BatchOutcome]":
        """See `LogStore`."""
        rows: Any = to_rows(batch.columns)
        item = LogBatch(batch.key, batch.sha256, rows)
        return self._commit.submit(item, size_bytes=size_bytes, gather_s=self._gather_s)

    def submit_lines(self, lines: PostedLines) -> "Future[BatchOutcome]":
        """See `LogStore`."""
        return self._commit.submit(lines, size_bytes=len(lines.body))

    async def newest(self, where: LogFilter, *, before: Place | None, limit: int) -> list[LogRow]:
        """See `LogStore`."""
        sql = Sql()
        condition = sql.where(where)
        if before is not None:
            condition += f" AND {_beside(sql, before, '<')}"
        return await self._select(sql, f"{condition} {NEWEST_FIRST} LIMIT {sql.bind(limit, 'UInt32')}")

    async def oldest(self, where: LogFilter, *, after: Place, limit: int) -> list[LogRow]:
        """See `LogStore`."""
        sql = Sql()
        condition = f"{sql.where(where)} AND {_beside(sql, after, '>')}"
        return await self._select(sql, f"{condition} {OLDEST_FIRST} LIMIT {sql.bind(limit, 'UInt32')}")

    async def around(self, place: Place, *, before: int, after: int) -> list[LogRow]:
        """See `LogStore`."""
        sql = Sql()
        found = await self._select(sql, _at(sql, place))
        if not found:
            return []
        older = await self._neighbours(found[0], "<", NEWEST_FIRST, before)
        newer = await self._neighbours(found[0], ">", OLDEST_FIRST, after)
        return [*reversed(older), *found, *newer]

    async def histogram(self, where: LogFilter, grid: Grid) -> list[LevelCounts]:
        """See `LogStore`. Buckets of whole minutes are counted by the table's projection where it can."""
        sql = Sql()
        by_minute = grid.step_s % MINUTE_S == 0
        time_of = "toStartOfMinute(ts)" if by_minute else "ts"
        start, step = sql.bind(grid.start_s, "Int64"), sql.bind(grid.step_s, "Int64")
        rows = await self._ask(
            f"SELECT level, intDiv(toUnixTimestamp({time_of}) - {start}, {step}) AS bucket, count() "
            f"FROM logs WHERE {sql.where(where, by_minute=by_minute)} GROUP BY level, bucket",
            sql.parameters,
        )
        counts: dict[str, list[int]] = {}
        for level, bucket, count in rows:
            counts.setdefault(level, [0] * grid.count)[bucket] = count
        return [LevelCounts(level, counts[level]) for level in sorted(counts)]

    async def top_values(
        self, where: LogFilter, field: str, *, limit: int, prefix: str = ""
    ) -> list[ValueCount]:
        """See `LogStore`."""
        sql = Sql()
        value = "agent_id" if field == "agent" else sql.value(field)
        rows = await self._ask(
            f"SELECT toString({value}) AS value, count() AS times FROM logs WHERE {sql.where(where)} "
            f"AND notEmpty({value}) {_begins(sql, value, prefix)} GROUP BY value ORDER BY times DESC, value "
            f"LIMIT {sql.bind(limit, 'UInt32')}",
            sql.parameters,
        )
        return [ValueCount(value, count) for value, count in rows]

    async def field_names(self, where: LogFilter, *, limit: int, prefix: str = "") -> FieldNames:
        """See `LogStore`. Each row has the name "" too, which counts the rows."""
        sql = Sql()
        columns = ", ".join(f"if(empty({column}), '', '{name}')" for name, column in NAMED_COLUMNS)
        rows = await self._ask(
            f"SELECT arrayJoin(arrayDistinct(arrayConcat(names, [{columns}, '']))) AS name, count() AS times "
            "FROM (SELECT level, runner, source, message, agent_id, "
            f"{QUERY_NAMES} AS names "
            f"FROM logs WHERE {sql.where(where)} {NEWEST_FIRST} LIMIT {NAMED_ROWS}) "
            f"WHERE name = '' OR (1 {_begins(sql, 'name', prefix)}) GROUP BY name "
            f"ORDER BY name = '' DESC, times DESC, name LIMIT {sql.bind(limit + 1, 'UInt32')}",
            sql.parameters,
        )
        (_, looked_at), *found = rows or [("", 0)]
        return FieldNames(looked_at, [ValueCount(name, count) for name, count in found])

    async def arrivals(
        self, where: LogFilter, *, after: tuple[int, int], until_us: int, limit: int
    ) -> Arrivals:
        """See `LogStore`."""
        sql = Sql()
        received_us, row = after
        condition = (
            f"received_at >= {sql.time(received_us)} AND received_at <= {sql.time(until_us)} "
            f"AND (received_at > {sql.time(received_us)} OR row > {sql.bind(row, 'Int64')}) "
            f"AND {sql.where(where)}"
        )
        parameters = dict(sql.parameters)
        newest = f"ORDER BY received_at DESC, row DESC LIMIT {sql.bind(limit + 1, 'UInt32')}"
        rows = await self._select(sql, f"{condition} {newest}")
        left_out = 0
        if len(rows) > limit:
            counted = await self._ask(f"SELECT count() FROM logs WHERE {condition}", parameters)
            left_out = max(1, counted[0][0] - limit)
        return Arrivals(rows[:limit][::-1], left_out)

    async def newest_receipt_us(self) -> int:
        """See `LogStore`."""
        return int((await self._ask("SELECT toUnixTimestamp64Micro(max(received_at)) FROM logs", {}))[0][0])

    async def count_rows(self, agent_id: AgentId) -> Mapping[str, int]:
        """See `LogStore`."""
        query = "SELECT runner, count() FROM logs WHERE agent_id = {agent:String} GROUP BY runner"
        return dict(await self._clients.read(query, {"agent": agent_id}))

    def close(self) -> None:
        """Write what waits, then refuse more."""
        self._commit.close()

    async def _neighbours(self, row: LogRow, sign: str, order: str, limit: int) -> list[LogRow]:
        sql = Sql()
        near = LogFilter(
            from_us=max(0, row.place.ts_us - NEIGHBOURS_US),
            to_us=row.place.ts_us + NEIGHBOURS_US,
            agents=frozenset({row.agent_id}),
        )
        same = f"runner = {sql.bind(row.runner)} AND source = {sql.bind(row.source)}"
        condition = f"{sql.where(near)} AND {same} AND {_beside(sql, row.place, sign)}"
        return await self._select(sql, f"{condition} {order} LIMIT {sql.bind(limit, 'UInt32')}")

    async def _select(self, sql: Sql, rest: str) -> list[LogRow]:
        rows = await self._ask(f"SELECT {COLUMNS} FROM logs WHERE {rest}", sql.parameters)
        return [
            LogRow(Place(ts_us, received_us, row), AgentId(agent_id), *columns)
            for ts_us, received_us, row, agent_id, *columns in rows
        ]

    async def _ask(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        try:
            return await self._clients.run(lambda: self._clients.rows(sql, parameters, **self._limits))
        except Unavailable as error:
            if _STOPPED.search(str(error.__cause__)):
                raise TooLarge(
                    "the search took too much time or memory and was stopped: "
                    "ask for a shorter time, fewer agents or runners, or add a rarer word"
                ) from None
            raise


def _begins(sql: Sql, value: str, prefix: str) -> str:
    """Return the condition that a text begins so, "" when anything will do."""
    return f"AND startsWith(lowerUTF8({value}), lowerUTF8({sql.bind(prefix)}))" if prefix else ""


def _at(sql: Sql, place: Place) -> str:
    return (
        f"ts = {sql.time(place.ts_us)} AND received_at = {sql.time(place.received_us)} "
        f"AND row = {sql.bind(place.row, 'UInt32')}"
    )


def _beside(sql: Sql, place: Place, sign: str) -> str:
    """Return the condition of the rows on one side of a place; the first part is for the table's order."""
    ts = sql.time(place.ts_us)
    inner = f"(received_at, row) {sign} ({sql.time(place.received_us)}, {sql.bind(place.row, 'UInt32')})"
    return f"(ts {sign}= {ts} AND (ts {sign} {ts} OR {inner}))"
