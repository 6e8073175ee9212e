"""`muster agent`: collects on this machine and sends to a server. `muster agent install`: as a service."""

import asyncio
import gc
import logging
import os
import signal
import sys
from pathlib import Path

import click
import msgspec

from muster.agent.unit import unit_text, unreachable_part, write_unit
from muster.cli.enrolment_token import HOW_TO_ENROL, read_token, token_reader
from muster.cli.logs import start_logging
from muster.cli.supervise import when_input_ends
from muster.errors import InvalidInput, SettingsError
from muster.failpoints import Reach, parse_failpoints
from muster.model.release import parse_public_key
from muster.settings import Settings, load_settings
from muster.settings.load import DEFAULT

TOKEN_VARIABLE = "MUSTER_AGENT_TOKEN"  # noqa: S105 the name of a variable, not a token
DEFAULT_DATA = Path("muster-agent")
SERVICE_DATA = Path("/var/lib/muster-agent")
SERVICE_UNIT = Path("/etc/systemd/system/muster-agent.service")

_log = logging.getLogger(__name__)

_interval = click.option(
    "--interval", metavar="S", type=float, help="Seconds between two reports.  [default: 10]"
)
_ports = click.option(
    "--watch-port",
    "--port-watch",
    "ports",
    metavar="SPEC",
    multiple=True,
    help="A port or range to watch (443, 3000-3007); repeatable.",
)
_upgrade_key = click.option(
    "--upgrade-key", metavar="KEY", help="Take new versions that are signed with this public key."
)
_ca_file = click.option("--ca-file", metavar="FILE", help="Trust these authorities for https.")


