"""The samples table and its rollups: one writer, and the questions that core asks."""

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from typing import Any

from muster.core.ingest import BatchOutcome, MarkStore
from muster.core.metrics.grid import Grid
from muster.core.metrics.ports import MAX_SERIES, LastSample, SampleBatch, Series, SeriesKey
from muster.errors import TooLarge
from muster.failpoints import Reach
from muster.model.ids import AgentId
from muster.model.mark import WINDOW_S, Window
from muster.model.metric import is_counter
from muster.settings import CommitSettings
from muster.store.commit import GroupCommit, Observer
from muster.store.telemetry import bucket_sql
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.sample_writer import SampleWriter
from muster.store.telemetry.window_sql import COLUMNS, windows_of_samples

LOOKBACK_S = 120
"""A counter's first rate in a grid needs the sample before it, which is looked for this far back."""


class SampleTable:
    """Implements `muster.core.metrics.ports.SampleStore` on chDB or ClickHouse."""

    def __init__(
        self,
        clients: TelemetryClients,
        marks: MarkStore,
        settings: CommitSettings,
        *,
        reach: Reach,
        observer: Observer | None = None,
        stored: Callable[[Sequence[SampleBatch]], None] = lambda _: None,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        """Raises Unavailable. `stored` hears of the new batches of each group, on the writer's thread."""
        self._clients = clients
        self._gather_s = settings.agent_gather_ms / 1000
        self._now_us = now_us
        writer = SampleWriter(clients, marks, reach=reach, now_us=now_us, stored=stored)
        self._commit: GroupCommit[SampleBatch, Any] = GroupCommit(
            "samples",
            writer.write_group,
            queue_bytes=settings.queue_bytes,
            group_bytes=settings.group_bytes,
            observer=observer,
        )

    @property
    def pending_bytes(self) -> int:
        """Bytes of batches that are not durable yet."""
        return self._commit.pending_bytes

    def submit_batch(self, batch: SampleBatch, size_bytes: int) -> "Future[BatchOutcome]":
        """See `SampleStore`."""
        return self._commit.submit(batch, size_bytes=size_bytes, gather_s=self._gather_s)

    async def buckets(
        self, agents: Collection[AgentId], metrics: Collection[str], grid: Grid, *, rolled_until_s: int
    ) -> list[Series]:
        """See `SampleStore`."""
        counters = sorted(metric for metric in metrics if is_counter(metric))
        gauges = sorted(metric for metric in metrics if not is_counter(metric))
        found: list[Series] = []
        for names, of_samples, of_windows in (
            (gauges, bucket_sql.GAUGES_OF_SAMPLES, bucket_sql.GAUGES_OF_WINDOWS),
            (counters, bucket_sql.RATES_OF_SAMPLES, bucket_sql.RATES_OF_WINDOWS),
        ):
            if names and agents:
                parameters = {
                    "agents": sorted(agents),
                    "metrics": names,
                    "start": grid.start_s,
                    "end": grid.end_s,
                    "step": grid.step_s,
                    "lookback": max(LOOKBACK_S, 2 * grid.step_s),
                    "rolled": rolled_until_s,
                    "limit": MAX_SERIES + 1,
                }
                rows = await self._clients.read(of_windows if grid.is_rolled else of_samples, parameters)
                found += [_to_series(row, grid) for row in rows]
        if len(found) > MAX_SERIES:
            raise TooLarge(f"more than {MAX_SERIES} series: ask for fewer agents or metrics")
        return found

    async def last(self, agent_id: AgentId, *, since_us: int) -> list[LastSample]:
        """See `SampleStore`."""
        rows = await self._clients.read(bucket_sql.LAST_OF_AGENT, {"agent": agent_id, "since": since_us})
        return [
            LastSample(SeriesKey(agent_id, metric, labels), ts_us, value)
            for metric, labels, ts_us, value in rows
        ]

    async def count_rows(self, agent_id: AgentId) -> int:
        """See `SampleStore`."""
        rows = await self._clients.read(
            "SELECT count() FROM samples WHERE agent_id = {agent:String} AND metric != ''",
            {"agent": agent_id},
        )
        return int(rows[0][0])

    def roll_up(self, windows: Sequence[Window]) -> None:
        """See `RollupStore`: beyond the latest version there is, whatever became of the clock.

        Samples are never changed, so a rollup of fewer samples than the one there is lacks those that
        retention dropped, and is left out; one of as many is the same.
        """
        starts = [window.start_s for window in windows]
        stored = (
            "FROM rollups WHERE agent_id IN {agents:Array(String)} "
            "AND rollups.ts >= toDateTime({first:Int64}, 'UTC') "
            "AND rollups.ts < toDateTime({end:Int64}, 'UTC')"
        )
        where = (
            "agent_id IN {agents:Array(String)} "
            "AND samples.ts >= toDateTime({first:Int64}, 'UTC') "
            "AND samples.ts < toDateTime({end:Int64}, 'UTC') "
            f"AND (agent_id, toUnixTimestamp(toStartOfInterval(samples.ts, INTERVAL {WINDOW_S} SECOND))) "
            "IN (SELECT arrayJoin(arrayZip({agents:Array(String)}, {starts:Array(UInt32)})))"
        )
        self._clients.command(
            f"INSERT INTO rollups ({COLUMNS}, version) "
            f"SELECT {COLUMNS}, greatest({{version:UInt64}}, (SELECT max(version) {stored}) + 1) "
            f"FROM ({windows_of_samples(where)}) AS found "
            "LEFT JOIN (SELECT agent_id, metric, labels, ts, argMax(rollups.samples, version) AS known "
            f"{stored} GROUP BY agent_id, metric, labels, ts) AS old USING (agent_id, metric, labels, ts) "
            "WHERE samples > known",
            {
                "agents": [window.agent_id for window in windows],
                "starts": starts,
                "first": min(starts),
                "end": max(starts) + WINDOW_S,
                "version": self._now_us(),
            },
        )

    def close(self) -> None:
        """Write what waits, then refuse more."""
        self._commit.close()


def _to_series(row: tuple[Any, ...], grid: Grid) -> Series:
    agent_id, metric, labels, points = row
    values: list[float | None] = [None] * grid.count
    for bucket, value in points:
        values[bucket] = value
    return Series(SeriesKey(AgentId(agent_id), metric, labels), values)
