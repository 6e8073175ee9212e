"""Attention: what needs a person now, computed once for all who look."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

import msgspec

from muster.core.attention.beginnings import Beginnings, ValueHistory
from muster.core.attention.finding import Amount, Finding, Kind, Severity, Subject
from muster.core.attention.lines import MAX_LINES, Line, to_lines
from muster.core.attention.machines import Machines
from muster.core.attention.ports import Disk, LevelStore
from muster.core.attention.spikes import find_spikes
from muster.core.fleet.registry import Fleet
from muster.core.metrics.overview import Overview
from muster.core.shared import Shared
from muster.errors import MusterError, NotFound
from muster.model.agent import Agent
from muster.model.ids import AgentId

FRESH_S, FRESH_SPIKES_S = 4.0, 20.0
PATIENCE_S = 1.0
"""For so long an answer waits for the logs to be counted; what comes later is in the next one."""

AT_ONCE = 100
"""After so many machines the loop is left to others."""

SERVER_WARNING_PERCENT, SERVER_CRITICAL_PERCENT = 90.0, 97.0


_log = logging.getLogger("muster.server")


class Overall(msgspec.Struct, frozen=True, kw_only=True):
    """What needs a person, the worst first, at `server_us`.

    `left_out` lines follow those that are here. `unknown` are kinds that could not be looked at.
    """

    server_us: int
    machines: int
    online: int
    lines: list[Line]
    left_out: int
    unknown: list[Kind]


class Attention:
    """Looks once for all who ask within a few seconds. Used on the event loop only."""

    def __init__(
        self,
        fleet: Fleet,
        overview: Overview,
        levels: LevelStore,
        read_disk: Callable[[], Disk],
        history: ValueHistory,
        *,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`read_disk` blocks: it tells of the file system with the server's data. Raises OSError."""
        self._fleet = fleet
        self._machines = Machines(fleet, overview, started_us=now_us())
        self._levels = levels
        self._beginnings = Beginnings(history)
        self._read_disk = read_disk
        self._now_us = now_us
        self._spikes: list[Finding] | None = None
        self._shared = Shared(self._look, FRESH_S, monotonic_s=monotonic_s)
        self._counted = Shared(self._count, FRESH_SPIKES_S, monotonic_s=monotonic_s)
        self._begun = Shared(self._find_beginnings, 0.0, monotonic_s=monotonic_s)

    async def overall(self) -> Overall:
        """Return what needs a person, at most a few seconds old."""
        return await self._shared.get()

    async def of(self, agent: Agent) -> list[Line]:
        """Return what is wrong with one machine now, the worst first; spikes as they were counted last."""
        findings = list(self._machines.findings(agent, self._now_us()))
        findings += [spike for spike in self._spikes or () if spike.subject.agent_id == agent.id]
        return to_lines(await self._completed(findings))

    async def _look(self) -> Overall:
        findings: list[Finding] = []
        unknown = []
        for kind, find in ((Kind.SERVER_DISK, self._find_full_disk), (Kind.ERRORS, self._find_spikes)):
            found = await find()
            if found is None:
                unknown.append(kind)
            else:
                findings += found
        online = 0
        agents = self._fleet.agents()
        for number, agent in enumerate(agents):
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
            online += self._fleet.presence.is_online(agent.id)
            findings += self._machines.findings(agent, self._now_us())
        lines = to_lines(await self._completed(findings))
        return Overall(
            server_us=self._now_us(),
            machines=len(agents),
            online=online,
            lines=lines[:MAX_LINES],
            left_out=max(0, len(lines) - MAX_LINES),
            unknown=unknown,
        )

    async def _completed(self, findings: list[Finding]) -> list[Finding]:
        """Return findings with the beginnings that are known, or found soon."""
        if self._beginnings.want(findings):
            await asyncio.wait((self._begun.making(),), timeout=PATIENCE_S)
        return [self._beginnings.complete(finding) for finding in findings]

    async def _find_beginnings(self) -> None:
        try:
            await self._beginnings.find(self._now_us())
        except MusterError as error:
            _log.warning("since when disks are full was not found: %s", error)

    async def _find_full_disk(self) -> list[Finding] | None:
        try:
            disk = await asyncio.to_thread(self._read_disk)
        except OSError:
            return None
        used = 100 * (1 - disk.free / disk.total)
        if used < SERVER_WARNING_PERCENT:
            return []
        is_critical = used >= SERVER_CRITICAL_PERCENT
        amounts = (Amount("used", round(used, 2), "percent"), Amount("free", float(disk.free), "bytes"))
        return [
            Finding(
                kind=Kind.SERVER_DISK,
                severity=Severity.CRITICAL if is_critical else Severity.WARNING,
                subject=Subject(),
                since_us=None,
                amounts=amounts,
            )
        ]

    async def _find_spikes(self) -> list[Finding] | None:
        """Return the spikes as they were counted last; None when they could not be counted."""
        await asyncio.wait((self._counted.making(),), timeout=PATIENCE_S)
        return self._spikes

    async def _count(self) -> None:
        try:
            self._spikes = await find_spikes(self._levels, self._hostname_of, self._now_us())
        except MusterError as error:
            self._spikes = None
            _log.warning("errors in the logs were not counted: %s", error)

    def _hostname_of(self, agent_id: AgentId) -> str:
        with contextlib.suppress(NotFound):
            return self._fleet.get(agent_id).hostname
        return ""
