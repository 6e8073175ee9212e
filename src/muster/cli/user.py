"""`muster user`: people who may sign in."""

import asyncio

import click

from muster.cli.options import data_options
from muster.cli.stored import opened_access
from muster.settings import LoadedSettings


@click.group("user", short_help="Create people who may sign in.")
def command() -> None:
    """People who may sign in to the console."""


@command.command("create", epilog="Example: muster user create ada --admin")
@data_options
@click.argument("name")
@click.option("--admin", is_flag=True, help="May change everything.")
@click.password_option(envvar="MUSTER_PASSWORD", help="Asked for unless MUSTER_PASSWORD is set.")
def create(loaded: LoadedSettings, name: str, admin: bool, password: str) -> None:
    """Create a person with a password."""
    with opened_access(loaded.settings) as access:
        asyncio.run(access.create_user(name, password, is_admin=admin))
    click.echo(f"User {name} is created.", err=True)
