"""`muster logs`: search and follow log rows, send JSON lines, try drafts of log runners."""

import re
import uuid
from collections.abc import Iterator
from typing import IO, Any

import click
import msgspec

from muster.cli import logs_tryout
from muster.cli.client import Client, QueryValue, client_options
from muster.cli.log_lines import Row, to_line
from muster.cli.logs_questions import COMMANDS, PATH, Question, narrowing_options, question_options
from muster.errors import CallerError, MusterError

BODY_BYTES = 4 * 1024 * 1024
"""Lines are sent in pieces of about so many bytes."""


class _Page(msgspec.Struct):
    rows: list[Row]
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
  muster logs tail nginx                       watch new lines, as --follow does
  muster logs values status path:/api/*        the most frequent values
  muster logs export -o errors.csv --format csv level:error
  muster logs send --msg-field text app.jsonl  store JSON lines
  muster logs try draft.json --lines app.log   what a configuration makes of lines
  muster logs backtest draft.json --runner web and of lines that are stored
""",
    context_settings={"help_option_names": ["-h", "--help"]},
)
def command() -> None:
    """Search log lines (`muster logs QUERY`), follow, count or export them, or send some.

    A query has words, "exact text", field:value, field:>=500, wild*cards, AND OR NOT and parentheses.
    """


@command.command("search", context_settings={"help_option_names": ["-h", "--help"]})
@question_options
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="Lines at most."
)
@click.option("--follow", "-f", is_flag=True, help="Watch for new lines until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print each line as the server answers it.")
@client_options
def search(
    client: Client,
    question: Question,
    limit: int,
    follow: bool,
    as_json: bool,
) -> None:
    """Print the lines that a query finds, the newest last."""
    if follow:
        _follow(client, question | {"from": None, "to": None}, as_json=as_json)
        return
    found = _search(client, limit, question)
    for raw, row in reversed(found):
        click.echo(raw if as_json else to_line(row))
    if not found and not as_json:
        click.echo("no lines; --from looks further back", err=True)


@command.command("tail", context_settings={"help_option_names": ["-h", "--help"]})
@narrowing_options
@click.option("--json", "as_json", is_flag=True, help="Print each line as the server answers it.")
@client_options
def tail(client: Client, question: Question, as_json: bool) -> None:
    """Watch for new lines that a query finds, until Ctrl-C. `muster logs search tail` finds the word."""
    _follow(client, question, as_json=as_json)


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
    stored = done = 0
    for number, body in enumerate(pieces(file)):
        try:
            answer = client.post(PATH, body, idempotency_key=f"{run}-{number}", **query)
        except MusterError as error:
            raise (type(error)(_after(done, error)) if done else error) from None
        stored += msgspec.json.decode(answer, type=_Stored).rows
        done += body.count(b"\n")
    click.echo("1 line stored" if stored == 1 else f"{stored} lines stored")


def _after(done: int, error: MusterError) -> str:
    """Return what became of a file whose first `done` lines are stored; its lines count from its begin."""
    said = re.sub(r"\bline (\d+)", lambda match: f"line {done + int(match[1])}", error.message, count=1)
    rest = "of the rest" if isinstance(error, CallerError) else "it is not known whether the next ones are"
    return f"lines 1 to {done} are stored; {rest}: {said}"


def pieces(file: IO[bytes], size_bytes: int = BODY_BYTES) -> Iterator[bytes]:
    """Yield whole lines in pieces of about that size."""
    while lines := file.readlines(size_bytes):
        yield b"".join(lines)


def _follow(client: Client, question: Question, *, as_json: bool) -> None:
    for event, data in client.events(f"{PATH}/tail", **question):
        if event == "row":
            click.echo(data if as_json else to_line(msgspec.json.decode(data, type=Row)))
        elif event == "left_out":
            click.echo(f"... {data} lines left out, they came too fast", err=True)
        elif event == "failed":
            raise CallerError(msgspec.json.decode(data, type=dict[str, str])["message"])


def _search(client: Client, limit: int, question: Question) -> list[tuple[str, Row]]:
    found: list[tuple[str, Row]] = []
    before: str | None = None
    while len(found) < limit:
        size = str(min(1000, limit - len(found)))
        body = client.get(PATH, **question, before=before, limit=size)
        raws = msgspec.json.decode(body, type=dict[str, Any])["rows"]
        page = msgspec.json.decode(body, type=_Page)
        found += [(msgspec.json.encode(raw).decode(), row) for raw, row in zip(raws, page.rows, strict=True)]
        before = page.next
        if before is None:
            break
    return found


for each in (*COMMANDS, *logs_tryout.COMMANDS):
    command.add_command(each)
