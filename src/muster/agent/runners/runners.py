"""All runners of an agent, kept equal to what the server wants."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from muster.agent.backoff import Backoff
from muster.agent.clock import Clock
from muster.agent.runners.kind import Job
from muster.agent.runners.kinds import Kinds
from muster.agent.runners.runner import MAX_WAIT_S, MIN_WAIT_S, Runner, forget_others
from muster.agent.spool import Spool
from muster.agent.spooled import Spooled
from muster.agent.thread import in_thread
from muster.agent.trouble import Trouble
from muster.model.desired import MAX_RUNNERS, ConfigName, DesiredRunner, DesiredState, RunnerStatus, Watch
from muster.model.release import LOG_RUNNERS

SETTLE_S = 0.5
"""So long what is wanted may take before the server is told that it was taken over; the rest follows."""

END_S = 1.0

_log = logging.getLogger(__name__)


class DesiredStore(Protocol):
    """Where the desired state outlives this process. Both methods block."""

    def load(self) -> DesiredState | None:
        """Return what is stored; None when nothing usable is."""
        ...

    def save(self, desired: DesiredState) -> None:
        """Replace what is stored; durable on return. Raises OSError."""
        ...


class Runners:
    """Starts, stops, resets and deletes runners. Used on the event loop only.

    `applied` is the version of the desired state that was taken over last, empty: none yet. `news` is
    set when a runner's state changed. `set_interval` is told how often to take the agent's own samples,
    `watch` what to look at for them.
    """

    def __init__(
        self,
        kinds: Kinds,
        *,
        store: DesiredStore,
        spool: Spool,
        clock: Clock,
        spooled: Spooled,
        set_interval: Callable[[float | None], None],
        watch: Callable[[Watch], None],
        built_in: Sequence[DesiredRunner] = (),
    ) -> None:
        """`built_in` are runners that run unless others of their names are wanted."""
        self._kinds = kinds
        self._store = store
        self._spool = spool
        self._clock = clock
        self._spooled = spooled
        self._set_interval = set_interval
        self._watch = watch
        self._built_in = {runner.name: runner for runner in built_in}
        self._runners: dict[ConfigName, Runner] = {}
        self._tasks: dict[ConfigName, asyncio.Task[None]] = {}
        self._applying = asyncio.Lock()
        self._trouble = Trouble(_log)
        self.applied = ""
        self.news = asyncio.Event()

    async def start(self) -> None:
        """Take over what was wanted last; call once, before anything else."""
        desired = await in_thread(self._store.load)
        if desired is None:
            self._want(self._built_in)
            return
        wanted = frozenset(runner.name for runner in desired.runners) | frozenset(self._built_in)
        await in_thread(lambda: self._spool.transact(lambda db: forget_others(db, self._kinds, wanted)))
        async with self._applying:
            self._take(desired)

    async def stop(self) -> None:
        """Cancel every runner; those that do not end soon are left behind."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=END_S)

    async def apply(self, desired: DesiredState) -> None:
        """Store what is wanted, then make it so. Returns when it is, or when that takes longer than others.

        What cannot be stored is done all the same: the server says it again after a restart.
        """
        async with self._applying:
            try:
                await in_thread(lambda: self._store.save(desired))
            except OSError as error:
                self._trouble.met(f"cannot store what the server wants: {error}")
            else:
                self._trouble.over("storing what the server wants again")
            self._take(desired)
            settling = [asyncio.ensure_future(runner.settled.wait()) for runner in self._runners.values()]
            if settling:
                _, late = await asyncio.wait(settling, timeout=SETTLE_S)
                for one in late:
                    one.cancel()

    def statuses(self) -> list[RunnerStatus]:
        """Return what each runner does, by name."""
        return [self._runners[name].status() for name in sorted(self._runners)][:MAX_RUNNERS]

    def needs(self) -> list[str]:
        """Return what a version of the agent must have to run these runners, as packages name it."""
        return [LOG_RUNNERS] if any(runner.reads_rows for runner in self._runners.values()) else []

    def _take(self, desired: DesiredState) -> None:
        wanted = self._built_in | {runner.name: runner for runner in desired.runners}
        self._want(wanted)
        self._set_interval(desired.metrics_interval_s)
        self._watch(desired.watch or Watch())
        if self.applied != desired.version:
            _log.info("applied %s: %d runners", desired.version, len(wanted))
        self.applied = desired.version

    def _want(self, wanted: Mapping[ConfigName, DesiredRunner]) -> None:
        for name, runner in self._runners.items():
            if name not in wanted:
                runner.want(None)
        for name, one in wanted.items():
            if name in self._runners:
                self._runners[name].want(one)
                continue
            job = Job(name, spool=self._spool, clock=self._clock, spooled=self._spooled)
            runner = self._runners[name] = Runner(
                one, kinds=self._kinds, spool=self._spool, job=job, changed=self.news.set
            )
            self._tasks[name] = asyncio.create_task(self._guard(runner), name=f"runner {name}")

    async def _guard(self, runner: Runner) -> None:
        """Let a runner live; when our own part of it fails, say so and begin again after a while."""
        backoff = Backoff(MIN_WAIT_S, MAX_WAIT_S, self._clock.random)
        while True:
            try:
                await runner.live()
            except Exception as error:  # noqa: BLE001 the outermost boundary of a runner
                _log.exception("runner %s failed", runner.name)
                runner.fail(f"{type(error).__name__}: {error}")
                await runner.rest(backoff.next_s())
            else:
                break
        with contextlib.suppress(KeyError):
            del self._runners[runner.name]
            del self._tasks[runner.name]
        self.news.set()
