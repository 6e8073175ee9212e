"""`muster migrate`: bring the relational database to this version's schema."""

import click

from muster.cli.options import data_options
from muster.cli.stored import opened_relational
from muster.settings import LoadedSettings
from muster.store.relational.migrate import migrate


@click.command("migrate", short_help="Bring the database to this version's schema.")
@data_options
@click.option("--dry-run", is_flag=True, help="Print the SQL, change nothing.")
def command(loaded: LoadedSettings, dry_run: bool) -> None:
    """Bring the relational database to this version's schema; a server does so at its start."""
    with opened_relational(loaded.settings, create=not dry_run) as relational:
        plan = migrate(relational, dry_run=dry_run)
    click.echo(f"from {plan.current or 'nothing'} to {plan.target}", err=True)
    if dry_run and plan.sql:
        click.echo(plan.sql)
    elif plan.is_current:
        click.echo("nothing to do", err=True)
