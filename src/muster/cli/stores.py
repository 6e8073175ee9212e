"""The stores of a server: opened in order, closed in reverse."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from muster.api.http.metrics import Metrics
from muster.cli.audit_log import open_audit_log
from muster.core.fleet.desired import DesiredStates
from muster.core.fleet.plan import Plan
from muster.core.fleet.registry import Fleet
from muster.core.fleet.steering import Steering
from muster.core.metrics.ports import SampleBatch
from muster.failpoints import Reach, of_stream, parse_failpoints
from muster.model.batch import REPORTS, SAMPLES
from muster.settings import Settings
from muster.store.relational.agents import RelationalAgents
from muster.store.relational.audit import AuditTable
from muster.store.relational.counters import RelationalCounters
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.fleet import RelationalPlan
from muster.store.relational.fleet_agents import RelationalCommands, RelationalRunners
from muster.store.relational.inventory import RelationalInventory
from muster.store.relational.marks import RelationalMarks
from muster.store.relational.migrate import migrate
from muster.store.relational.outbox import RelationalOutbox
from muster.store.relational.releases import RelationalUpgrades
from muster.store.relational.sample_windows import RelationalWindows
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.log_table import LogTable
from muster.store.telemetry.reports import ReportTable
from muster.store.telemetry.samples import SampleTable


class Stores(msgspec.Struct, frozen=True):
    """Both databases, and what is kept in them; `reach` is told of the places that their users pass."""

    reach: Reach
    relational: Relational
    clients: TelemetryClients
    marks: RelationalMarks
    windows: RelationalWindows
    reports: ReportTable
    samples: SampleTable
    logs: LogTable
    inventory: RelationalInventory
    counters: RelationalCounters
    audit: AuditTable
    outbox: RelationalOutbox

    @property
    def pending_bytes(self) -> dict[str, int]:
        """Bytes that are not durable yet, by writer."""
        return {
            "reports": self.reports.pending_bytes,
            "samples": self.samples.pending_bytes,
            "logs": self.logs.pending_bytes,
            "audit": self.audit.pending_bytes,
            "relational": self.relational.pending_bytes + self.counters.waiting_bytes,
        }

    async def ping(self) -> None:
        """Raise Unavailable when one of the databases does not answer."""
        await asyncio.gather(self.relational.ping(), self.audit.ping(), self.reports.ping())


@asynccontextmanager
async def opened_stores(
    settings: Settings,
    metrics: Metrics,
    *,
    query_timeout_s: Callable[[], int],
    samples_stored: Callable[[Sequence[SampleBatch]], None],
    logs_stored: Callable[[int], None],
) -> AsyncIterator[Stores]:
    """Open the stores at this version's schema. Raises SettingsError or Unavailable.

    `samples_stored` hears of new batches of samples, `logs_stored` of the time of receipt of new log rows,
    each on its writer's thread.
    """
    reach = parse_failpoints(os.environ)
    async with AsyncExitStack() as stack:
        relational = await asyncio.to_thread(_open_relational, settings, metrics)
        stack.push_async_callback(asyncio.to_thread, relational.close)
        clients = TelemetryClients(settings.telemetry, settings.data, query_timeout_s=query_timeout_s)
        stack.push_async_callback(asyncio.to_thread, clients.close)
        await asyncio.to_thread(clients.create_tables)
        marks = RelationalMarks(relational)
        reports = await asyncio.to_thread(
            lambda: ReportTable(
                clients, marks, settings.commit, reach=of_stream(reach, REPORTS), observer=metrics
            )
        )
        stack.push_async_callback(asyncio.to_thread, reports.close)
        samples = await asyncio.to_thread(
            lambda: SampleTable(
                clients,
                marks,
                settings.commit,
                reach=of_stream(reach, SAMPLES),
                observer=metrics,
                stored=samples_stored,
            )
        )
        stack.push_async_callback(asyncio.to_thread, samples.close)
        logs = await asyncio.to_thread(
            lambda: LogTable(
                clients,
                marks,
                settings.commit,
                reach=of_stream(reach, "logs"),
                observer=metrics,
                stored=logs_stored,
                memory_bytes=settings.telemetry.memory_bytes // 3,
            )
        )
        stack.push_async_callback(asyncio.to_thread, logs.close)
        inventory = RelationalInventory(relational, now_us=lambda: time.time_ns() // 1000)
        counters = RelationalCounters(relational, queue_bytes=settings.commit.queue_bytes, reach=reach)
        windows = RelationalWindows(relational)
        audit = await asyncio.to_thread(lambda: open_audit_log(settings, reach=reach, observer=metrics))
        stack.push_async_callback(asyncio.to_thread, audit.close)
        outbox = RelationalOutbox(relational)
        yield Stores(
            reach,
            relational,
            clients,
            marks,
            windows,
            reports,
            samples,
            logs,
            inventory,
            counters,
            audit,
            outbox,
        )


async def open_fleet(relational: Relational, reach: Reach) -> Steering:
    """Return the fleet and its plan as they are stored. Raises Unavailable."""
    fleet = Fleet(
        RelationalAgents(relational),
        desired=DesiredStates(Plan()),
        commands=RelationalCommands(relational),
        runners=RelationalRunners(relational),
        upgrades=RelationalUpgrades(relational),
    )
    steering = Steering(RelationalPlan(relational), fleet, reach=reach)
    await steering.load()
    await fleet.load()
    return steering


def _open_relational(settings: Settings, metrics: Metrics) -> Relational:
    relational = open_relational(
        settings.relational.dsn, settings.data, queue_bytes=settings.commit.queue_bytes, observer=metrics
    )
    try:
        migrate(relational)
    except BaseException:
        relational.close()
        raise
    return relational
