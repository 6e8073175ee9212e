"""What it costs to read log lines with a pattern of the library, types and dates included."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from bench.figures import Figure
from muster.pipeline.grok import Grok

BATCH = 4096
BATCHES = 8
PATTERN = "%{COMBINED_LOG_FORMAT}"
LEAN = (
    r"(?P<client>[^ ]+) (?P<ident>[^ ]+) (?P<auth>[^ ]+) \[(?P<ts>[^\]]+)\] "
    r'"(?P<verb>[A-Z]+) (?P<request>[^ ]+) HTTP/(?P<version>[0-9.]+)" (?P<code>[0-9]+) (?P<bytes>[0-9]+) '
    r'"(?P<referrer>[^"]*)" "(?P<agent>[^"]*)"'
)
"""What someone would write who knows these lines and nothing else: all text, no types."""

START = datetime(2026, 11, 1, tzinfo=UTC)
PATHS = ("/", "/index.html", "/api/v1/items", "/api/v1/orders?page=2", "/static/app.js", "/docs/start")
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0",
    "curl/8.7.1",
)


def iter_lines(count: int) -> Iterator[str]:
    """Yield nginx lines in the combined format, about 30 a second; always the same ones."""
    chance = random.Random(1)
    for number in range(count):
        at = START + timedelta(seconds=number // 30)
        address = f"10.{chance.randrange(16)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
        status = chance.choices((200, 304, 404, 500), (90, 4, 4, 2))[0]
        yield (
            f'{address} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {chance.choice(PATHS)} HTTP/1.1" {status} '
            f'{chance.randrange(40, 90_000)} "-" "{chance.choice(AGENTS)}"'
        )


def measure_grok(_: Path, seconds: float) -> Iterator[Figure]:
    """Compare lines per CPU second with the plain expression, batch by batch in turn."""
    lines = list(iter_lines(BATCH * BATCHES))
    batches = [pl.Series(lines[at : at + BATCH]) for at in range(0, len(lines), BATCH)]
    grok = Grok([PATTERN])

    def typed(batch: pl.Series) -> None:
        assert grok.extract(batch).matched.all()

    def plain(batch: pl.Series) -> None:
        assert batch.str.extract_groups(LEAN).struct.field("agent").null_count() == 0

    typed(batches[0])
    used = {typed: 0.0, plain: 0.0}
    rows = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for batch in batches:
            for each in used:
                used[each] += _cpu_s(each, batch)
            rows += len(batch)
    yield Figure(
        f"grok, nginx combined lines by {PATTERN}, typed, {BATCH} at once",
        rows / used[typed] / 1e3,
        "k lines per CPU s",
        "polars with a lean expression, untyped",
        rows / used[plain] / 1e3,
        "200 k lines per CPU s",
    )


def _cpu_s(work: Callable[[pl.Series], None], batch: pl.Series) -> float:
    """Return the CPU seconds that all threads of this process used."""
    began = time.process_time()
    work(batch)
    return time.process_time() - began
