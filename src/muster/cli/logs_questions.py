"""Questions of `muster logs` besides the rows themselves: names, values, counts, neighbours, files."""

import functools
from collections.abc import Callable
from typing import IO, Any

import click
import msgspec

from muster.cli.client import Client, QueryValue, client_options
from muster.cli.log_lines import COLORS, Row, local_time, shown, to_line

PATH = "/console/v1/logs"
HELP = {"help_option_names": ["-h", "--help"]}
BAR_WIDTH = 50

Handler = Callable[..., Any]
Question = dict[str, QueryValue]


class _Counted(msgspec.Struct):
    value: str
    count: int


class _Names(msgspec.Struct):
    rows: int
    names: list[_Counted]


class _Values(msgspec.Struct):
    values: list[_Counted]


class _Level(msgspec.Struct):
    level: str
    counts: list[int]


class _Histogram(msgspec.Struct):
    from_us: int
    interval_s: int
    total: int
    levels: list[_Level]


class _Context(msgspec.Struct):
    rows: list[Row]
    at: int


def narrowing_options(handler: Handler) -> Handler:
    """Add QUERY and the options that narrow it, time apart; the command gets them as `question`."""

    @click.argument("words", metavar="[QUERY]...", nargs=-1)
    @click.option(
        "--agent", "agents", metavar="NAME", multiple=True, help="An agent's id or hostname; repeatable."
    )
    @click.option("--tag", "tags", metavar="TAG", multiple=True, help="Agents with the tag; repeatable.")
    @click.option("--runner", "runners", metavar="NAME", multiple=True, help="Lines of a runner; repeatable.")
    @click.option(
        "--source", "sources", metavar="TEXT", multiple=True, help="Of a file, socket or unit; repeatable."
    )
    @click.option("--level", "levels", metavar="LEVEL", multiple=True, help="Lines of a level; repeatable.")
    @functools.wraps(handler)
    def with_question(
        *args: Any,
        words: tuple[str, ...],
        agents: tuple[str, ...],
        tags: tuple[str, ...],
        runners: tuple[str, ...],
        sources: tuple[str, ...],
        levels: tuple[str, ...],
        **rest: Any,
    ) -> Any:
        question: Question = {
            "query": " ".join(words),
            "agent": list(agents) or None,
            "tag": list(tags) or None,
            "runner": list(runners) or None,
            "source": list(sources) or None,
            "level": list(levels) or None,
        }
        return handler(*args, question=question, **rest)

    return with_question


def question_options(handler: Handler) -> Handler:
    """Add QUERY, the options that narrow it, and its time; the command gets them as `question`."""

    @narrowing_options
    @click.option(
        "--from", "since", metavar="TIME", default="-1h", show_default=True, help="-15m, -7d, ISO 8601."
    )
    @click.option("--to", "until", metavar="TIME", default="now", show_default=True, help="The same, or now.")
    @functools.wraps(handler)
    def with_times(*args: Any, question: Question, since: str, until: str, **rest: Any) -> Any:
        return handler(*args, question=question | {"from": since, "to": until}, **rest)

    return with_times


@click.command("fields", context_settings=HELP)
@question_options
@click.option("--prefix", metavar="TEXT", default="", help="Names that begin so.")
@client_options
def fields(client: Client, question: Question, prefix: str) -> None:
    """Print the names that lines can be asked for by, and how many of the newest have them."""
    found = msgspec.json.decode(client.get(f"{PATH}/fields", **question, prefix=prefix), type=_Names)
    _print_counted(found.names)
    click.echo(f"counted in the newest {found.rows} lines", err=True)


@click.command("values", context_settings=HELP)
@click.argument("field")
@question_options
@click.option("--prefix", metavar="TEXT", default="", help="Values that begin so.")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="Values at most.")
@client_options
def values(client: Client, question: Question, field: str, prefix: str, limit: int) -> None:
    """Print the most frequent values of FIELD, and how many lines have them."""
    body = client.get(f"{PATH}/values", **question, field=field, prefix=prefix, limit=str(limit))
    _print_counted(msgspec.json.decode(body, type=_Values).values)


@click.command("histogram", context_settings=HELP)
@question_options
@client_options
def histogram(client: Client, question: Question) -> None:
    """Print how many lines there are over time, by level; `...` stands for a time without any."""
    found = msgspec.json.decode(client.get(f"{PATH}/histogram", **question), type=_Histogram)
    buckets = list(zip(*(level.counts for level in found.levels), strict=True))
    most = max(map(sum, buckets), default=0)
    seen = [number for number, counts in enumerate(buckets) if any(counts)]
    for before, number in zip([None, *seen], seen, strict=False):
        if before is not None and number > before + 1:
            click.echo("...")
        at = local_time(found.from_us + number * found.interval_s * 1_000_000)[:-4]
        bar = "".join(
            click.style("#" * -(-count * BAR_WIDTH // most), fg=COLORS.get(level.level))
            for level, count in zip(found.levels, buckets[number], strict=True)
            if count
        )
        click.echo(f"{at} {sum(buckets[number]):>9} {bar}")
    of_levels = ", ".join(f"{sum(level.counts)} {level.level or 'without level'}" for level in found.levels)
    click.echo(f"{found.total} lines{': ' if of_levels else ''}{of_levels}", err=True)


@click.command("context", context_settings=HELP)
@click.argument("line_id", metavar="ID")
@click.option("-B", "--before", type=click.IntRange(0, 200), default=10, show_default=True, help="Lines.")
@click.option("-A", "--after", type=click.IntRange(0, 200), default=10, show_default=True, help="Lines.")
@client_options
def context(client: Client, line_id: str, before: int, after: int) -> None:
    """Print the lines around the one with ID (`muster logs --json` has it), of the same file or source."""
    body = client.get(f"{PATH}/context", id=line_id, before=str(before), after=str(after))
    found = msgspec.json.decode(body, type=_Context)
    for number, row in enumerate(found.rows):
        click.echo(f"{'>' if number == found.at else ' '} {to_line(row)}")


@click.command("export", context_settings=HELP)
@question_options
@click.option("--format", "file_format", type=click.Choice(["ndjson", "csv"]), default="ndjson")
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=100_000, show_default=True, help="Lines at most."
)
@click.option("--output", "-o", type=click.File("wb"), default="-", help="A file instead of the terminal.")
@client_options
def export(client: Client, question: Question, file_format: str, limit: int, output: IO[bytes]) -> None:
    """Write the lines that a query finds, the newest first, as NDJSON or CSV."""
    for chunk in client.chunks(f"{PATH}/export", **question, format=file_format, limit=str(limit)):
        output.write(chunk)


def _print_counted(found: list[_Counted]) -> None:
    for each in found:
        click.echo(f"{each.count:>9} {shown(each.value)}")


COMMANDS: tuple[click.Command, ...] = (fields, values, histogram, context, export)
