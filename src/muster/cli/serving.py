"""The server process: opens every part in order, runs until told to stop, closes in reverse."""

import asyncio
import contextlib
import datetime
import fcntl
import logging
import os
import resource
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from muster.agent.collect.ports import parse_ports
from muster.agent.collect.report import ReportCollector
from muster.agent.machine import read_machine_id
from muster.api.app import Parts, create_app
from muster.api.host_reports.service import HostReports, OwnMachine
from muster.api.http.live import Live
from muster.api.http.metrics import Metrics
from muster.api.ops.routes import Change, Operations
from muster.core.access import Access
from muster.core.fleet.registry import FLUSH_S, Fleet
from muster.errors import MusterError, SettingsError
from muster.failpoints import parse_failpoints
from muster.model.report import Report
from muster.settings import LoadedSettings, Settings, diff_settings, reload_settings
from muster.store.relational.agents import RelationalAgents
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.inventory import RelationalInventory
from muster.store.relational.marks import RelationalMarks
from muster.store.relational.migrate import migrate
from muster.store.relational.tokens import RelationalTokens
from muster.store.relational.users import RelationalUsers
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.reports import ReportTable
from muster.store.telemetry.retention import drop_older_than

RETENTION_S = 3600.0
OPEN_FILES = 65_536
GRACE_S = 2

_log = logging.getLogger("muster.server")


class Server:
    """One running server. `access` is usable before the first request, for `muster up`."""

    def __init__(self, loaded: LoadedSettings) -> None:
        self._loaded = loaded
        self.live = Live(loaded.settings)
        self.stopping = asyncio.Event()
        self.ready = asyncio.Event()
        self.access: Access

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.live.settings

    async def run(self) -> None:
        """Serve until `stop`. Raises SettingsError when the directory or the port cannot be had."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(locked(self.settings.data))
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
        diff = diff_settings(self.settings, loaded.settings)
        self._loaded, self.live.settings = loaded, diff.effective
        logging.getLogger("muster").setLevel(self.settings.log.level.upper())
        for change in diff.changes:
            _log.info("setting %s %s", change.key, "changed" if change.applied else "needs a restart")
        return [Change(c.key, c.old, c.new, c.applied) for c in diff.changes]

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[Any]:
        """Open the stores and what stands on them; close them in reverse."""
        settings = self.settings
        metrics = Metrics()
        async with contextlib.AsyncExitStack() as stack:
            relational = await asyncio.to_thread(_open_relational, settings, metrics)
            stack.push_async_callback(asyncio.to_thread, relational.close)
            clients = TelemetryClients(
                settings.telemetry,
                settings.data,
                query_timeout_s=lambda: self.settings.telemetry.query_timeout_s,
            )
            stack.push_async_callback(asyncio.to_thread, clients.close)
            await asyncio.to_thread(clients.create_tables)
            marks = RelationalMarks(relational)
            reports = await asyncio.to_thread(
                lambda: ReportTable(
                    clients, marks, settings.commit, reach=parse_failpoints(os.environ), observer=metrics
                )
            )
            stack.push_async_callback(asyncio.to_thread, reports.close)
            inventory = RelationalInventory(relational, now_us=lambda: time.time_ns() // 1000)
            fleet = Fleet(RelationalAgents(relational))
            await fleet.load()
            stack.push_async_callback(fleet.flush)
            self.access = Access(RelationalTokens(relational), RelationalUsers(relational))
            stack.callback(fleet.stop)

            async def ping() -> None:
                await asyncio.gather(relational.ping(), reports.ping())

            operations = Operations(
                fleet=fleet,
                metrics=metrics,
                reload=self.reload,
                ping=ping,
                pending_bytes=lambda: {
                    "reports": reports.pending_bytes,
                    "relational": relational.pending_bytes,
                },
            )
            parts = Parts(
                live=self.live,
                access=self.access,
                fleet=fleet,
                mark_store=marks,
                host_reports=HostReports(reports, fleet, own_machine(settings), self.live),
                inventory=inventory,
                operations=operations,
                own_names=own_names(settings),
            )
            for job in (
                every(FLUSH_S, fleet.flush),
                every(RETENTION_S, lambda: asyncio.to_thread(self._drop_old, clients)),
                every(RETENTION_S, lambda: asyncio.to_thread(self._prune_inventory, inventory)),
                self._stop_polls(fleet),
            ):
                task = asyncio.create_task(job)
                stack.callback(task.cancel)
            yield create_app(parts)

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
        server = _Uvicorn(config, self.ready.set)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        stopped = asyncio.create_task(self.stopping.wait())
        await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopped.cancel()
        await serving

    async def _stop_polls(self, fleet: Fleet) -> None:
        await self.stopping.wait()
        fleet.stop()

    def _drop_old(self, clients: TelemetryClients) -> None:
        today = datetime.datetime.now(datetime.UTC).date()
        dropped = drop_older_than(clients, "reports", today=today, days=self.settings.retention.reports_days)
        if dropped:
            _log.info("retention dropped reports received on %s", ", ".join(map(str, dropped)))

    def _prune_inventory(self, inventory: RelationalInventory) -> None:
        days = datetime.timedelta(days=self.settings.retention.inventory_days)
        before = datetime.datetime.now(datetime.UTC) - days
        pruned = inventory.prune(int(before.timestamp()) * 1_000_000)
        if pruned:
            _log.info("retention dropped %d versions of the inventory", pruned)


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


def _open_relational(settings: Settings, metrics: Metrics) -> Relational:
    relational = open_relational(
        settings.relational.dsn, settings.data, queue_bytes=settings.commit.queue_bytes, observer=metrics
    )
    try:
        migrate(relational)
    except BaseException:
        relational.close()
        raise
    return relational


async def every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Run `work` now and again; what goes wrong once is logged and tried again."""
    while True:
        try:
            await work()
        except MusterError as error:
            _log.warning("%s", error)
        await asyncio.sleep(seconds)


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


@contextlib.contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the data directory. Raises SettingsError when another process does, or it cannot be written."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (data / "lock").open("a+")
    except OSError as error:
        raise SettingsError(f"data directory {data}: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SettingsError(
                f"data directory {data} is used by another Muster (pid {file.read().strip() or 'unknown'})"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """Listen on an address. Raises SettingsError when it is taken or not this machine's."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = "is taken by another program; choose another with --port" if error.errno == 98 else error
        raise SettingsError(f"{host}:{port} {reason}") from None
    with listening:
        # Inherited by each connection; asyncio sets it only on sockets with an explicit protocol.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.setblocking(False)
        yield listening


def raise_open_files() -> None:
    """Let this process hold as many connections as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


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
