"""`muster`: finds the command, and turns what it raises into a line and an exit code.

Exit codes: 0 done, 1 the request cannot be done, 2 wrong usage, settings or surroundings,
130 stopped by Ctrl-C.
"""

import difflib
import importlib
import sys
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

import click

from muster import __version__
from muster.errors import CallerError, EnvironmentFault, InvalidInput, SettingsError

INTERRUPTED = 130


class Entry(NamedTuple):
    """A command: the module that holds it as `command`, and its line in the overview."""

    name: str
    module: str
    help: str


COMMANDS = (
    Entry("up", "muster.cli.up", "Run the server and an agent for this machine."),
    Entry("server", "muster.cli.server", "Run the server."),
    Entry("agent", "muster.cli.agent", "Report this machine to a server."),
    Entry("report", "muster.cli.report", "Collect, read and import host reports."),
    Entry("metrics", "muster.cli.metrics", "Show what a machine measures."),
    Entry("logs", "muster.cli.logs_command", "Search, follow and send log lines."),
    Entry("token", "muster.cli.token", "Create, list and revoke access tokens."),
    Entry("user", "muster.cli.user", "Let people sign in to the console."),
    Entry("audit", "muster.cli.audit", "Export, verify and check the audit log."),
    Entry("generate", "muster.cli.generate", "Send made-up data to a server."),
    Entry("create-random-events", "muster.cli.create_random_events", "Another name of `generate events`."),
    Entry("release", "muster.cli.release", "Sign and offer new versions of the agent."),
    Entry("config", "muster.cli.config", "Show or check the settings in force."),
    Entry("migrate", "muster.cli.migrate", "Bring the database to this version's schema."),
)

EPILOG = """\b
Examples:
  muster up --open                              try it on this machine
  muster server --data /var/lib/muster          run a server
  muster token create --scope agent --name web  let another machine report
  muster agent --server http://10.0.0.5:8080 --token-file token
  muster report get last                        read the newest report
  muster metrics cpu.used_percent               draw the last hour
"""


class LazyCommands(click.Group):
    """Imports the module of a command when that command is run, so that an agent stays small."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the overview."""
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None when there is none of that name."""
        for entry in COMMANDS:
            if entry.name == cmd_name:
                return _imported(entry)
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the arguments, or say which one is meant."""
        name = args[0]
        names = self.list_commands(ctx)
        if name not in names and not name.startswith("-"):
            like = difflib.get_close_matches(name, names, n=1)
            ctx.fail(f"no command {name!r}" + (f"; did you mean {like[0]}?" if like else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in COMMANDS])


@click.command(
    "muster",
    cls=LazyCommands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "--version", message="muster %(version)s")
def group() -> None:
    """One server for a fleet of machines: metrics, reports, inventory, logs, events, audit.

    Settings come from defaults, a TOML file, MUSTER_SECTION_KEY variables and options, the later
    one winning; `muster config show` prints them all.
    """


def run(args: Sequence[str]) -> int:
    """Run a command line and return its exit code; errors are told on standard error."""
    try:
        result = group.main(args=list(args), prog_name="muster", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (CallerError, EnvironmentFault) as error:
        return _told(error)
    return result if isinstance(result, int) else 0


def main() -> NoReturn:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


def _imported(entry: Entry) -> click.Command:
    try:
        command = importlib.import_module(entry.module).command
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "muster":
            raise
        raise EnvironmentFault(
            f"`muster {entry.name}` needs the library {error.name}; run: pip install 'muster[server]'"
        ) from None
    assert isinstance(command, click.Command)  # noqa: S101 every module of COMMANDS has one
    return command


def _told(error: CallerError | EnvironmentFault) -> int:
    for message in error.problems if isinstance(error, SettingsError) else (error.message,):
        click.echo(f"muster: {' '.join(message.split())}", err=True)
    return 1 if isinstance(error, CallerError) and not isinstance(error, InvalidInput) else 2
