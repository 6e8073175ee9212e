"""From a batch on the wire to the store of its stream."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from muster.api.agent_link.decoding import decode_inventories, decode_reports, decode_samples
from muster.api.agent_link.log_batches import decode_logs
from muster.core.ingest import BatchOutcome
from muster.core.inventory import InventoryBatch, InventoryStore
from muster.core.logs.ports import LogBatch, LogStore
from muster.core.metrics.ports import SampleBatch, SampleStore
from muster.core.reports import ReportBatch, ReportStore
from muster.model.batch import INVENTORY, REPORTS, SAMPLES, BatchKey


class Arrived(msgspec.Struct, frozen=True):
    """A batch as it came: its body without content encoding, and the address of who sent it."""

    key: BatchKey
    sha256: str
    body: bytes
    media_type: str
    peer: str


class Streams:
    """Hands each batch to the store of its stream."""

    def __init__(
        self, reports: ReportStore, samples: SampleStore, inventory: InventoryStore, logs: LogStore
    ) -> None:
        self._reports = reports
        self._samples = samples
        self._inventory = inventory
        self._logs = logs
        self._store: dict[str, Callable[[Arrived], Future[BatchOutcome]]] = {
            REPORTS: self._store_reports,
            SAMPLES: self._store_samples,
            INVENTORY: self._store_inventory,
        }

    async def store(self, batch: Arrived) -> BatchOutcome:
        """Store a batch unless it is stored already; durable on return.

        Raises InvalidInput, Overloaded, Conflict or Unavailable.
        """
        store = self._store.get(batch.key.stream, self._store_logs)
        future = await asyncio.to_thread(store, batch)
        return await asyncio.wrap_future(future)

    def _store_reports(self, batch: Arrived) -> "Future[BatchOutcome]":
        reports = decode_reports(batch.body, batch.media_type)
        item = ReportBatch(batch.key, batch.sha256, reports)
        return self._reports.submit_batch(item, size_bytes=len(batch.body))

    def _store_samples(self, batch: Arrived) -> "Future[BatchOutcome]":
        item = SampleBatch(batch.key, batch.sha256, decode_samples(batch.body, batch.media_type))
        return self._samples.submit_batch(item, size_bytes=len(batch.body))

    def _store_inventory(self, batch: Arrived) -> "Future[BatchOutcome]":
        inventories = decode_inventories(batch.body, batch.media_type)
        item = InventoryBatch(batch.key, batch.sha256, inventories, batch.peer)
        return self._inventory.submit_batch(item, size_bytes=len(batch.body))

    def _store_logs(self, batch: Arrived) -> "Future[BatchOutcome]":
        item = LogBatch(batch.key, batch.sha256, decode_logs(batch.body, batch.media_type))
        return self._logs.submit_batch(item, size_bytes=len(batch.body))
