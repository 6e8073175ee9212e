"""The reports table: one writer that judges repeats, and the questions that core asks."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from muster.core.ingest import BatchOutcome, MarkStore
from muster.core.reports import Hosts, ImportOutcome, ReportBatch, ReportImport, ReportsAround
from muster.errors import NotFound
from muster.failpoints import Reach
from muster.model.ids import AgentId, ReportId
from muster.model.report import Average
from muster.settings import CommitSettings
from muster.store.commit import GroupCommit, Observer
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.report_writer import ReportWriter, Write

_HOSTS = "(empty({hosts:Array(String)}) OR agent_id IN {hosts:Array(String)})"
_BEFORE = "(ts, id) < (fromUnixTimestamp64Micro({ts:Int64}, 'UTC'), {before:String})"


class ReportTable:
    """Implements `muster.core.reports.ReportStore` on chDB or ClickHouse."""

    def __init__(
        self,
        clients: TelemetryClients,
        marks: MarkStore,
        settings: CommitSettings,
        *,
        reach: Reach,
        observer: Observer | None = None,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._clients = clients
        self._gather_s = settings.agent_gather_ms / 1000
        self._writer = ReportWriter(clients, marks, reach=reach, now_us=now_us)
        self._commit: GroupCommit[Write, Any] = GroupCommit(
            "reports",
            self._writer.write_group,
            queue_bytes=settings.queue_bytes,
            group_bytes=settings.group_bytes,
            observer=observer,
        )

    @property
    def pending_bytes(self) -> int:
        """Bytes of batches that are not durable yet."""
        return self._commit.pending_bytes

    def submit_batch(self, batch: ReportBatch, size_bytes: int) -> "Future[BatchOutcome]":
        """See `ReportStore`."""
        return self._commit.submit(batch, size_bytes=size_bytes, gather_s=self._gather_s)

    def submit_import(self, reports: ReportImport, size_bytes: int) -> "Future[ImportOutcome]":
        """See `ReportStore`."""
        return self._commit.submit(reports, size_bytes=size_bytes)

    async def newest(self, hosts: Hosts, *, limit: int, before: ReportId | None = None) -> list[bytes]:
        """See `ReportStore`."""
        return [body.encode() for (body,) in await self._page("body", hosts, limit, before)]

    async def names(self, hosts: Hosts, *, limit: int | None, before: ReportId | None) -> list[ReportId]:
        """See `ReportStore`."""
        return [ReportId(name) for (name,) in await self._page("id", hosts, limit, before)]

    async def find(self, report_id: ReportId) -> bytes | None:
        """See `ReportStore`."""
        rows = await self._clients.read(
            "SELECT body FROM reports WHERE id = {id:String} LIMIT 1", {"id": report_id}
        )
        return rows[0][0].encode() if rows else None

    async def around(self, hosts: Hosts, at_us: int) -> ReportsAround:
        """See `ReportStore`."""
        return await self._clients.run(lambda: self._around_now(hosts, at_us))

    async def average(self, hosts: Hosts, *, since_us: int) -> Average | None:
        """See `ReportStore`."""
        rows = await self._clients.read(
            f"SELECT count(), avg(cpu), avg(memory) FROM reports WHERE {_HOSTS} "
            "AND ts >= fromUnixTimestamp64Micro({since:Int64}, 'UTC')",
            {"hosts": sorted(hosts), "since": since_us},
        )
        count, cpu, memory = rows[0]
        return Average(cpu=cpu, memory=memory) if count else None

    async def count_rows(self, agent_id: AgentId) -> int:
        """See `ReportStore`."""
        return await self._count("agent_id = {agent:String} AND epoch != ''", agent_id)

    async def count_imported(self, agent_id: AgentId) -> int:
        """See `ReportStore`."""
        return await self._count("agent_id = {agent:String} AND epoch = ''", agent_id)

    async def ping(self) -> None:
        """Raise Unavailable when the store does not answer."""
        await self._clients.read("SELECT 1")

    def close(self) -> None:
        """Write what waits, then refuse more."""
        self._commit.close()

    async def _count(self, where: str, agent_id: AgentId) -> int:
        rows = await self._clients.read(f"SELECT count() FROM reports WHERE {where}", {"agent": agent_id})
        return int(rows[0][0])

    def _around_now(self, hosts: Hosts, at_us: int) -> ReportsAround:
        found = self._next_now("toUnixTimestamp64Micro(ts), body", hosts, "<=", at_us)
        ts_us, body = found or (at_us, None)
        earlier = self._next_now("toUnixTimestamp64Micro(ts)", hosts, "<", ts_us)
        later = self._next_now("toUnixTimestamp64Micro(ts)", hosts, ">", ts_us)
        return ReportsAround(
            report=body.encode() if body is not None else None,
            ts_us=ts_us if found else None,
            earlier_us=earlier[0] if found and earlier else None,
            later_us=later[0] if later else None,
        )

    def _next_now(self, columns: str, hosts: Hosts, sign: str, ts_us: int) -> tuple[Any, ...] | None:
        """Return columns of the report that is next to a time on one side of it."""
        order = "ASC" if sign == ">" else "DESC"
        rows = self._clients.rows(
            f"SELECT {columns} FROM reports WHERE {_HOSTS} "
            f"AND ts {sign} fromUnixTimestamp64Micro({{ts:Int64}}, 'UTC') "
            f"ORDER BY ts {order}, id {order} LIMIT 1",
            {"hosts": sorted(hosts), "ts": ts_us},
        )
        return tuple(rows[0]) if rows else None

    async def _page(
        self, column: str, hosts: Hosts, limit: int | None, before: ReportId | None
    ) -> Sequence[tuple[Any, ...]]:
        """Return one column of the newest rows, after the position of `before` when it is given."""
        return await self._clients.run(lambda: self._page_now(column, hosts, limit, before))

    def _page_now(
        self, column: str, hosts: Hosts, limit: int | None, before: ReportId | None
    ) -> Sequence[tuple[Any, ...]]:
        parameters: dict[str, Any] = {"hosts": sorted(hosts), "limit": limit or 0}
        where = _HOSTS
        if before is not None:
            position = self._clients.rows(
                "SELECT toUnixTimestamp64Micro(ts) FROM reports WHERE id = {id:String} LIMIT 1",
                {"id": before},
            )
            if not position:
                raise NotFound(f"no report {before}")
            where += f" AND {_BEFORE}"
            parameters |= {"ts": position[0][0], "before": before}
        bound = " LIMIT {limit:UInt64}" if limit else ""
        return self._clients.rows(
            f"SELECT {column} FROM reports WHERE {where} ORDER BY ts DESC, id DESC{bound}",
            parameters,
        )
