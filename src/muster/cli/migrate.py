"""`muster migrate`: bring the databases to this version's schema."""

import click

from muster.cli.options import data_options
from muster.cli.stored import opened_relational
from muster.errors import SettingsError
from muster.settings import LoadedSettings
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.migrate import AUDIT, MAIN, Chain, migrate


@click.command("migrate", short_help="Bring the database to this version's schema.")
@data_options
@click.option("--dry-run", is_flag=True, help="Print the SQL, change nothing.")
def command(loaded: LoadedSettings, dry_run: bool) -> None:
    """Bring the relational database and the audit log to this version's schema; a server's start does so."""
    settings = loaded.settings
    with opened_relational(settings, create=not dry_run) as relational:
        _migrate(relational, MAIN, dry_run=dry_run)
    try:
        audit = open_relational(settings.relational.dsn, settings.data, name="audit", create=not dry_run)
    except SettingsError:
        click.echo("audit log: there is none yet", err=True)
        return
    try:
        _migrate(audit, AUDIT, dry_run=dry_run)
    finally:
        audit.close()


def _migrate(relational: Relational, chain: Chain, *, dry_run: bool) -> None:
    plan = migrate(relational, chain, dry_run=dry_run)
    what = "audit log: " if chain is AUDIT else ""
    click.echo(f"{what}from {plan.current or 'nothing'} to {plan.target}", err=True)
    if dry_run and plan.sql:
        click.echo(plan.sql)
    elif plan.is_current:
        click.echo("nothing to do", err=True)
