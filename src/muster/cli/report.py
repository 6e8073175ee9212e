"""`muster report`: collect, read and import host reports (source 1)."""

from pathlib import Path
from urllib.parse import quote

import click
import msgspec

from muster.cli.client import Client, client_options
from muster.cli.options import data_options
from muster.cli.report_import import import_folder
from muster.errors import InvalidInput
from muster.model.report import Report, parse_report, parse_report_id, to_json
from muster.settings import LoadedSettings

_agent_option = click.option(
    "--agent", metavar="NAME", help="Whose reports: an agent's id or hostname.  [default: the server's host]"
)


class _Names(msgspec.Struct):
    reports: list[str]


class _Checked(msgspec.Struct):
    report: msgspec.Raw


@click.group(
    "report",
    short_help="Collect, read and import host reports.",
    epilog="""\b
Examples:
  muster report check                      collect a report of this machine and print it
  muster report get last --agent db-1      the newest report of another one
  muster report get avg 24                 mean cpu and memory of a day
  muster report import /var/monit          store a folder of reports
""",
)
def command() -> None:
    """Collect, read and import host reports."""


@command.command("check", short_help="Collect a report now and print it.")
@click.option("--save", metavar="DIR", type=Path, help="Also write it to DIR/<id>.json.")
@click.option("--send", is_flag=True, help="Also store it on the server.")
@click.option("--agent", metavar="NAME", help="Collect on another machine, through the server.")
@data_options
@client_options
def check(client: Client, loaded: LoadedSettings, save: Path | None, send: bool, agent: str | None) -> None:
    """Collect a report of this machine, which takes about a second, and print it."""
    if agent is None:
        report = _collect(loaded)
    else:
        answer = msgspec.json.decode(client.get("/check", agent=agent), type=_Checked)
        report = parse_report(bytes(answer.report))
    body = to_json(report)
    _print_json(body)
    if save is not None:
        _save(save, report, body)
    if send:
        client.post("/reports", b"[%b]" % body, agent=agent)


@command.command("list", short_help="Print the names of the stored reports.")
@_agent_option
@client_options
def list_names(client: Client, agent: str | None) -> None:
    """Print the names of the stored reports, newest first."""
    for name in msgspec.json.decode(client.get("/reports/list", agent=agent), type=_Names).reports:
        click.echo(name)


@command.group("get", short_help="Print a stored report, or a mean.")
def get() -> None:
    """Print a stored report, or the mean of several."""


@get.command("last", short_help="The newest report.")
@_agent_option
@client_options
def get_last(client: Client, agent: str | None) -> None:
    """Print the newest report."""
    _print_json(client.get("/reports/last", agent=agent))


@get.command("avg", short_help="Mean cpu and memory of the last HOURS hours.")
@click.argument("hours", type=click.IntRange(1, 8760))
@_agent_option
@client_options
def get_average(client: Client, hours: int, agent: str | None) -> None:
    """Print the mean cpu and memory, in percent, of the last HOURS hours."""
    _print_json(client.get(f"/reports/avg/{hours}", agent=agent))


@get.command("name", short_help="One report by its id.")
@click.argument("name", metavar="ID[.json]")
@_agent_option
@client_options
def get_name(client: Client, name: str, agent: str | None) -> None:
    """Print the report of that id."""
    _print_json(client.get(f"/reports/{quote(name, safe='')}", agent=agent))


@command.command("import", short_help="Store a folder of reports.")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--agent", metavar="NAME", help="The host they are of.  [default: the os.node of each report]")
@client_options
@click.pass_context
def import_reports(context: click.Context, folder: Path, client: Client, agent: str | None) -> None:
    """Store every *.json of a folder, such as /var/monit.

    It may be run again: reports that are stored already are counted, not doubled. Files that hold
    no report are named and skipped, and the exit code is then 1.
    """
    outcome = import_folder(client, folder, agent)
    click.echo(f"{outcome.stored} stored, {outcome.known} known already, {outcome.skipped} skipped")
    context.exit(1 if outcome.skipped else 0)


def _collect(loaded: LoadedSettings) -> Report:
    from muster.agent.collect.report import ReportCollector
    from muster.model.ports import parse_ports

    return ReportCollector(parse_ports(loaded.settings.agent.ports)).collect()


def _save(folder: Path, report: Report, body: bytes) -> None:
    """Write `<id>.json` in one step, so that no reader sees half of it."""
    path = folder / f"{parse_report_id(report.id)}.json"
    part = path.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(body)
        part.replace(path)
    except OSError as error:
        raise InvalidInput(f"{error.filename}: {error.strerror}", field="--save") from None


def _print_json(body: bytes) -> None:
    click.echo(msgspec.json.format(body, indent=2))
