"""Host reports: stored exactly as they were collected, asked for by host, time and id."""

from concurrent.futures import Future
from hashlib import sha256
from typing import NewType, Protocol

import msgspec

from muster.core.ingest import BatchOutcome
from muster.model.batch import BatchKey
from muster.model.ids import AgentId, ReportId
from muster.model.report import Average, Report

Hosts = NewType("Hosts", frozenset[AgentId])
"""The ids under which one host's reports are stored. Empty: reports of every host."""

EVERY_HOST = Hosts(frozenset())


class ReportBatch(msgspec.Struct, frozen=True):
    """Reports of one agent, with the identity that makes a repeat recognisable."""

    key: BatchKey
    sha256: str
    reports: list[Report]


class ReportImport(msgspec.Struct, frozen=True):
    """Reports that were collected by something else, recognised by their own ids."""

    agent_id: AgentId
    reports: list[Report]


class ImportOutcome(msgspec.Struct, frozen=True):
    """How many reports of an import were new, and how many were stored already, in rows."""

    stored: int
    known: int


class ReportsAround(msgspec.Struct, frozen=True, kw_only=True):
    """The newest report of a host at or before a moment, and when those beside it are from.

    `ts_us` is the time of the report (Unix microseconds); None where there is none.
    """

    report: bytes | None
    ts_us: int | None
    earlier_us: int | None
    later_us: int | None


class ReportStore(Protocol):
    """Keeps reports. All methods may be called concurrently, from any thread.

    The order of every answer is newest first, by the report's own time; a time in the future of
    the server's clock counts as the time of receipt, so that a wrong clock cannot hide the others.
    """

    def submit_batch(self, batch: ReportBatch, size_bytes: int) -> "Future[BatchOutcome]":
        """Store a batch unless it is stored already; durable when the future ends.

        Raises Overloaded at once; the future raises Conflict (code `sequence_conflict`) when the same
        sequence is stored with another content.
        """
        ...

    def submit_import(self, reports: ReportImport, size_bytes: int) -> "Future[ImportOutcome]":
        """Store those reports whose ids are not stored; all or nothing, durable when the future ends.

        Raises Overloaded at once; the future raises Conflict when an id is stored with another content.
        """
        ...

    async def newest(self, hosts: Hosts, *, limit: int, before: ReportId | None = None) -> list[bytes]:
        """Return at most `limit` reports as JSON; with `before`, those older than that one.

        Raises NotFound when `before` is not stored.
        """
        ...

    async def names(self, hosts: Hosts, *, limit: int | None, before: ReportId | None) -> list[ReportId]:
        """Return the ids of reports. Raises NotFound when `before` is not stored."""
        ...

    async def find(self, report_id: ReportId) -> bytes | None:
        """Return one report as JSON."""
        ...

    async def around(self, hosts: Hosts, at_us: int) -> ReportsAround:
        """Return what a host reported last before a moment, that moment included."""
        ...

    async def average(self, hosts: Hosts, *, since_us: int) -> Average | None:
        """Return the mean of reports not older than `since_us` (Unix microseconds), None without any."""
        ...

    async def count_rows(self, agent_id: AgentId) -> int:
        """Count what is stored of what one agent sent, from the rows themselves."""
        ...

    async def count_imported(self, agent_id: AgentId) -> int:
        """Count the imported reports that are stored under an id."""
        ...


def unenrolled_id(hostname: str) -> AgentId:
    """Return the id under which imported reports of a host without an agent are stored, in any case."""
    return AgentId(sha256(b"host:" + hostname.lower().encode()).hexdigest()[:32])
