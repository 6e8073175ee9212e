"""`muster user`: people who may sign in."""

import asyncio

import click

from muster.cli.addresses import own_url, sign_in_url
from muster.cli.claims import url_of_running
from muster.cli.options import data_options
from muster.cli.stored import opened_people
from muster.settings import LoadedSettings


@click.group("user", short_help="Let people sign in to the console.")
def command() -> None:
    """People who may sign in to the console."""


@command.command("create", epilog="Example: muster user create ada --admin")
@data_options
@click.argument("name")
@click.option("--admin", is_flag=True, help="May change everything.")
@click.password_option(envvar="MUSTER_PASSWORD", help="Asked for unless MUSTER_PASSWORD is set.")
def create(loaded: LoadedSettings, name: str, admin: bool, password: str) -> None:
    """Create a person with a password."""
    with opened_people(loaded.settings) as people:
        asyncio.run(people.create_user(name, password, is_admin=admin))
    click.echo(f"User {name} is created.", err=True)


@command.command("link", short_help="Print a link that signs in once.")
@data_options
@click.option("--url", metavar="URL", help="How a browser reaches the server.  [default: as it runs]")
def link(loaded: LoadedSettings, url: str | None) -> None:
    """Print a link that signs an administrator in to the console: once, within 15 minutes."""
    with opened_people(loaded.settings) as people:
        code = asyncio.run(people.create_link())
    url = url or url_of_running(loaded.settings.data) or own_url(loaded.settings)
    click.echo(sign_in_url(url.rstrip("/"), code))
