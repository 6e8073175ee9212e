"""`muster generate`: made-up data, to try things with."""

import click

from muster.cli.generate_audit import audit
from muster.cli.generate_events import events
from muster.cli.generate_fleet import fleet


@click.group("generate", short_help="Send made-up data to a server.")
def command() -> None:
    """Made-up data; the same seed makes the same data."""


command.add_command(audit)
command.add_command(events)
command.add_command(fleet)
