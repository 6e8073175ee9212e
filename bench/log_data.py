"""Log lines as web servers write them: the shared generator's rows, and their columns."""

import datetime
import json
from collections.abc import Iterator
from random import Random

import pyarrow as pa

from muster.api.agent_link.log_batches import SCHEMA

PATHS = (
    "/",
    "/index.html",
    "/login",
    "/api/v1/items",
    "/api/v1/orders",
    "/static/app.js",
    "/search",
    "/healthz",
)
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0",
    "curl/8.7.1",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
)
STATUSES = (200,) * 90 + (404,) * 7 + (500,) * 3
LEVELS = {200: "info", 404: "warning", 500: "error"}
START = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
ROWS_S = 1400
"""Lines of one second of the made-up time."""

RARE_EVERY = 10_007
RARE = "zyxquasar"


def lines(count: int, seed: int = 1) -> Iterator[tuple[datetime.datetime, str, str]]:
    """Yield time, level and message of so many lines."""
    chance = Random(seed)
    for n in range(count):
        at = START + datetime.timedelta(seconds=n / ROWS_S)
        status = chance.choice(STATUSES)
        path = chance.choice(PATHS) + (f"/{RARE}" if n % RARE_EVERY == RARE_EVERY // 2 else "")
        address = f"10.{chance.randrange(16)}.{chance.randrange(256)}.{chance.randrange(1, 17)}"
        size = int(40 + chance.random() ** 3 * 90_000)
        yield (
            at,
            LEVELS[status],
            f"{address} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "
            f'"GET {path}?s={n} HTTP/1.1" {status} {size} "-" "{chance.choice(AGENTS)}"',
        )


def batch_of(rows: list[tuple[datetime.datetime, str, str]]) -> pa.Table:
    """Return the columns of a batch of these lines, with two fields each."""
    times, levels, messages = zip(*rows, strict=True)
    columns = {
        "ts": times,
        "level": levels,
        "source": ["/var/log/nginx/access.log"] * len(rows),
        "message": messages,
        "names": [["method", "host"]] * len(rows),
        "values": [["GET", "shop.example.org"]] * len(rows),
    }
    return pa.table(columns, schema=SCHEMA)


def body_of(rows: list[tuple[datetime.datetime, str, str]]) -> bytes:
    """Return the JSON lines of these lines."""
    return b"".join(
        json.dumps({"time": at.isoformat(), "level": level, "message": message, "host": "shop"}).encode()
        + b"\n"
        for at, level, message in rows
    )


def shared_form(rows: list[tuple[datetime.datetime, str, str]]) -> bytes:
    """Return JSON lines with the names `ts`, `agent`, `level`, `msg`."""
    return b"".join(
        json.dumps(
            {"ts": at.isoformat(), "agent": f"agent-{n % 50}", "level": level, "msg": message}
        ).encode()
        + b"\n"
        for n, (at, level, message) in enumerate(rows)
    )
