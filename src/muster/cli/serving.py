"""The server process: opens every part in order, runs until told to stop, closes in reverse."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import uvicorn

from muster.agent.collect.report import ReportCollector
from muster.agent.machine import read_machine_id
from muster.api.app import Parts, create_app
from muster.api.event_counter.charts import Charts
from muster.api.fleet.grok import GrokChecks
from muster.api.host_reports.service import HostReports, OwnMachine
from muster.api.http.live import Live
from muster.api.http.metrics import Metrics
from muster.api.http.pandora import Pandora
from muster.api.ops.routes import Change, Operations
from muster.api.tryout.service import TryOuts
from muster.cli.addresses import own_url
from muster.cli.claims import bound, locked, raise_open_files
from muster.cli.garbage import spare_what_stays
from muster.cli.jobs import running_jobs
from muster.cli.signing_key import open_vault
from muster.cli.stores import Stores, open_fleet, opened_stores
from muster.cli.usable import refuse_unusable
from muster.core.access import Access
from muster.core.attention.watch import Attention
from muster.core.audit.ports import Outbox
from muster.core.counters import Counters
from muster.core.fleet.releases import Releases
from muster.core.fleet.server_settings import edits_of
from muster.core.fleet.steering import Steering
from muster.core.logs.tail import Tail
from muster.core.metrics.overview import Overview
from muster.core.metrics.questions import Questions
from muster.core.people import People
from muster.errors import SettingsError
from muster.model.audit import ControlAction
from muster.model.ports import parse_ports
from muster.model.report import Report
from muster.settings import (
    LoadedSettings,
    Settings,
    SettingsDiff,
    diff_settings,
    overlay,
    reload_settings,
)
from muster.settings.zone import load_zone
from muster.store.packages import PackageFiles
from muster.store.relational.releases import RelationalReleases
from muster.store.relational.sessions import RelationalSessions
from muster.store.relational.signatures import RelationalSignatures
from muster.store.relational.tokens import RelationalTokens
from muster.store.relational.users import RelationalUsers
from muster.store.storage import StoredSizes, read_disk
from muster.store.telemetry.log_levels import LogLevels

GRACE_S = 2
SWITCH_S = 0.0005
"""A thread that computes gives way after so long. At Python's own 5 ms each small request would wait that
long several times while bulk data is stored (ADR 0014).
"""

_log = logging.getLogger("muster.server")


class Server:
    """One running server. `access` and `people` are usable when it is ready, for `muster up`."""

    def __init__(self, loaded: LoadedSettings) -> None:
        self._loaded = loaded
        self.live = Live(loaded.settings)
        self._edits: Callable[[], Mapping[str, object]] = dict
        self.stopping = asyncio.Event()
        self.ready = asyncio.Event()
        self.reloaded = asyncio.Event()
        self.access: Access
        self.people: People
        self.outbox: Outbox

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.live.settings

    async def run(self) -> None:
        """Serve until `stop`. Raises SettingsError when settings, directory or port cannot be used."""
        refuse_unusable(self.settings)
        with contextlib.ExitStack() as stack:
            stack.enter_context(locked(self.settings.data, own_url(self.settings)))
            listening = stack.enter_context(bound(self.settings.server.host, self.settings.server.port))
            raise_open_files()
            async with self._opened() as app:
                await self._serve(app, listening)

    def stop(self) -> None:
        """End `run` soon: held requests are answered first."""
        self.stopping.set()

    async def reload(self) -> list[Change]:
        """Read the settings again and apply what can change. Raises SettingsError and changes nothing."""
        loaded = await asyncio.to_thread(reload_settings, self._loaded)
        await asyncio.to_thread(refuse_unusable, loaded.settings)
        diff = diff_settings(self.settings, self._overlaid(loaded).settings)
        changed = [change.key for change in diff.changes if change.applied]
        await self.outbox.add(ControlAction("Reloaded", time.time_ns() // 1000, {"changed": changed}))
        self._loaded = loaded
        self._apply(diff)
        return [Change(c.key, c.old, c.new, c.applied) for c in diff.changes]

    def apply_edits(self) -> None:
        """Let what was set in the console count from now on; what needs a restart was never editable."""
        self._apply(diff_settings(self.settings, self._overlaid(self._loaded).settings))

    def _overlaid(self, loaded: LoadedSettings) -> LoadedSettings:
        above, problems = overlay(loaded, self._edits())
        for problem in problems:
            _log.warning("not in force: %s", problem)
        return above

    def _apply(self, diff: SettingsDiff) -> None:
        self.live.settings = diff.effective
        self.live.given, self.live.given_origins = self._loaded.settings, self._loaded.origins
        self.live.origins = self._overlaid(self._loaded).origins
        logging.getLogger("muster").setLevel(self.settings.log.level.upper())
        self.reloaded.set()
        for change in diff.changes:
            _log.info("setting %s %s", change.key, "changed" if change.applied else "needs a restart")

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[Any]:
        """Open the stores and what stands on them; close them in reverse."""
        settings = self.settings
        metrics = Metrics()
        overview = Overview()
        tail = Tail(self.stopping)
        async with contextlib.AsyncExitStack() as stack:
            stores = await stack.enter_async_context(
                opened_stores(
                    settings,
                    metrics,
                    query_timeout_s=lambda: self.settings.telemetry.query_timeout_s,
                    samples_stored=overview.note,
                    logs_stored=tail.note,
                )
            )
            steering = await open_fleet(stores.relational, stores.reach)
            self._edits = lambda: edits_of(steering.plan)
            self.apply_edits()
            steering.on_server_settings = self.apply_edits
            fleet = steering.fleet
            stack.push_async_callback(fleet.flush)
            stack.callback(fleet.stop)
            self.outbox = stores.outbox
            self.access = Access(RelationalTokens(stores.relational))
            self.people = People(RelationalUsers(stores.relational), RelationalSessions(stores.relational))
            jobs = running_jobs(
                stores,
                fleet,
                overview,
                lambda: self.settings.retention,
                stopping=self.stopping,
                reloaded=self.reloaded,
            )
            await stack.enter_async_context(jobs)
            charts = Charts()
            stack.push_async_callback(charts.close)
            grok_checks = GrokChecks()
            stack.push_async_callback(grok_checks.close)
            tryouts = TryOuts()
            stack.push_async_callback(tryouts.close)
            yield create_app(
                self._parts(stores, steering, overview, tail, charts, grok_checks, tryouts, metrics)
            )

    def _parts(
        self,
        stores: Stores,
        steering: Steering,
        overview: Overview,
        tail: Tail,
        charts: Charts,
        grok_checks: GrokChecks,
        tryouts: TryOuts,
        metrics: Metrics,
    ) -> Parts:
        settings = self.settings
        fleet = steering.fleet
        questions = Questions(
            stores.samples,
            stores.windows,
            interval_s=settings.agent.interval_s,
            raw_days=lambda: self.settings.retention.samples_days,
        )
        levels = LogLevels(stores.clients)
        return Parts(
            live=self.live,
            access=self.access,
            people=self.people,
            storage=StoredSizes(stores.relational, stores.audit, stores.clients, settings.data),
            pandora=Pandora(self.access, open_vault(settings.data), RelationalSignatures(stores.relational)),
            fleet=fleet,
            steering=steering,
            releases=Releases(RelationalReleases(stores.relational), PackageFiles(settings.data)),
            mark_store=stores.marks,
            host_reports=HostReports(stores.reports, fleet, own_machine(settings), self.live),
            samples=stores.samples,
            logs=stores.logs,
            tail=tail,
            questions=questions,
            overview=overview,
            attention=Attention(fleet, overview, levels, lambda: read_disk(settings.data), questions),
            inventory=stores.inventory,
            counters=Counters(stores.counters, zone=lambda: load_zone(self.settings.server.display_timezone)),
            charts=charts,
            grok_checks=grok_checks,
            tryouts=tryouts,
            audit_log=stores.audit,
            audit_verifier=stores.audit.verifier,
            outbox=stores.outbox,
            operations=Operations(
                fleet=fleet,
                metrics=metrics,
                reload=self.reload,
                ping=stores.ping,
                pending_bytes=lambda: stores.pending_bytes,
            ),
            own_names=own_names(settings),
        )

    async def _serve(self, app: Any, listening: socket.socket) -> None:
        tls = self.settings.server
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_S,
            ssl_certfile=tls.tls_certificate or None,
            ssl_keyfile=tls.tls_key or None,
        )
        try:
            config.load()
        except OSError as error:
            raise SettingsError(f"server.tls_certificate, server.tls_key: {error}") from None
        spare_what_stays()
        sys.setswitchinterval(SWITCH_S)
        server = _Uvicorn(config, self.ready.set)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        stopped = asyncio.create_task(self.stopping.wait())
        await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopped.cancel()
        await serving


class _Uvicorn(uvicorn.Server):
    """Leaves signals to whoever runs the loop, and says when it has started."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def own_machine(settings: Settings) -> OwnMachine:
    """Return the machine that this process runs on."""
    collector = ReportCollector(parse_ports(settings.agent.ports))
    lock = asyncio.Lock()

    async def collect() -> Report:
        async with lock:
            return await asyncio.to_thread(collector.collect)

    return OwnMachine(hostname=socket.gethostname(), machine_id=read_machine_id(), collect=collect)


def own_names(settings: Settings) -> frozenset[str]:
    """Return the names by which a browser may call this server without more configuration."""
    hostname = socket.gethostname().lower()
    return frozenset({hostname, f"{hostname}.local", settings.server.host.lower()})


def on_signals(server: Server) -> None:
    """Stop on SIGINT and SIGTERM, reload on SIGHUP."""
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[None]] = set()

    async def reload() -> None:
        try:
            await server.reload()
        except SettingsError as error:
            _log.error("reload refused, nothing changed: %s", error)

    def start_reload() -> None:
        task = asyncio.create_task(reload())
        running.add(task)
        task.add_done_callback(running.discard)

    loop.add_signal_handler(signal.SIGINT, server.stop)
    loop.add_signal_handler(signal.SIGTERM, server.stop)
    loop.add_signal_handler(signal.SIGHUP, start_reload)
