"""The agent's parts, side by side: one that fails is started again, alone."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from muster.agent.backoff import Backoff
from muster.agent.checkin import CheckIn
from muster.agent.clock import Clock, system_clock
from muster.agent.collecting import Collecting, Collector, ReportSink
from muster.agent.desired_file import DesiredFile
from muster.agent.identity import IdentityFile
from muster.agent.link import Link
from muster.agent.log_senders import LogSenders
from muster.agent.machine import read_facts
from muster.agent.runners.kinds import Kinds
from muster.agent.runners.logs import LogKind
from muster.agent.runners.metric import MetricKind
from muster.agent.runners.runners import DesiredStore, Runners
from muster.agent.sender import Sender
from muster.agent.session import IdentityStore, Session
from muster.agent.spool import Spool
from muster.agent.tryout import Sampling
from muster.failpoints import Reach, of_stream
from muster.model.batch import STREAMS
from muster.model.desired import DesiredRunner
from muster.model.ids import Epoch, StreamName
from muster.model.link import SAMPLE, Command, CommandResult, Facts
from muster.settings import AgentSettings

STOP_S = 1.5
"""A part that does not end within this time is left behind; nothing is lost by it."""

_STEADY_S = 60.0

_log = logging.getLogger(__name__)


def new_epoch() -> Epoch:
    """Return a nonce that no other start of any agent has."""
    return Epoch(secrets.token_hex(16))


class Home(NamedTuple):
    """Where an agent keeps what it must not forget; `spool` None: in memory."""

    identity: IdentityStore
    desired: DesiredStore
    spool: Path | None


class RunsCommands(Protocol):
    """Answers commands of a kind."""

    async def run_command(self, command: Command) -> CommandResult:
        """Do what a command says, and return what came of it."""
        ...


class Hands(NamedTuple):
    """How runners are run, and how samples for try-outs are read."""

    kinds: Kinds
    sampling: RunsCommands


class Runtime:
    """A whole agent. The caller holds the data directory (`identity.open_data_directory`)."""

    def __init__(
        self,
        *,
        settings: AgentSettings,
        data: Path,
        link: Link,
        collector: Collector,
        sink: ReportSink | None,
        read_token: Callable[[], str | None],
        reach: Reach,
        clock: Clock | None = None,
        beside: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
        home: Home | None = None,
        read_facts: Callable[[], Facts] = read_facts,
        hands: Hands | None = None,
        built_in: Sequence[DesiredRunner] = (),
    ) -> None:
        """`beside`: more parts, by name, that run as the agent's own do; `home` None: files in `data`;
        `hands` None: those of this machine; `built_in`: runners that run unless the server wants others of
        their names.

        Raises SettingsError when the spool or the stored identity cannot be used.
        """
        self._clock = clock or system_clock()
        self._link = link
        home = home or Home(IdentityFile(data), DesiredFile(data, reach), data / "spool.db")
        session = Session(home.identity)
        epoch = new_epoch()
        self._spool = Spool(
            home.spool,
            epoch=epoch,
            max_bytes=settings.spool_bytes,
            now_us=self._clock.now_us,
            reach=reach,
        )

        def open_sender(stream: StreamName) -> Sender:
            return Sender(
                stream,
                spool=self._spool,
                link=link,
                session=session,
                clock=self._clock,
                new_epoch=new_epoch,
                reach=of_stream(reach, stream),
            )

        senders = {stream: open_sender(stream) for stream in STREAMS}
        log_senders = LogSenders(
            self._spool.streams, open_sender, lambda name, part: keep_running(name, part, self._clock)
        )

        def wake(streams: Collection[StreamName]) -> None:
            for stream in streams:
                if stream in senders:
                    senders[stream].wake()
                else:
                    log_senders.wake(stream)

        collecting = Collecting(
            collector=collector,
            spool=self._spool,
            sink=sink,
            interval_s=settings.interval_s,
            inventory_interval_s=settings.inventory_interval_s,
            clock=self._clock,
            spooled=wake,
        )
        hands = hands or _hands(settings, reach)
        self._runners = Runners(
            hands.kinds,
            store=home.desired,
            spool=self._spool,
            clock=self._clock,
            spooled=wake,
            set_interval=collecting.set_samples_interval,
            watch=collector.watch,
            built_in=built_in,
        )

        async def run_command(command: Command) -> CommandResult:
            return await (hands.sampling if command.kind == SAMPLE else collecting).run_command(command)

        check_in = CheckIn(
            server=settings.server,
            nonce=epoch,
            link=link,
            session=session,
            spool=self._spool,
            clock=self._clock,
            read_facts=read_facts,
            read_token=read_token,
            run_command=run_command,
            runs=self._runners,
        )
        self._parts: dict[str, Callable[[], Awaitable[None]]] = {
            "collecting": collecting.run,
            "check-in": check_in.run,
            "telling": check_in.tell,
            **{f"sending {stream}": sender.run for stream, sender in senders.items()},
            "sending logs": log_senders.run,
            **(beside or {}),
        }

    def needs(self) -> list[str]:
        """Return what another version of this agent must have to do what this one does."""
        return self._runners.needs()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what is under way then is cancelled and done again at the next start."""
        await self._runners.start()
        tasks = [
            asyncio.create_task(keep_running(name, part, self._clock), name=name)
            for name, part in self._parts.items()
        ]
        try:
            await stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=STOP_S)
            await self._runners.stop()
            await self._link.close()
            self._spool.close()


def _hands(settings: AgentSettings, reach: Reach) -> Hands:
    logs = LogKind(reach, allowed_paths=settings.allow_paths, written_paths=settings.allow_write_paths)
    kinds = Kinds([MetricKind(), logs], settings.allow_runners)
    return Hands(kinds, Sampling(kinds, settings.allow_paths))


async def keep_running(name: str, part: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Run a part until cancelled; when it fails, log it and start it again after a while."""
    backoff = Backoff(1.0, 60.0, clock.random)
    while True:
        started_s = clock.monotonic_s()
        try:
            await part()
        except Exception:  # noqa: BLE001 the outermost boundary of a part
            _log.exception("%s failed", name)
        if clock.monotonic_s() - started_s > _STEADY_S:
            backoff.reset()
        await clock.sleep(backoff.next_s())
