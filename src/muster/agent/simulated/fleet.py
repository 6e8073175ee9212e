"""Many real agents on made-up machines, on one event loop."""

import asyncio
import logging
import random
from collections.abc import Callable
from pathlib import Path

from muster.agent.link import open_trust
from muster.agent.runtime import Home, Runtime
from muster.agent.simulated.keeping import Identities, KeptDesired, KeptIdentity
from muster.agent.simulated.machine import SimulatedMachine
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

_log = logging.getLogger(__name__)


class SimulatedFleet:
    """`count` agents that report to one server. `read_token` returns the enrolment token."""

    def __init__(
        self,
        settings: AgentSettings,
        *,
        count: int,
        read_token: Callable[[], str | None],
        identities: Identities,
        seed: int = 0,
        flaky: bool = False,
        wire: StreamTransport | None = None,
    ) -> None:
        """`wire` None: to that server. Raises SettingsError for settings that cannot be used."""
        self._settings = settings
        self._count = count
        self._read_token = read_token
        self._identities = identities
        self._seed = seed
        self._flaky = flaky
        self._chance = random.Random(seed)  # noqa: S311 made-up data
        wire = wire or StreamTransport(open_trust(settings.server, settings.ca_file))
        self._link = SharedLink(settings.server, wire)
        self._stops: dict[int, asyncio.Event] = {}
        self._desired = {number: KeptDesired() for number in range(1, count + 1)}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        beside = [asyncio.create_task(self._save_often())]
        if self._flaky:
            beside.append(asyncio.create_task(self._take_away()))
        with calling_inline():
            agents = [asyncio.create_task(self._agent(number)) for number in range(1, self._count + 1)]
        try:
            await stop.wait()
        finally:
            for task in (*beside, *agents):
                task.cancel()
            await asyncio.wait((*beside, *agents))
            await self._link.close_for_all()
            await in_thread(self._identities.save)

    async def _agent(self, number: int) -> None:
        """Run one agent until cancelled; when it is told to stop it is away for a while."""
        await asyncio.sleep(number / STARTS_PER_S)
        machine = SimulatedMachine(number, seed=self._seed)
        while True:
            stop = self._stops[number] = asyncio.Event()
            await self._runtime(number, machine).run(stop)
            _log.info("%s is away", machine.hostname)
            await asyncio.sleep(self._chance.uniform(*DOWN_S))

    def _runtime(self, number: int, machine: SimulatedMachine) -> Runtime:
        return Runtime(
            settings=self._settings,
            data=Path(),
            link=self._link,
            collector=machine,
            sink=None,
            read_token=self._read_token,
            reach=ignore,
            home=Home(KeptIdentity(self._identities, machine.hostname), self._desired[number], None),
            read_facts=machine.facts,
            open_look=machine.open_look,
        )

    async def _take_away(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*UP_S))
            number = self._chance.choice(sorted(self._stops))
            self._stops[number].set()

    async def _save_often(self) -> None:
        while True:
            await asyncio.sleep(SAVE_S)
            try:
                await in_thread(self._identities.save)
            except OSError as error:
                _log.error("the identities of the simulated agents cannot be stored: %s", error)
