"""What a server does by itself: each job again and again until the end, blocking ones on a thread."""

import asyncio
import contextlib
import datetime
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from muster.cli.stores import Stores
from muster.core.audit.control import DRAIN_S, drain
from muster.core.fleet.registry import FLUSH_S, Fleet
from muster.core.metrics.overview import Overview
from muster.core.metrics.rollup import ROLL_UP_S, RollUp
from muster.core.storage import kept_days
from muster.errors import MusterError
from muster.settings import RetentionSettings
from muster.store.relational.idempotency import KEPT_S, prune_keys
from muster.store.telemetry.retention import drop_older_than

RETENTION_S = 3600.0
_log = logging.getLogger("muster.server")


@asynccontextmanager
async def running_jobs(
    stores: Stores,
    fleet: Fleet,
    overview: Overview,
    retention: Callable[[], RetentionSettings],
    *,
    stopping: asyncio.Event,
    reloaded: asyncio.Event,
) -> AsyncIterator[None]:
    """Run the jobs of a server; on return none of them touches a store any more.

    `reloaded` is set when the settings changed: what was lowered then counts at once.
    """
    roll_up = RollUp(stores.windows, stores.samples, now_s=time.time, reach=stores.reach)
    thread = ThreadPoolExecutor(1, thread_name_prefix="job")

    def blocking(work: Callable[[], object]) -> Callable[[], Awaitable[object]]:
        return lambda: asyncio.get_running_loop().run_in_executor(thread, work)

    jobs = [
        every(FLUSH_S, fleet.flush),
        every(DRAIN_S, lambda: drain(stores.outbox, stores.audit)),
        every(RETENTION_S, blocking(lambda: apply_retention(stores, retention())), reloaded),
        every(ROLL_UP_S, blocking(roll_up.run)),
        _once(lambda: _load_overview(stores, fleet, overview)),
        _stop_polls(fleet, stopping),
    ]
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(thread.shutdown, wait=True, cancel_futures=True)


async def every(
    seconds: float, work: Callable[[], Awaitable[object]], wake: asyncio.Event | None = None
) -> None:
    """Run `work` now and again, and when `wake` is set; what goes wrong once is logged and tried again."""
    wake = wake or asyncio.Event()
    while True:
        await _once(work)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), seconds)
        wake.clear()


def apply_retention(stores: Stores, retention: RetentionSettings) -> None:
    """Drop what is older than the settings keep. Blocks. Raises Unavailable."""
    today = datetime.datetime.now(datetime.UTC).date()
    for table, days in (
        ("reports", retention.reports_days),
        ("samples", retention.samples_days),
        ("logs", retention.logs_days),
        ("rollups", retention.rollups_days),
    ):
        dropped = drop_older_than(stores.clients, table, today=today, days=kept_days(table, days))
        if dropped:
            _log.info("retention dropped %s of %s", table, ", ".join(map(str, dropped)))
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=retention.inventory_days)
    pruned = stores.inventory.prune(int(before.timestamp()) * 1_000_000)
    if pruned:
        _log.info("retention dropped %d versions of the inventory", pruned)
    prune_keys(stores.relational, int((time.time() - KEPT_S) * 1e6))


async def _once(work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except MusterError as error:
        _log.warning("%s", error)


async def _load_overview(stores: Stores, fleet: Fleet, overview: Overview) -> None:
    agents = [agent.id for agent in fleet.agents()]
    await overview.load(stores.samples, agents, now_us=time.time_ns() // 1000)


async def _stop_polls(fleet: Fleet, stopping: asyncio.Event) -> None:
    await stopping.wait()
    fleet.stop()