@click.group(
    "agent",
    invoke_without_command=True,
    short_help="Report this machine to a server.",
    epilog="Example: muster agent --server http://10.0.0.5:8080 --token-file token --data muster-agent",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--server", metavar="URL", help="Where to send.  [default: http://127.0.0.1:8080]")
@click.option(
    "--token-file", metavar="FILE", help=f"Holds the enrolment token; else ${TOKEN_VARIABLE} is used."
)
@click.option("--data", metavar="DIR", type=Path, help=f"Keeps the spool.  [default: {DEFAULT_DATA}]")
@click.option("--config", metavar="FILE", type=Path, help="Settings in TOML.")
@_interval
@_ports
@click.option("--reports-dir", metavar="DIR", help="Also write each report to DIR/<id>.json.")
@_ca_file
@_upgrade_key
@click.option("--launched", metavar="NAME", default="", hidden=True, help="Set by the launcher.")
@click.option("--supervised", is_flag=True, hidden=True, help="Stop when standard input ends.")
@click.pass_context
def command(
    context: click.Context,
    server: str | None,
    token_file: str | None,
    data: Path | None,
    config: Path | None,
    interval: float | None,
    ports: tuple[str, ...],
    reports_dir: str | None,
    ca_file: str | None,
    upgrade_key: str | None,
    launched: str,
    supervised: bool,
) -> None:
    """Collect reports of this machine and send them to a server, until Ctrl-C.

    Reports are kept on disk until the server has stored them; the server need not be reachable.
    """
    if context.invoked_subcommand is not None:
        return
    flags = {
        "data": data,
        "agent.server": server,
        "agent.token_file": token_file,
        "agent.interval_s": interval,
        "agent.ports": list(ports) or None,
        "agent.reports_dir": reports_dir,
        "agent.ca_file": ca_file,
        "agent.upgrade_key": upgrade_key,
    }
    environ = dict(os.environ)
    token = environ.pop(TOKEN_VARIABLE, None)
    loaded = load_settings(file=config, environ=environ, flags=flags)
    settings = loaded.settings
    if loaded.origins["data"] == DEFAULT:
        settings = msgspec.structs.replace(settings, data=DEFAULT_DATA)
    start_logging(settings.log)
    has_ports = loaded.origins["agent.ports"] != DEFAULT
    context.exit(run_agent(settings, token, supervised=supervised, launched=launched, has_ports=has_ports))


@command.command("install", short_help="Write a systemd unit for the agent.")
@click.option("--server", metavar="URL", required=True, help="Where to send.")
@click.option("--token-file", metavar="FILE", type=Path, help="Holds the enrolment token; root may read it.")
@click.option("--data", metavar="DIR", type=Path, default=SERVICE_DATA, show_default=True)
@_interval
@_ports
@_ca_file
@_upgrade_key
@click.option("--unit-path", metavar="FILE", type=Path, default=SERVICE_UNIT, show_default=True)
@click.option("--force", is_flag=True, help="Replace a unit that is different.")
def install(
    server: str,
    token_file: Path | None,
    data: Path,
    interval: float | None,
    ports: tuple[str, ...],
    ca_file: str | None,
    upgrade_key: str | None,
    unit_path: Path,
    force: bool,
) -> None:
    """Write a hardened systemd unit that runs the agent, and print what to run next.

    With --upgrade-key the agent runs under a launcher, and can be upgraded from the server.
    """
    flags = {"data": data, "agent.server": server, "agent.interval_s": interval, "agent.ca_file": ca_file}
    flags |= {"agent.ports": list(ports) or None, "agent.upgrade_key": upgrade_key}
    _check_service(load_settings(file=None, environ={}, flags=flags).settings, token_file)
    python = Path(sys.executable)
    closed = unreachable_part(python)
    if closed is not None:
        raise SettingsError(f"the service's user cannot enter {closed}; install Muster in /opt, for example")
    text = unit_text(
        python=python,
        server=server,
        data=data,
        token_file=token_file.absolute() if token_file else None,
        ca_file=Path(ca_file).absolute() if ca_file else None,
        upgrade_key=upgrade_key or "",
        options=[
            *(() if interval is None else ("--interval", f"{interval:g}")),
            *(word for port in ports for word in ("--watch-port", port)),
        ],
    )
    is_new = write_unit(unit_path, text, force=force)
    if token_file is None:
        click.echo(
            f"Without --token-file the agent sends nothing until it is enrolled. {HOW_TO_ENROL}", err=True
        )
    click.echo(f"{f'Wrote {unit_path}' if is_new else f'{unit_path} is unchanged'}. Now run:\n", err=True)
    click.echo("systemctl daemon-reload")
    click.echo(f"systemctl enable --now {unit_path.stem}")


def _check_service(settings: Settings, token_file: Path | None) -> None:
    """Raise SettingsError for what the service would fail on."""
    from muster.agent.link import open_trust, parse_server
    from muster.model.ports import parse_ports

    parse_server(settings.agent.server)
    open_trust(settings.agent.server, settings.agent.ca_file)
    parse_ports(settings.agent.ports)
    if settings.agent.upgrade_key:
        parse_public_key(settings.agent.upgrade_key)
    if token_file is not None:
        read_token(token_file)


def run_agent(
    settings: Settings,
    token: str | None,
    *,
    supervised: bool = False,
    launched: str = "",
    has_ports: bool = True,
) -> int:
    """Run an agent until SIGINT or SIGTERM, or, when supervised, until standard input ends.

    `token` enrols when there is no token file; `launched` is what the launcher calls this version;
    `has_ports`: somebody named its ports, which are watched whatever the server says.
    Returns the exit code. Raises SettingsError.
    """
    from muster.agent.heap import share_heap
    from muster.agent.identity import open_data_directory

    share_heap()
    with open_data_directory(settings.data):
        return asyncio.run(_run(settings, token, supervised, launched, has_ports))


async def _run(
    settings: Settings, token: str | None, supervised: bool, launched: str, has_ports: bool
) -> int:
    from muster.agent.clock import system_clock
    from muster.agent.collect.snapshot import SnapshotCollector
    from muster.agent.outside import OutsideAddress
    from muster.agent.reports_dir import ReportsDirectory
    from muster.agent.runtime import Runtime
    from muster.agent.system_logs import system_logs
    from muster.agent.upgrade.link import UpgradingLink
    from muster.agent.upgrade.local import Place, load_trust
    from muster.agent.upgrade.upgrader import SWITCH, Upgrader
    from muster.model.ports import parse_ports

    agent = settings.agent
    try:
        ports = parse_ports(agent.ports)
    except InvalidInput as error:
        raise SettingsError(error.message) from None
    sink = ReportsDirectory(Path(agent.reports_dir), agent.reports_keep) if agent.reports_dir else None
    clock = system_clock()
    outside = OutsideAddress(agent.outside_address_urls, clock)
    reach = _reach()
    stop = asyncio.Event()
    place = Place(data=settings.data, running=launched, server=agent.server, ca_file=agent.ca_file)

    def needs() -> list[str]:
        return runtime.needs()

    upgrader = Upgrader(place, load_trust(agent), clock=clock, reach=reach, switch=stop.set, needs=needs)
    link = UpgradingLink(agent.server, upgrader, ca_file=agent.ca_file)
    runtime = Runtime(
        settings=agent,
        data=settings.data,
        link=link,
        collector=SnapshotCollector(
            ports if has_ports else (),
            usual_ports=() if has_ports else ports,
            environment=agent.environment,
            outside_address=lambda: outside.address,
        ),
        sink=sink,
        read_token=token_reader(agent.token_file, token),
        reach=reach,
        clock=clock,
        built_in=system_logs() if supervised and agent.collect_logs else (),
        beside={
            "upgrading": lambda: upgrader.run(link.fetch),
            **({"outside address": outside.run} if agent.outside_address_urls else {}),
        },
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if supervised:
        when_input_ends(lambda: loop.call_soon_threadsafe(stop.set))
    gc.collect()
    gc.freeze()
    _log.info("collecting every %g s for %s", agent.interval_s, agent.server)
    await runtime.run(stop)
    return SWITCH if upgrader.is_switching else 0


def _reach() -> Reach:
    try:
        return parse_failpoints(os.environ)
    except ValueError as error:
        raise SettingsError(str(error)) from None
