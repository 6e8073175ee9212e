"""`muster token`: make, list and end access tokens. Works while the server runs."""

import asyncio
import re
import time
from datetime import UTC, datetime
from urllib.parse import quote

import click

from muster.cli.client import Client, client_options
from muster.cli.options import data_options
from muster.cli.signing_key import open_vault
from muster.cli.stored import opened_access
from muster.core.fleet.names import parse_name as parse_tag
from muster.errors import InvalidInput
from muster.model.access import MAX_AGENTS, Scope, Token
from muster.settings import LoadedSettings

UNITS_S = {"m": 60, "h": 3600, "d": 86_400}


@click.group("token", short_help="Create, list and revoke access tokens.")
def command() -> None:
    """Tokens let programs in: `Authorization: Bearer TOKEN`."""


@command.command("create", epilog="Example: muster token create --scope read --name grafana --expires 90d")
@data_options
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="Repeatable.",
)
@click.option("--name", required=True, help="Says who uses it.")
@click.option("--expires", metavar="TIME", help="Valid for so long: 90d, 12h, 30m.  [default: for ever]")
@click.option(
    "--agents",
    "max_agents",
    metavar="N",
    type=click.IntRange(1, MAX_AGENTS),
    help="With --scope agent: enrols so many machines.  [default: any number]",
)
@click.option("--tag", "tags", multiple=True, help="With --scope agent: a tag that they get; repeatable.")
@click.option(
    "--aksk",
    is_flag=True,
    help="Make a key pair that signs requests to /v1/api: AK and SK, one a line.",
)
def create(
    loaded: LoadedSettings,
    scopes: tuple[str, ...],
    name: str,
    expires: str | None,
    max_agents: int | None,
    tags: tuple[str, ...],
    aksk: bool,
) -> None:
    """Print a new token, and nothing else, on standard output. It is shown this once."""
    expires_us = time.time_ns() // 1000 + _parse_span_us(expires) if expires else None
    wanted = frozenset(map(Scope, scopes))
    if aksk and (max_agents is not None or tags):
        raise InvalidInput("a key pair enrols no agents; leave out --agents and --tag", field="--aksk")
    with opened_access(loaded.settings) as access:
        if aksk:
            vault = open_vault(loaded.settings.data)
            token, secret = asyncio.run(access.create_key_pair(name, wanted, vault, expires_us=expires_us))
            text = f"{token.id}\n{secret}"
        else:
            making = access.create_token(
                name,
                wanted,
                expires_us=expires_us,
                max_agents=max_agents,
                tags=tuple(parse_tag(tag, "--tag") for tag in tags),
            )
            token, text = asyncio.run(making)
    click.echo(text)
    click.echo(f"Token {token.id} ({name}); keep it, it is not shown again.", err=True)


@command.command("list")
@data_options
def list_(loaded: LoadedSettings) -> None:
    """List every token; the secrets are not kept."""
    with opened_access(loaded.settings) as access:
        tokens = asyncio.run(access.list_tokens())
    rows = [("ID", "NAME", "SCOPES", "CREATED", "STATE"), *map(_row, tokens)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@command.command("revoke")
@data_options
@click.argument("token_id", metavar="ID")
def revoke(loaded: LoadedSettings, token_id: str) -> None:
    """End a token, by its id; a running server knows within a second."""
    with opened_access(loaded.settings) as access:
        asyncio.run(access.revoke_token(token_id))
    click.echo(f"Token {token_id} is revoked.", err=True)


@command.command("shut-out", epilog="Example: muster token shut-out 0123456789ab --token-file admin.token")
@click.argument("token_id", metavar="ID")
@client_options
def shut_out(token_id: str, client: Client) -> None:
    """End a token on a running server, and shut out every agent that it let in, at once."""
    client.delete(f"/console/v1/tokens/{quote(token_id, safe='')}", agents="true")
    click.echo(f"Token {token_id} is revoked, and the agents that it let in are shut out.", err=True)


def _row(token: Token) -> tuple[str, str, str, str, str]:
    now_us = time.time_ns() // 1000
    state = "valid"
    if token.revoked_us is not None:
        state = f"revoked {_day(token.revoked_us)}"
    elif token.expires_us is not None:
        state = f"{'expires' if token.is_valid(now_us) else 'expired'} {_day(token.expires_us)}"
    if token.is_valid(now_us) and token.max_agents is not None:
        state += f", {token.enrolled} of {token.max_agents} agents"
    return token.id, token.name, ",".join(sorted(token.scopes)), _day(token.created_us), state


def _day(us: int) -> str:
    return datetime.fromtimestamp(us / 1e6, UTC).strftime("%Y-%m-%d %H:%M")


def _parse_span_us(text: str) -> int:
    """Return a span such as 90d in microseconds. Raises InvalidInput."""
    match = re.fullmatch(r"([1-9][0-9]{0,5})([mhd])", text)
    if match is None:
        raise InvalidInput(
            f"expected 1-999999 minutes, hours or days, such as 30m, 12h or 90d, not {text!r}",
            field="--expires",
        )
    return int(match[1]) * UNITS_S[match[2]] * 1_000_000
