"""Log runners: what a reader reads, parsed and spooled together with where the reader stands."""

import asyncio
import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from muster.agent.runners import away, positions
from muster.agent.runners.away import Delivering, away_stream
from muster.agent.runners.kind import Config, Job
from muster.agent.runners.tallies import Tally
from muster.agent.spool import SpoolFull
from muster.agent.spooled import PackedBatch, pack
from muster.agent.thread import Worker, settled
from muster.failpoints import Reach
from muster.model.desired import ConfigName
from muster.model.ids import StreamName
from muster.model.log import log_stream

if TYPE_CHECKING:
    from muster.pipeline.log_runner import LogRunner, Made
    from muster.pipeline.readers.reader import Haul

READ_KINDS = (
    *("file", "tailx", "dir", "dirx", "fileauto", "journald"),
    *("socket", "http", "httpfetch", "script"),
)
"""Modes of readers that this agent has; `muster.pipeline` is loaded when one of them runs."""

POLL_S = 0.25
ENOUGH = 0.75
"""So much of a batch is not waited for to be filled: the next line may not fit."""

FULL_S = 1.0
"""So often the spool is asked again whether it has room."""

ENGINE_SETTINGS = {
    "POLARS_MAX_THREADS": "1",
    "_RJEM_MALLOC_CONF": "narenas:1,dirty_decay_ms:200,muzzy_decay_ms:0,lg_tcache_max:13",
}
"""What polars is told by its environment: an agent takes one processor, and gives memory back."""


