"""Many real agents on made-up machines, on one event loop."""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from muster.agent.link import open_trust
from muster.agent.runners.kinds import Kinds
from muster.agent.runners.metric import MetricKind
from muster.agent.runtime import Hands, Home, Runtime
from muster.agent.simulated.keeping import HomeDirectories, LeanHomes
from muster.agent.simulated.log_kind import SimulatedLogKind, SimulatedSampling
from muster.agent.simulated.machine import SimulatedMachine
from muster.agent.simulated.past import Past
from muster.agent.simulated.story import SILENT, Story
from muster.agent.simulated.wire import SharedLink, StreamTransport
from muster.agent.thread import calling_inline, in_thread
from muster.failpoints import ignore
from muster.settings import AgentSettings

STARTS_PER_S = 75
"""Agents start at this rate, so that their rhythms are spread and enrolling them floods no server."""

SAVE_S = 5.0
UP_S = (60.0, 240.0)
DOWN_S = (40.0, 90.0)
"""With `flaky`, one machine at a time is away for so long, and all are there for so long in between."""

LOGS_S = 86_400.0
"""So old are the oldest lines of machines with a past."""

ENROLLED_S = 0.2
GONE = "gone"
"""A file of this name says that its machine has stopped for good."""

_log = logging.getLogger(__name__)


class SimulatedFleet:
    """`count` agents that report to one server. `read_token` returns the enrolment token."""

    def __init__(
        self,
        settings: AgentSettings,
        *,
        count: int,
        read_token: Callable[[], str | None],
        homes: LeanHomes | HomeDirectories,
        seed: int = 0,
        flaky: bool = False,
        past_days: int = 0,
        wire: StreamTransport | None = None,
    ) -> None:
        """`past_days` need directories as homes: the machines have been there for so long, and things happen.

        `wire` None: to that server. Raises SettingsError for settings that cannot be used.
        """
        self._settings = settings
        self._count = count
        self._read_token = read_token
        self._homes = homes
        self._seed = seed
        self._flaky = flaky
        self._past_days = past_days
        self._story: Story | None = None
        if past_days and isinstance(homes, HomeDirectories):
            self._story = Story(homes.since_s(time.time()))
        self._chance = random.Random(seed)  # noqa: S311 made-up data
        wire = wire or StreamTransport(open_trust(settings.server, settings.ca_file))
        self._link = SharedLink(settings.server, wire)
        self._stops: dict[int, asyncio.Event] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        beside = [asyncio.create_task(self._save_often())]
        if self._flaky:
            beside.append(asyncio.create_task(self._take_away()))
        with self._calling():
            agents = [asyncio.create_task(self._agent(number)) for number in range(1, self._count + 1)]
        try:
            await stop.wait()
        finally:
            for task in (*beside, *agents):
                task.cancel()
            await asyncio.wait((*beside, *agents))
            await self._link.close_for_all()
            await in_thread(self._homes.save)

    def _calling(self) -> AbstractContextManager[None]:
        """Return how to call what may block: what is in memory does not."""
        return calling_inline() if isinstance(self._homes, LeanHomes) else nullcontext()

    async def _agent(self, number: int) -> None:
        """Run one agent until cancelled; when it is told to stop it is away for a while."""
        await asyncio.sleep(number / STARTS_PER_S)
        machine = SimulatedMachine(number, seed=self._seed, story=self._story)
        home = self._homes.home(machine.hostname)
        if self._story is not None and home.spool is not None:
            await self._storied(number, machine, home)
            return
        while True:
            stop = self._stops[number] = asyncio.Event()
            await self._runtime(home, machine).run(stop)
            _log.info("%s is away", machine.hostname)
            await asyncio.sleep(self._chance.uniform(*DOWN_S))

    async def _storied(self, number: int, machine: SimulatedMachine, home: Home) -> None:
        """Run an agent that has a past; the one that does not answer any more stops when it has told it."""
        assert self._story is not None and home.spool is not None  # noqa: S101 the caller looked
        path, since_s = home.spool, self._story.since_s
        is_silent = number == SILENT
        if is_silent and (path.parent / GONE).exists():
            return
        past = await in_thread(lambda: Past(machine, path, since_s=since_s, days=self._past_days))
        stop = asyncio.Event()
        running = asyncio.create_task(self._runtime(home, machine).run(stop))
        try:
            while (identity := await in_thread(home.identity.load)) is None:  # noqa: ASYNC110 the agent enrols
                await asyncio.sleep(ENROLLED_S)
            await past.begun()
            await past.send(self._link, identity, is_dense=not is_silent)
            if is_silent:
                await past.logged()
                await in_thread((path.parent / GONE).touch)
                stop.set()
            await running
        finally:
            running.cancel()
            await asyncio.wait((running,))
            past.close()

    def _runtime(self, home: Home, machine: SimulatedMachine) -> Runtime:
        return Runtime(
            settings=self._settings,
            data=Path(),
            link=self._link,
            collector=machine,
            sink=None,
            read_token=self._read_token,
            reach=ignore,
            home=home,
            read_facts=machine.facts,
            hands=self._hands(machine),
        )

    def _hands(self, machine: SimulatedMachine) -> Hands:
        since_s = self._story.since_s - LOGS_S if self._story is not None else None
        logs = SimulatedLogKind(machine, since_s)
        kinds = Kinds([MetricKind(machine.open_look), logs], self._settings.allow_runners)
        return Hands(kinds, SimulatedSampling(machine, time.time))

    async def _take_away(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*UP_S))
            number = self._chance.choice(sorted(self._stops))
            self._stops[number].set()

    async def _save_often(self) -> None:
        while True:
            await asyncio.sleep(SAVE_S)
            try:
                await in_thread(self._homes.save)
            except OSError as error:
                _log.error("the identities of the simulated agents cannot be stored: %s", error)
