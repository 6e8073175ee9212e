"""`muster metrics`: values over time as sparklines, and the newest ones."""

import math
from datetime import UTC, datetime

import click
import msgspec

from muster.cli.client import Client, QueryValue, client_options
from muster.model.metric import is_counter

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 60
SIZES = ("", "Ki", "Mi", "Gi", "Ti", "Pi")


class _Series(msgspec.Struct):
    agent_id: str
    metric: str
    labels: dict[str, str]
    unit: str
    values: list[float | None]


class _Answer(msgspec.Struct):
    from_us: int
    to_us: int
    interval_s: int
    series: list[_Series]


class _Last(msgspec.Struct):
    metric: str
    labels: dict[str, str]
    unit: str
    value: float


@click.command(
    "metrics",
    short_help="Show what a machine measures.",
    epilog="""\b
Examples:
  muster metrics                               the newest value of everything
  muster metrics cpu.used_percent              the last hour as a sparkline
  muster metrics disk.read_bytes_total --agent db-1 --from -24h
""",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("names", metavar="[METRIC]...", nargs=-1)
@click.option("--agent", metavar="NAME", help="An agent's id or hostname.  [default: the server's host]")
@click.option(
    "--from", "since", metavar="TIME", default="-1h", show_default=True, help="-15m, -7d, ISO 8601."
)
@click.option("--to", "until", metavar="TIME", default="now", show_default=True, help="The same, or now.")
@click.option("--json", "as_json", is_flag=True, help="Print the server's answer.")
@client_options
def command(
    client: Client, names: tuple[str, ...], agent: str | None, since: str, until: str, as_json: bool
) -> None:
    """Show metrics over time, or without METRIC the newest value of each.

    Counters (names that end in _total) are shown as rates per second over time, as counts otherwise.
    """
    if not names:
        body = client.get("/api/metrics/last", agent=agent)
        click.echo(body.decode() if as_json else _newest(msgspec.json.decode(body, type=list[_Last])))
        return
    query: dict[str, QueryValue] = {"metric": list(names), "agent": agent, "from": since, "to": until}
    body = client.get("/api/metrics", **query)
    click.echo(body.decode() if as_json else _over_time(msgspec.json.decode(body, type=_Answer)))


def _newest(values: list[_Last]) -> str:
    if not values:
        return "no samples in the last 15 minutes"
    names = [_name(x.metric, x.labels) for x in values]
    width = max(map(len, names))
    return "\n".join(
        f"{name:{width}}  {to_text(x.value, x.unit.removesuffix('/s') if is_counter(x.metric) else x.unit)}"
        for name, x in zip(names, values, strict=True)
    )


def _over_time(answer: _Answer) -> str:
    if not answer.series:
        return "no samples of that name in this time; `muster metrics` lists those there are"
    began, ended = (
        datetime.fromtimestamp(us / 1e6, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        for us in (answer.from_us, answer.to_us)
    )
    lines = [f"{began} to {ended}, {answer.interval_s} s each"]
    width = max(len(_name(series.metric, series.labels)) for series in answer.series)
    for series in answer.series:
        known = [value for value in series.values if value is not None]
        if known:
            newest, low, high = (to_text(x, series.unit) for x in (known[-1], min(known), max(known)))
            name = _name(series.metric, series.labels)
            lines.append(f"{name:{width}}  {sparkline(series.values)}  {newest}  ({low} to {high})")
    return "\n".join(lines)


def sparkline(values: list[float | None], width: int = WIDTH) -> str:
    """Return one character for each of at most `width` means; a blank where there is no data."""
    size = max(1, math.ceil(len(values) / width))
    means: list[float | None] = []
    for at in range(0, len(values), size):
        known = [value for value in values[at : at + size] if value is not None]
        means.append(sum(known) / len(known) if known else None)
    known = [mean for mean in means if mean is not None]
    if not known:
        return " " * len(means)
    low, span = min(known), max(known) - min(known)
    top = len(BARS) - 1
    return "".join(
        " " if mean is None else BARS[round((mean - low) / span * top) if span else 0] for mean in means
    )


def to_text(value: float, unit: str) -> str:
    """Return a value for people: `12.5 %`, `1.2 GiB`, `3.4 MiB/s`."""
    base, slash, per = unit.partition("/")
    if base == "percent":
        return f"{value:.1f} %{slash}{per}"
    if base == "bytes":
        size = min(len(SIZES) - 1, int(math.log(abs(value), 1024))) if abs(value) >= 1 else 0
        number = f"{value / 1024**size:.1f}" if size else f"{value:.0f}"
        return f"{number} {SIZES[size]}B{slash}{per}"
    number = f"{value:.0f}" if value == round(value) else f"{value:.4g}"
    return f"{number} {'°C' if base == 'celsius' else base}{slash}{per}".strip()


def _name(metric: str, labels: dict[str, str]) -> str:
    inside = ",".join(f"{key}={value}" for key, value in labels.items())
    return f"{metric}{{{inside}}}" if inside else metric
