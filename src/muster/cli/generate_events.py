"""`muster generate events`: made-up counts for a server to show."""

import math
import random
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import click
import msgspec

from muster.cli.client import Client, client_options
from muster.cli.progress import progress_bar
from muster.errors import InvalidInput

NAMES = {"login": 40, "resource/209": 25, "settings": 12, "recovery": 8, "backup": 10, "admin": 5}
"""What happens, and how often of 100."""

DAY_HOURS = 24
MAX_EVENTS = 1_000_000_000
PEAK_HOUR = 14

Hour = dict[str, str | int]


@click.command(
    "events",
    short_help="Count made-up events of the last days.",
    epilog="""\b
Examples:
  muster generate events                                  a month of 100,000 events
  muster generate events --days 7 --events 5000 --seed 1
""",
)
@click.option(
    "--days", type=click.IntRange(1, 366), default=30, show_default=True, help="So many, ending now."
)
@click.option(
    "--events", "total", type=click.IntRange(1, MAX_EVENTS), default=100_000, show_default=True,
    help="So many in all.",
)  # fmt: skip
@click.option("--seed", type=int, help="The same seed makes the same counts.  [default: another each time]")
@click.option("--until", metavar="YYYYMMDDHH", help="The last hour, UTC.  [default: the current one]")
@client_options
def events(client: Client, days: int, total: int, seed: int | None, until: str | None) -> None:
    """Count events of six kinds, more by day than by night; running it again adds as many again."""
    last = _parse_hour(until) if until else datetime.fromtimestamp(time.time(), UTC)
    started = time.monotonic()
    chance = random.Random(seed)  # noqa: S311 made-up data
    with progress_bar("Counting", days) as moved_to:
        for day, adds in enumerate(iter_days(chance, last, days, total), start=1):
            client.post("/api/events", msgspec.json.encode(adds))
            moved_to(day)
    click.echo(f"{total:,} events of {days} days counted in {time.monotonic() - started:.1f} s")


def iter_days(
    source: random.Random, last: datetime, days: int, total: int, names: Mapping[str, int] = NAMES
) -> Iterator[list[Hour]]:
    """Return the additions of each day, the oldest first; their counts sum up to `total`."""
    hours = [
        last.replace(minute=0, second=0, microsecond=0) - timedelta(hours=h) for h in range(days * DAY_HOURS)
    ]
    hours.reverse()
    cells = [(hour, name) for hour in hours for name in names]
    weights = [names[name] * _busy(hour) * source.uniform(0.5, 1.5) for hour, name in cells]
    counts = _shares(weights, total)
    size = DAY_HOURS * len(names)
    for start in range(0, len(cells), size):
        yield [
            {"event": name, "count": count, "ts": int(hour.timestamp())}
            for (hour, name), count in zip(
                cells[start : start + size], counts[start : start + size], strict=True
            )
            if count
        ]


def _busy(hour: datetime) -> float:
    """Return how busy an hour is: a wave over the day, half of it at weekends."""
    wave = 1.05 + math.cos((hour.hour - PEAK_HOUR) / DAY_HOURS * 2 * math.pi)
    return wave if hour.weekday() < 5 else wave / 2


def _shares(weights: list[float], total: int) -> list[int]:
    """Split `total` by weight into whole numbers that sum up to it."""
    scale = total / sum(weights)
    shares: list[int] = []
    given, due = 0, 0.0
    for weight in weights:
        due += weight * scale
        share = max(0, round(due) - given)
        shares.append(share)
        given += share
    shares[-1] += total - given
    return shares


def _parse_hour(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%d%H").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput("expected YYYYMMDDHH", field="--until") from None