class LogKind:
    """Runs `{"reader": {...}, ...}`: lines go to stream `logs:NAME`, or to those of other senders.

    `allowed_paths` are files and directories, below which everything is allowed, that a configuration
    may name here to be read, `written_paths` those to be written.
    """

    kinds = frozenset(READ_KINDS)

    def __init__(
        self, reach: Reach, *, allowed_paths: Sequence[str] = ("/",), written_paths: Sequence[str] = ()
    ) -> None:
        for name, value in ENGINE_SETTINGS.items():
            os.environ.setdefault(name, value)
        self._reach = reach
        self._allowed_paths = allowed_paths
        self._written_paths = written_paths

    def check(self, config: Config) -> list[str]:
        """Return what is wrong with a configuration."""
        from muster.pipeline.log_runner import problems_of

        return problems_of(config)

    async def run(self, job: Job, config: Config) -> None:
        """Read, parse and spool until cancelled. Raises what a reader or a parser cannot go on with."""
        stored = await job.load(lambda db: positions.load(db, job.name))
        worker = Worker(f"muster-{job.name}")
        opened: list[LogRunner] = []
        try:
            await worker.call(lambda: opened.append(self._open(config, stored, job)))
            await self._collect(job, opened[0], worker, is_new=not stored)
        finally:
            # Told to stop while it was opened: nobody else would let go of its port.
            try:
                for runner in opened:
                    await worker.call(runner.reader.close)
            finally:
                worker.close()

    async def _collect(self, job: Job, runner: "LogRunner", worker: Worker, *, is_new: bool) -> None:
        """Work until cancelled. A new runner stores what is there before it reads any of it."""
        delivering: dict[StreamName, Delivering] = {}
        tasks: list[asyncio.Task[None]] = []
        try:
            delivering = await self._open_senders(job, runner)
            tasks = [
                asyncio.create_task(each.run(), name=f"sending {stream}")
                for stream, each in delivering.items()
            ]
            if is_new:
                await self._step(job, runner, worker, max_bytes=0)
            while True:
                if await self._step(job, runner, worker, max_bytes=runner.batch_bytes):
                    for each in delivering.values():
                        each.wake()
        finally:
            for task in tasks:
                task.cancel()
            await worker.call(runner.reader.close)
            if tasks:
                await asyncio.wait(tasks)
            for each in delivering.values():
                each.close()

    def forget(self, db: sqlite3.Connection, name: ConfigName) -> None:
        """Let a runner read everything anew; what waits for other senders than the server is let go."""
        positions.delete(db, name)
        away.delete(db, name)

    async def _open_senders(self, job: Job, runner: "LogRunner") -> dict[StreamName, Delivering]:
        """Return what hands rows over to other senders than the server, also those that are gone."""
        from muster.pipeline.allowed import allowed_below
        from muster.pipeline.senders.sender import Door

        targets = runner.open_targets(Door(allows=allowed_below(self._written_paths)))
        found = {away_stream(job.name, index): target for index, target in targets.items()}
        waiting = await job.load(lambda db: away.streams_of(db, job.name))
        gone = [stream for stream in waiting if stream not in found]
        return {
            **{stream: Delivering(job, stream, target) for stream, target in found.items()},
            **{stream: Delivering(job, stream, None) for stream in gone},
        }

    async def _step(self, job: Job, runner: "LogRunner", worker: Worker, *, max_bytes: int) -> bool:
        """Gather a batch and store it with its positions; False: there was none, and that was waited for."""
        haul, lag_bytes = await self._gather(job, runner, worker, max_bytes)
        job.lag_bytes, job.waits_for = lag_bytes, haul.waits_for
        for trouble in haul.troubles:
            job.trouble(trouble)
        has_news = bool(haul.positions or haul.segments or haul.too_long)
        if has_news:
            batches, tally = await worker.call(lambda: _pack(job.name, runner.make(haul)))
            if haul.size_bytes:
                self._reach("agent.read.before_spool")
            await self._store(job, batches, tally, haul.positions)
            if haul.size_bytes:
                self._reach("agent.read.after_spool")
            runner.reader.kept()
        else:
            await job.clock.sleep(POLL_S)
        return has_news

    async def _gather(
        self, job: Job, runner: "LogRunner", worker: Worker, max_bytes: int
    ) -> "tuple[Haul, int | None]":
        """Read until there is enough for a batch, or time is up, or nothing is there."""
        reader, limit = runner.reader, runner.config.runner

        def look(left: int) -> "tuple[Haul, int | None]":
            return reader.read(left), reader.lag_bytes()

        haul, lag_bytes = await worker.call(lambda: look(max_bytes))
        began_s = job.clock.monotonic_s()
        while haul.rows and haul.rows < runner.batch_rows and haul.size_bytes < ENOUGH * runner.batch_bytes:
            left_s = limit.batch_interval - (job.clock.monotonic_s() - began_s)
            if left_s <= 0:
                break
            await job.clock.sleep(min(POLL_S, left_s))
            left = runner.batch_bytes - haul.size_bytes
            more, lag_bytes = await worker.call(partial(look, left))
            haul.add(more)
        return haul, lag_bytes

    async def _store(
        self,
        job: Job,
        batches: Sequence[PackedBatch],
        tally: Tally,
        changed: Mapping[str, str | None],
    ) -> None:
        """Spool; while there is no room, wait: the reader waits, too, and nothing is dropped."""
        is_told = False

        def also(db: sqlite3.Connection) -> None:
            positions.store(db, job.name, changed)
            away.check_room(db, batches, job.away_bytes)

        while True:
            try:
                await settled(job.spool_whole(batches, tally, also))
            except (SpoolFull, sqlite3.OperationalError) as error:
                if not is_told:
                    job.trouble(f"the spool has no room, so reading waits: {error}".rstrip(": "))
                    is_told = True
                await job.clock.sleep(FULL_S)
            else:
                return

    def _open(self, config: Config, stored: Mapping[str, str], job: Job) -> "LogRunner":
        from muster.agent.machine import read_facts
        from muster.pipeline.allowed import allowed_below
        from muster.pipeline.component import Surroundings, read_file
        from muster.pipeline.log_runner import LogRunner
        from muster.pipeline.spec import read_config
        from muster.pipeline.tags import runner_tags

        allows = allowed_below(self._allowed_paths)

        def now() -> datetime:
            return datetime.fromtimestamp(job.clock.now_us() / 1_000_000, UTC)

        def read_allowed(path: str) -> str:
            return read_file(path) if allows(path) else _refuse(path)

        facts = read_facts()
        machine = {
            "core": str(os.cpu_count() or 1),
            "hostname": facts.hostname,
            "osinfo": facts.platform,
        }
        return LogRunner(
            config,
            stored,
            allows=allows,
            around=Surroundings(now=now, read_file=read_allowed),
            tags=runner_tags(read_config(config).runner, os.environ, machine),
            now=now,
        )


def _stream(name: ConfigName, sender: int | None) -> StreamName:
    return log_stream(name) if sender is None else away_stream(name, sender)


def _refuse(path: str) -> str:
    from muster.errors import InvalidInput

    raise InvalidInput(f"{path}: the agent's own settings do not allow it (agent.allow_paths)")


def _pack(name: ConfigName, made: "Made") -> tuple[list[PackedBatch], Tally]:
    """Return the batches of a runner and what is to be counted; the bodies are let go one by one."""
    tally = Tally(read=made.tally.read, failed=made.tally.failed, filtered=made.tally.filtered)
    batches = []
    while made.bodies:
        body = made.bodies.pop(0)
        batches.append(pack(_stream(name, body.sender), body.rows, body.parts))
    return batches, tally
