"""`muster logs`: search and follow log rows; `muster logs send`: store JSON lines."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

import click
import msgspec

from muster.cli.client import Client, QueryValue, client_options
from muster.errors import CallerError

PATH = "/console/v1/logs"
BODY_BYTES = 4 * 1024 * 1024
"""Lines are sent in pieces of about so many bytes."""

COLORS = {
    "critical": "magenta",
    "error": "red",
    "warning": "yellow",
    "notice": "cyan",
    "debug": "bright_black",
}


class _Row(msgspec.Struct):
    id: str
    ts_us: int
    agent_id: str
    hostname: str
    runner: str
    source: str
    level: str
    message: str
    fields: dict[str, str]


class _Page(msgspec.Struct):
    rows: list[_Row]
    next: str | None


class _Stored(msgspec.Struct):
    rows: int
    repeated: bool


class _LogsGroup(click.Group):
    """Takes what is no command for a query."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args[:1] not in ([name] for name in (*self.commands, "--help", "-h")):
            args = ["search", *args]
        return super().parse_args(ctx, args)


@click.group(
    "logs",
    cls=_LogsGroup,
    short_help="Search, follow and send log lines.",
    epilog="""\b
Examples:
  muster logs timeout                          the newest lines with the word
  muster logs 'level:>=error status:>=500'     fields, levels and numbers
  muster logs --agent db-1 --from -24h '"disk full" OR ENOSPC'
  muster logs --follow nginx                   watch new lines
  muster logs send --msg-field text app.jsonl  store JSON lines
""",
    context_settings={"help_option_names": ["-h", "--help"]},
)
def command() -> None:
    """Search log lines (`muster logs QUERY`), follow them, or send some.

    A query has words, "exact text", field:value, field:>=500, wild*cards, AND OR NOT and parentheses.
    """


@command.command("search", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("words", metavar="[QUERY]...", nargs=-1)
@click.option(
    "--agent", "agents", metavar="NAME", multiple=True, help="An agent's id or hostname; repeatable."
)
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Agents with the tag; repeatable.")
@click.option("--runner", "runners", metavar="NAME", multiple=True, help="Lines of a runner; repeatable.")
@click.option("--level", "levels", metavar="LEVEL", multiple=True, help="Lines of a level; repeatable.")
@click.option(
    "--from", "since", metavar="TIME", default="-1h", show_default=True, help="-15m, -7d, ISO 8601."
)
@click.option("--to", "until", metavar="TIME", default="now", show_default=True, help="The same, or now.")
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="Lines at most."
)
@click.option("--follow", "-f", is_flag=True, help="Watch for new lines until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print each line as the server answers it.")
@client_options
def search(
    client: Client,
    words: tuple[str, ...],
    agents: tuple[str, ...],
    tags: tuple[str, ...],
    runners: tuple[str, ...],
    levels: tuple[str, ...],
    since: str,
    until: str,
    limit: int,
    follow: bool,
    as_json: bool,
) -> None:
    """Print the lines that a query finds, the newest last."""
    query: dict[str, QueryValue] = {
        "query": " ".join(words),
        "agent": list(agents) or None,
        "tag": list(tags) or None,
        "runner": list(runners) or None,
        "level": list(levels) or None,
    }
    if follow:
        _follow(client, query, as_json=as_json)
        return
    found = _search(client, limit, query | {"from": since, "to": until})
    for raw, row in reversed(found):
        click.echo(raw if as_json else to_line(row))
    if not found and not as_json:
        click.echo("no lines; --from looks further back", err=True)


@command.command("send", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--time-field", metavar="NAMES", help="Names of the time, joined by commas.")
@click.option("--msg-field", metavar="NAMES", help="Names of the message.")
@click.option("--level-field", metavar="NAMES", help="Names of the level.")
@click.option("--source", metavar="TEXT", help="What they are stored under.  [default: http]")
@client_options
def send(
    client: Client,
    file: IO[bytes],
    time_field: str | None,
    msg_field: str | None,
    level_field: str | None,
    source: str | None,
) -> None:
    """Store JSON lines of FILE, or of standard input; each piece once, also when it must be sent again."""
    query: dict[str, QueryValue] = {
        "_time_field": time_field,
        "_msg_field": msg_field,
        "_level_field": level_field,
        "source": source,
    }
    run = uuid.uuid4().hex
    stored = 0
    for number, body in enumerate(pieces(file)):
        answer = client.post(PATH, body, idempotency_key=f"{run}-{number}", **query)
        stored += msgspec.json.decode(answer, type=_Stored).rows
    click.echo(f"{stored} lines stored")


def pieces(file: IO[bytes], size_bytes: int = BODY_BYTES) -> Iterator[bytes]:
    """Yield whole lines in pieces of about that size."""
    while lines := file.readlines(size_bytes):
        yield b"".join(lines)


def to_line(row: _Row) -> str:
    """Return a row for people: time, level, host, message, fields."""
    at = datetime.fromtimestamp(row.ts_us / 1e6, UTC).astimezone()
    level = click.style(f"{row.level or '-':8}", fg=COLORS.get(row.level))
    host, message = _shown(row.hostname or row.source), _shown(row.message)
    fields = "".join(
        f" {click.style(_shown(name), dim=True)}={_shown(value)}" for name, value in row.fields.items()
    )
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} {level} {host} {message}{fields}"


def _follow(client: Client, query: dict[str, QueryValue], *, as_json: bool) -> None:
    for event, data in client.events(f"{PATH}/tail", **query):
        if event == "row":
            click.echo(data if as_json else to_line(msgspec.json.decode(data, type=_Row)))
        elif event == "left_out":
            click.echo(f"... {data} lines left out, they came too fast", err=True)
        elif event == "failed":
            raise CallerError(msgspec.json.decode(data, type=dict[str, str])["message"])


def _shown(text: str) -> str:
    """Return a text whose control characters cannot act on a terminal."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def _search(client: Client, limit: int, query: dict[str, QueryValue]) -> list[tuple[str, _Row]]:
    found: list[tuple[str, _Row]] = []
    before: str | None = None
    while len(found) < limit:
        size = str(min(1000, limit - len(found)))
        body = client.get(PATH, **query, before=before, limit=size)
        raws = msgspec.json.decode(body, type=dict[str, Any])["rows"]
        page = msgspec.json.decode(body, type=_Page)
        found += [(msgspec.json.encode(raw).decode(), row) for raw, row in zip(raws, page.rows, strict=True)]
        before = page.next
        if before is None:
            break
    return found
