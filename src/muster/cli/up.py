"""`muster up`: the server, and an agent for this machine as a supervised child."""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import click
import uvloop

from muster.cli.addresses import own_url, sign_in_url
from muster.cli.logs import start_logging
from muster.cli.options import server_options
from muster.cli.serving import Server, on_signals
from muster.cli.supervise import Supervisor
from muster.errors import Unauthenticated
from muster.model.access import Scope, Surface
from muster.settings import AgentSettings, LoadedSettings, Settings, load_settings
from muster.settings.load import DEFAULT

DEMO_MACHINES = 12
DEMO_DAYS = 7
DEMO_GATHER_MS = 20
"""Twelve agents need not wait for each other's batches as thousands do."""

ENROLMENT_DAYS = 365
DEMO_TOKEN_DAYS = 1
DAY_US = 86_400 * 1_000_000


@click.command(
    "up",
    short_help="Run the server and an agent for this machine.",
    epilog="Example: muster up --open",
)
@click.option(
    "--demo",
    is_flag=True,
    help=f"Add {DEMO_MACHINES} made-up machines; without --data, in a temporary directory.",
)
@server_options
def command(loaded: LoadedSettings, demo: bool) -> None:
    """Run the server and, as its child, an agent that reports this machine, until Ctrl-C."""
    start_logging(loaded.settings.log)
    if demo:
        loaded = with_flags(loaded, {"commit.agent_gather_ms": DEMO_GATHER_MS})
    if not demo or loaded.origins["data"] != DEFAULT:
        uvloop.run(_run(Server(loaded), demo))
        return
    with tempfile.TemporaryDirectory(prefix="muster-demo-", ignore_cleanup_errors=True) as directory:
        uvloop.run(_run(Server(with_flags(loaded, {"data": Path(directory)})), demo))


def with_flags(loaded: LoadedSettings, flags: Mapping[str, object]) -> LoadedSettings:
    """Return the settings of the same sources with more flags. Raises SettingsError."""
    sources = loaded.sources
    return load_settings(file=sources.file, environ=sources.environ, flags={**sources.flags, **flags})


async def _run(server: Server, demo: bool) -> None:
    on_signals(server)
    running = asyncio.create_task(server.run())
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait((running, ready), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        ready.cancel()
        await running
        return
    token_file = await _enrolment_token(server)
    children = [Supervisor(agent_argv(server.settings, token_file), agent_environ(server.settings))]
    if demo:
        story_file = await _story_token(server)
        children.append(Supervisor(fleet_argv(server.settings, token_file, story_file)))
    watching = [asyncio.create_task(child.run()) for child in children]
    click.echo(welcome(server.settings, await server.people.create_link()), err=True)
    try:
        await server.stopping.wait()
    finally:
        await asyncio.gather(*(child.stop() for child in children))
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*watching)
    await running


async def _enrolment_token(server: Server) -> Path:
    return await _token_file(server, "agent-token", "local agent", Scope.AGENT, ENROLMENT_DAYS)


async def _story_token(server: Server) -> Path:
    return await _token_file(server, "demo-token", "demo", Scope.ADMIN, DEMO_TOKEN_DAYS)


async def _token_file(server: Server, file_name: str, name: str, scope: Scope, days: int) -> Path:
    """Return the file, readable by this user only, with a child's token; make one unless it is valid."""
    path = server.settings.data / file_name
    with contextlib.suppress(OSError, UnicodeDecodeError, Unauthenticated):
        await server.access.authenticate(path.read_text().strip(), time.time_ns() // 1000)
        return path
    expires_us = time.time_ns() // 1000 + days * DAY_US
    _, text = await server.access.create_token(name, frozenset({scope}), expires_us=expires_us)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
    return path


def agent_argv(settings: Settings, token_file: Path) -> list[str]:
    """Return the command line of this machine's agent."""
    named = settings.agent.ports if settings.agent.ports != AgentSettings().ports else ()
    ports = [item for port in named for item in ("--watch-port", str(port))]
    directory = ["--reports-dir", settings.agent.reports_dir] if settings.agent.reports_dir else []
    authorities = ["--ca-file", settings.agent.ca_file] if settings.agent.ca_file else []
    return [
        *(sys.executable, "-m", "muster", "agent", "--supervised"),
        *("--server", own_url(settings)),
        *("--token-file", str(token_file)),
        *("--data", str(settings.data / "agent")),
        *("--interval", str(settings.agent.interval_s)),
        *ports,
        *directory,
        *authorities,
    ]


def agent_environ(settings: Settings) -> dict[str, str]:
    """Return this process's environment with what the agent's command line cannot say."""
    return {
        **os.environ,
        "MUSTER_AGENT_ALLOW_RUNNERS": ",".join(settings.agent.allow_runners),
        "MUSTER_AGENT_ALLOW_PATHS": ",".join(settings.agent.allow_paths),
        "MUSTER_AGENT_ALLOW_WRITE_PATHS": ",".join(settings.agent.allow_write_paths),
        "MUSTER_AGENT_COLLECT_LOGS": str(settings.agent.collect_logs).lower(),
    }


def fleet_argv(settings: Settings, token_file: Path, story_file: Path) -> list[str]:
    """Return the command line of the made-up machines."""
    authorities = ["--ca-file", settings.agent.ca_file] if settings.agent.ca_file else []
    return [
        *(sys.executable, "-m", "muster", "generate", "fleet", "--supervised"),
        *("--agents", str(DEMO_MACHINES)),
        *("--server", own_url(settings)),
        *("--token-file", str(token_file)),
        *("--home", str(settings.data / "demo")),
        *("--past", str(DEMO_DAYS)),
        *("--story-token-file", str(story_file)),
        *authorities,
    ]


def welcome(settings: Settings, code: str) -> str:
    """Return what to open and what to call; `code` signs in once."""
    url = own_url(settings)
    lines = [
        "",
        f"  Muster is up.      {url}",
        f"  Sign in, once      {sign_in_url(url, code)}",
        f"  Documentation      {url}/docs",
    ]
    opened = settings.auth.open
    if Surface.REPORTS in opened:
        lines += [
            f"  This machine now   curl {url}/reports/last",
            f"  The last day       curl {url}/reports/avg/hours",
        ]
    else:
        lines += [
            f"  A token            muster token create --data {settings.data} --scope read --name me",
            f"  This machine now   curl -H 'Authorization: Bearer TOKEN' {url}/reports/last",
        ]
    if opened:
        lines += ["", f"  Open without a token, from this machine only: {', '.join(opened)}"]
    return "\n".join((*lines, "  Ctrl-C stops it.", ""))
