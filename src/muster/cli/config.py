"""`muster config`: the settings in force and where each comes from."""

import json

import click

from muster.cli.options import checked_server_options, server_options
from muster.cli.usable import find_unusable
from muster.errors import SettingsError, Unavailable
from muster.settings import KEYS, LoadedSettings, shown_value, value_of


@click.group(
    "config",
    short_help="Show or check the settings in force.",
    epilog="Example: muster config show --config /etc/muster.toml",
)
def command() -> None:
    """Show or check the settings that a server with the same options would use."""


@command.command("show", short_help="Print every setting with its origin.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: {key: {value, origin}}.")
@server_options
def show(loaded: LoadedSettings, as_json: bool) -> None:
    """Print every setting, its value and where the value comes from; passwords are masked.

    `console` is the origin of what administrators set there.
    """
    from muster.cli.stored import with_edits  # the databases; `check` does not need them

    try:
        loaded = with_edits(loaded)
    except Unavailable as error:
        click.echo(f"What was set in the console is not known: {error.message}", err=True)
    rows = [(key, loaded.origins[key], shown_value(key, value_of(loaded.settings, key))) for key in KEYS]
    if as_json:
        click.echo(json.dumps({key: {"value": value, "origin": at} for key, at, value in rows}, indent=2))
        return
    table = [("setting", "origin", "value")] + [(key, at, _text(value)) for key, at, value in rows]
    widths = [max(len(row[column]) for row in table) for column in (0, 1)]
    for key, origin, value in table:
        click.echo(f"{key:<{widths[0]}}  {origin:<{widths[1]}}  {value}")


@command.command("check", short_help="Say whether the settings can be used.")
@checked_server_options
def check(loaded: LoadedSettings, problems: list[str]) -> None:
    """Exit 0 when a server can start with the settings, else 2 with all that is wrong, a line each."""
    problems += find_unusable(loaded.settings)
    if problems:
        raise SettingsError(*problems)
    given = sum(origin != "default" for origin in loaded.origins.values())
    click.echo(f"The settings are fine: {given} given, {len(KEYS) - given} by default.")


def _text(value: object) -> str:
    """Return a value as TOML would write it."""
    return json.dumps(value, ensure_ascii=False)
