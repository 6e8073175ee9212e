"""`muster generate fleet`: agents with made-up machines."""

import asyncio
import gc
import os
import resource
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from muster.agent.simulated.fleet import SimulatedFleet
from muster.agent.simulated.keeping import HomeDirectories, Identities, LeanHomes
from muster.agent.thread import in_thread
from muster.cli.client import Client, read_token
from muster.cli.demo_story import tell_story
from muster.cli.logs import start_logging
from muster.cli.supervise import when_input_ends
from muster.errors import SettingsError
from muster.settings import AgentSettings, LogSettings

TOKEN_VARIABLE = "MUSTER_AGENT_TOKEN"  # noqa: S105 the name of a variable, not a token
MAX_AGENTS = 20_000
MAX_PAST_DAYS = 30
RARELY = (50_000, 20, 1_000)
"""Thresholds of the garbage collector: millions of objects live as long as the process does."""

SPOOL_BYTES = 4 * 1024 * 1024


@click.command(
    "fleet",
    epilog="Example: muster generate fleet --agents 50 --server http://10.0.0.5:8080 --token-file token",
)
@click.option(
    "--agents", type=click.IntRange(1, MAX_AGENTS), default=12, show_default=True, help="How many machines."
)
@click.option("--server", metavar="URL", default="http://127.0.0.1:8080", show_default=True)
@click.option(
    "--token-file", metavar="FILE", help=f"Holds the enrolment token; else ${TOKEN_VARIABLE} is used."
)
@click.option("--ca-file", metavar="FILE", default="", help="Trust these authorities for https.")
@click.option(
    "--interval",
    "interval_s",
    type=click.FloatRange(1, 86_400),
    default=10,
    show_default=True,
    help="Seconds between two reports; how often samples are taken is up to the server.",
)
@click.option(
    "--identities",
    metavar="FILE",
    type=Path,
    help="Keep the agents' ids there, to be the same ones next time.",
)
@click.option(
    "--home",
    metavar="DIR",
    type=Path,
    help="Keep all that the agents must not forget there, each in a directory of its own.",
)
@click.option(
    "--past",
    "past_days",
    type=click.IntRange(0, MAX_PAST_DAYS),
    default=0,
    show_default=True,
    metavar="DAYS",
    help="Send what the machines measured before, too; some have troubles. Needs --home.",
)
@click.option(
    "--story-token-file",
    metavar="FILE",
    type=Path,
    hidden=True,
    help="Holds a token with which to set up the fleet of the demo.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Makes the same machines.")
@click.option("--flaky", is_flag=True, help="Now and then a machine is away.")
@click.option("--supervised", is_flag=True, hidden=True, help="Stop when standard input ends.")
def fleet(
    agents: int,
    server: str,
    token_file: str | None,
    ca_file: str,
    interval_s: float,
    identities: Path | None,
    home: Path | None,
    past_days: int,
    story_token_file: Path | None,
    seed: int,
    flaky: bool,
    supervised: bool,
) -> None:
    """Run agents whose machines are made up, in one process, until Ctrl-C.

    They check in, collect, spool, send, and apply what the server wants as real ones do.
    """
    if past_days and home is None:
        raise click.UsageError("--past needs --home")
    start_logging(LogSettings(level="warning"))
    _allow_files(agents)
    settings = AgentSettings(
        server=server,
        ca_file=ca_file,
        interval_s=interval_s,
        inventory_interval_s=max(interval_s, 60.0),
        spool_bytes=SPOOL_BYTES,
    )
    token = _read_token(token_file)
    simulated = SimulatedFleet(
        settings,
        count=agents,
        read_token=lambda: token,
        homes=HomeDirectories(home) if home else LeanHomes(Identities(identities)),
        seed=seed,
        flaky=flaky,
        past_days=past_days,
    )
    click.echo(f"{agents} made-up machines report to {server}. Ctrl-C stops them.", err=True)
    tell = None
    if story_token_file is not None and home is not None:
        client = Client(server, read_token(story_token_file, {}), ca_file=Path(ca_file) if ca_file else None)
        tell = partial(tell_story, client, home, agents)
    asyncio.run(_run(simulated, supervised, tell))


async def _run(simulated: SimulatedFleet, supervised: bool, tell: Callable[[], str] | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if supervised:
        when_input_ends(lambda: loop.call_soon_threadsafe(stop.set))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)
    telling = asyncio.create_task(_tell(tell)) if tell is not None else None
    await simulated.run(stop)
    if telling is not None:
        telling.cancel()


async def _tell(tell: Callable[[], str]) -> None:
    trouble = await in_thread(tell)
    if trouble:
        click.echo(f"the fleet of the demo is not set up whole: {trouble}", err=True)


def _read_token(token_file: str | None) -> str:
    """Return the enrolment token. Raises SettingsError."""
    try:
        token = Path(token_file).read_text().strip() if token_file else os.environ.get(TOKEN_VARIABLE, "")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--token-file: {error}") from None
    if not token:
        raise SettingsError(
            "no enrolment token; make one on the server: muster token create --scope agent --name demo"
        )
    return token


def _allow_files(agents: int) -> None:
    """Let the process have two connections for each agent. Raises SettingsError when it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * agents + 256
    if soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SettingsError(
            f"{agents} agents need {wanted} open files, this user may have {hard} (ulimit -n)"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
