"""One runner: a task of its own that makes what runs equal to what is wanted."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from muster.agent.backoff import Backoff
from muster.agent.runners import tallies
from muster.agent.runners.kind import Config, Job, RunnerKind, to_text
from muster.agent.runners.kinds import Kinds, reads_rows
from muster.agent.spool import Spool
from muster.agent.thread import in_thread
from muster.errors import MusterError
from muster.model.desired import ConfigName, DesiredRunner, RunnerState, RunnerStatus

STOP_S = 10.0
"""A run that does not end within this time after it was told to is left behind."""

PROVEN_S = 5.0
"""A runner that failed is running again when it lasts this long."""

END_S = 1.0

STEADY_S = 60.0
MIN_WAIT_S, MAX_WAIT_S = 1.0, 60.0

_log = logging.getLogger(__name__)


class Standing(NamedTuple):
    """The state of a runner, why, and since when (Unix microseconds)."""

    state: RunnerState
    reason: str
    since_us: int


class Runner:
    """Runs what `want` last asked for; nothing that happens here reaches another runner.

    `changed` is called at each change of state. Used on the event loop only.
    """

    def __init__(
        self, wanted: DesiredRunner, *, kinds: Kinds, spool: Spool, job: Job, changed: Callable[[], None]
    ) -> None:
        self.name = wanted.name
        self._kinds = kinds
        self._spool = spool
        self._job = job
        self._changed = changed
        self._wanted: DesiredRunner | None = wanted
        self._taken: DesiredRunner | None = None
        self._standing = Standing(RunnerState.STOPPED, "", job.clock.now_us())
        self._bell = asyncio.Event()
        self._backoff = Backoff(MIN_WAIT_S, MAX_WAIT_S, job.clock.random)
        self._run: asyncio.Task[None] | None = None
        self.settled = asyncio.Event()

    def want(self, wanted: DesiredRunner | None) -> None:
        """Ask for another configuration, state or epoch; None: to be deleted. The same changes nothing."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self.settled.clear()
        self._bell.set()

    @property
    def reads_rows(self) -> bool:
        """Whether what is wanted needs log pipelines, running or not."""
        return self._wanted is not None and reads_rows(self._wanted.config)

    def status(self) -> RunnerStatus:
        """Return what to tell the server; timestamp and epoch are those of what really runs."""
        shown = self._taken or self._wanted
        tally, (state, reason, since_us) = self._job.tally, self._standing
        return RunnerStatus(
            name=self.name,
            state=state,
            config_us=shown.config_us if shown and self._taken else 0,
            epoch=shown.epoch if shown and self._taken else 0,
            reason=to_text(reason or (self._job.waits_for if state is RunnerState.RUNNING else "")),
            since_us=since_us,
            lag_bytes=self._job.lag_bytes,
            errors=self._job.errors,
            **msgspec.structs.asdict(tally),
        )

    async def live(self) -> None:
        """Work until cancelled, or until the runner is deleted."""
        try:
            while True:
                self._bell.clear()
                wanted = self._wanted
                if wanted is not None:
                    await self._take(wanted)
                    continue
                await in_thread(lambda: self._spool.transact(self._delete))
                self._taken = None
                self._job.forget_errors()
                if self._wanted is None:
                    return
        finally:
            self.settled.set()
            if self._run is not None and not self._run.done():
                self._run.cancel()
                await asyncio.wait({self._run}, timeout=END_S)

    async def rest(self, seconds: float) -> None:
        """Wait, but no longer than until something else is wanted."""
        ringing = asyncio.create_task(self._bell.wait())
        pause = asyncio.ensure_future(self._job.clock.sleep(seconds))
        await asyncio.wait({ringing, pause}, return_when=asyncio.FIRST_COMPLETED)
        ringing.cancel()
        pause.cancel()

    def fail(self, reason: str) -> None:
        """Note that the runner cannot go on."""
        self._job.trouble(reason)
        self._enter(RunnerState.FAILED, reason)

    async def _take(self, wanted: DesiredRunner) -> None:
        """Take over what is wanted and stay with it until something else is."""
        await self._job.take_over(wanted.epoch, self._forget)
        if self._taken is not None and wanted.epoch != self._taken.epoch:
            self._job.forget_errors()
        self._taken, self._job.waits_for = wanted, ""
        self._backoff.reset()
        if not wanted.is_running:
            self._enter(RunnerState.STOPPED, "")
        else:
            choice = self._kinds.choose(wanted.config)
            if isinstance(choice, str):
                self._enter(RunnerState.UNKNOWN, choice)
            else:
                await self._keep_running(*choice)
                return
        self.settled.set()
        await self._bell.wait()

    async def _keep_running(self, kind: RunnerKind, config: Config) -> None:
        """Run until something else is wanted; after a failure again, after a while."""
        is_first = True
        while not self._bell.is_set():
            if not await self._earlier_has_ended():
                return
            run = self._run = asyncio.create_task(kind.run(self._job, config), name=f"runner {self.name}")
            began_s = self._job.clock.monotonic_s()
            if is_first:
                self._enter(RunnerState.RUNNING, "")
                self.settled.set()
                is_first = False
            await self._watch(run)
            if not run.done():
                await self._end(run)
                return
            if self._job.clock.monotonic_s() - began_s > STEADY_S:
                self._backoff.reset()
            self.fail(_why(run))
            await self.rest(self._backoff.next_s())

    async def _watch(self, run: "asyncio.Task[None]") -> None:
        """Wait until a run ends or something else is wanted; a run that lasts so long is running again."""
        ringing = asyncio.create_task(self._bell.wait())
        proof = asyncio.ensure_future(self._job.clock.sleep(PROVEN_S))
        try:
            done, _ = await asyncio.wait({run, ringing, proof}, return_when=asyncio.FIRST_COMPLETED)
            if run not in done and ringing not in done:
                self._enter(RunnerState.RUNNING, "")
                await asyncio.wait({run, ringing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ringing.cancel()
            proof.cancel()

    async def _earlier_has_ended(self) -> bool:
        """Wait for a run that was left behind; False when something else is wanted meanwhile."""
        run = self._run
        if run is None or run.done():
            return True
        self.fail("the earlier run does not end")
        self.settled.set()
        ringing = asyncio.create_task(self._bell.wait())
        await asyncio.wait({run, ringing}, return_when=asyncio.FIRST_COMPLETED)
        ringing.cancel()
        return run.done()

    async def _end(self, run: "asyncio.Task[None]") -> None:
        run.cancel()
        await asyncio.wait({run}, timeout=STOP_S)
        if not run.done():
            _log.error("runner %s does not end within %g s and is left behind", self.name, STOP_S)
        elif not run.cancelled() and run.exception() is not None:
            self._job.trouble(f"while stopping: {_why(run)}")

    def _enter(self, state: RunnerState, reason: str) -> None:
        reason = to_text(reason)
        if (state, reason) != self._standing[:2]:
            _log.info("runner %s: %s%s", self.name, state, f": {reason}" if reason else "")
            self._standing = Standing(state, reason, self._job.clock.now_us())
        self._changed()

    def _forget(self, db: sqlite3.Connection) -> None:
        for kind in self._kinds.all:
            kind.forget(db, self.name)

    def _delete(self, db: sqlite3.Connection) -> None:
        self._forget(db)
        tallies.delete(db, self.name)


def forget_others(db: sqlite3.Connection, kinds: Kinds, wanted: frozenset[ConfigName]) -> None:
    """Delete what is remembered of runners that are not there any more."""
    for name in tallies.names(db):
        if name not in wanted:
            for kind in kinds.all:
                kind.forget(db, name)
            tallies.delete(db, name)


def _why(run: "asyncio.Task[None]") -> str:
    """Return why a run ended."""
    error = None if run.cancelled() else run.exception()
    if error is None:
        return "it ended by itself"
    if isinstance(error, MusterError):
        return error.message
    if isinstance(error, ModuleNotFoundError):
        return f"this agent is installed small, without {error.name}, which log runners need"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
