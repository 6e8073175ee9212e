"""`muster logs try` and `muster logs backtest`: a draft of a log runner, tried before it runs."""

from collections.abc import Iterable, Sequence
from typing import IO, Any

import click
import msgspec

from muster.cli.client import Client, client_options
from muster.cli.log_lines import shown
from muster.errors import InvalidInput

MAX_LINES = 1000
MAX_STORED = 50_000
FAILED = 1
POSTED = frozenset({"config", "tags", "note"})
"""What a body that adds a configuration has."""


class _Error(msgspec.Struct):
    key: str
    message: str


class _Line(msgspec.Struct):
    raw: str
    fields: dict[str, Any] | None
    error: str | None


class _Tried(msgspec.Struct):
    lines: list[_Line]
    counts: dict[str, int]
    lines_per_s: float | None
    errors: list[_Error]
    notes: list[str]


class _Rate(msgspec.Struct):
    rows: int
    parsed: int
    failed: int
    filtered: int
    match_rate: float | None
    lines_per_s: float | None


class _Example(msgspec.Struct):
    raw: str
    draft: str | None
    current: str | None


class _Difference(msgspec.Struct):
    field: str
    only_draft: int
    only_current: int
    differs: int
    examples: list[_Example]


class _Backtested(msgspec.Struct):
    lines: int
    draft: _Rate
    current: _Rate
    same: int
    repeated: int | None
    fields: list[_Difference]
    errors: list[_Error]
    notes: list[str]


@click.command("try", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("config", type=click.File("rb"))
@click.option(
    "--lines", "lines", metavar="FILE", type=click.File("rb"), help="Lines to try it on; -: standard input."
)
@click.option("--agent", metavar="NAME", help="Try it on the newest lines of the files of an agent instead.")
@click.option(
    "--limit", type=click.IntRange(1, MAX_LINES), default=100, show_default=True, help="Lines at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's answer.")
@client_options
def try_command(
    client: Client,
    config: IO[bytes],
    lines: IO[bytes] | None,
    agent: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """Show what the runner configuration CONFIG (JSON) makes of lines; nothing is stored.

    Without lines and agent it is only checked. The exit code is 1 when something is wrong with it.
    """
    if lines is not None and agent is not None:
        raise InvalidInput("name lines or an agent, not both", field="--lines, --agent")
    asked: dict[str, Any] = {"config": read_config(config), "max_lines": limit}
    if lines is not None:
        asked["lines"] = read_lines(lines, limit)
    if agent is not None:
        asked["agent_id"] = agent
    answer = client.post("/console/v1/tryout", msgspec.json.encode(asked))
    tried = msgspec.json.decode(answer, type=_Tried)
    if as_json:
        click.echo(answer)
    elif not tell(tried.errors, tried.notes):
        _show_tried(tried, is_checked_only=lines is None and agent is None)
    return FAILED if tried.errors else 0


@click.command("backtest", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("config", type=click.File("rb"))
@click.option("--runner", metavar="NAME", required=True, help="Whose stored lines it is held against.")
@click.option("--agent", "agents", metavar="NAME", multiple=True, help="Of these agents only; repeatable.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Of agents with the tag; repeatable.")
@click.option(
    "--lines",
    "count",
    type=click.IntRange(1, MAX_STORED),
    default=10_000,
    show_default=True,
    help="How many of the newest lines.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's answer.")
@client_options
def backtest_command(
    client: Client,
    config: IO[bytes],
    runner: str,
    agents: tuple[str, ...],
    tags: tuple[str, ...],
    count: int,
    as_json: bool,
) -> int:
    """Hold the runner configuration CONFIG (JSON) against stored lines; nothing is changed.

    Shows how many it parses, in which fields it differs from what is stored, and what it costs.
    """
    asked = {
        "config": read_config(config),
        "runner": runner,
        "agent_ids": list(agents),
        "tags": list(tags),
        "lines": count,
    }
    answer = client.post("/console/v1/backtest", msgspec.json.encode(asked))
    tested = msgspec.json.decode(answer, type=_Backtested)
    if as_json:
        click.echo(answer)
    elif not tell(tested.errors, tested.notes):
        _show_backtested(tested)
    return FAILED if tested.errors else 0


def read_config(file: IO[bytes]) -> dict[str, Any]:
    """Return a configuration, also of the body that `/v1/api/configs/NAME` takes.

    Raises InvalidInput when it is no JSON object.
    """
    try:
        found = msgspec.json.decode(file.read().decode(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"expected a JSON object: {error}", field=str(file.name)) from None
    inner = found.get("config")
    return inner if isinstance(inner, dict) and found.keys() <= POSTED else found


def read_lines(file: IO[bytes], limit: int) -> list[str]:
    """Return the first lines without their ends; what is no UTF-8 becomes U+FFFD."""
    lines = (line for _, line in zip(range(limit), file, strict=False))
    return [line.decode(errors="replace").rstrip("\r\n") for line in lines]


def tell(errors: Sequence[_Error], notes: Sequence[str]) -> bool:
    """Say on standard error what is wrong; return whether anything is."""
    for note in notes:
        click.echo(shown(note), err=True)
    for error in errors:
        click.echo(f"{shown(error.key)}: {shown(error.message)}", err=True)
    return bool(errors)


def _show_tried(tried: _Tried, *, is_checked_only: bool) -> None:
    if is_checked_only:
        click.echo("the configuration is fine")
        return
    print_table(("line", "fields"), ((line.raw, _outcome(line)) for line in tried.lines))
    counts = ", ".join(f"{tried.counts[name]} {name}" for name in ("read", "parsed", "failed", "filtered"))
    click.echo(counts + _cost(tried.lines_per_s))


def _outcome(line: _Line) -> str:
    if line.error is not None:
        return f"failed: {line.error}"
    if line.fields is None:
        return "filtered"
    return "\n".join(f"{shown(name)}={_value(value)}" for name, value in line.fields.items())


def _value(value: Any) -> str:
    return shown(value) if isinstance(value, str) else msgspec.json.encode(value).decode()


def _show_backtested(tested: _Backtested) -> None:
    if not tested.lines:
        click.echo("the runner has no stored lines, or none of these agents")
        return
    rates = (("draft", tested.draft), ("current", tested.current))
    print_table(
        ("", "rows", "parsed", "failed", "filtered", "match", "lines/s"),
        ((name, *_rate(rate)) for name, rate in rates),
    )
    if tested.fields:
        print_table(
            ("field", "only draft", "only current", "differs", "draft | current"),
            (
                (x.field, str(x.only_draft), str(x.only_current), str(x.differs), _example(x.examples))
                for x in tested.fields
            ),
        )
    click.echo(f"{tested.same} of {tested.lines} lines come out as they are stored")
    if tested.repeated is not None and tested.repeated < tested.lines:
        click.echo(
            f"the configuration of today makes {tested.repeated} of them as they are stored: "
            "it was another one then, or the line is not stored whole (parser.keep_raw_data)"
        )


def _rate(rate: _Rate) -> tuple[str, ...]:
    match = "-" if rate.match_rate is None else f"{rate.match_rate:.1%}"
    cost = "-" if rate.lines_per_s is None else f"{rate.lines_per_s:,.0f}"
    return (*map(str, (rate.rows, rate.parsed, rate.failed, rate.filtered)), match, cost)


def _example(examples: Sequence[_Example]) -> str:
    return "\n".join(
        " | ".join("-" if side is None else shown(side[:200]) for side in (example.draft, example.current))
        for example in examples
    )


def _cost(lines_per_s: float | None) -> str:
    return "" if lines_per_s is None else f"; {lines_per_s:,.0f} lines/s on one processor"


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table on standard output; without rich its cells are separated by tabs."""
    try:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        for row in (head, *rows):
            click.echo("\t".join(cell.replace("\n", " ") for cell in row))
        return
    table = Table(*head, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        cells = ("\n".join(map(shown, cell.split("\n"))) for cell in row)
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    Console(highlight=False).print(table)


COMMANDS = (try_command, backtest_command)
