"""Lines that the programs of made-up machines write; what a file holds is a function of the time."""

import json
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import accumulate
from math import cos, pi
from typing import NamedTuple

MINUTE_S = 60

Line = Callable[[random.Random, float, bool], str]
"""Makes a line of a time; True: the service fails."""


class LogFile(NamedTuple):
    """A file of a machine: how many lines a second on average, how many times as many when the service
    fails, and what makes them."""

    per_s: float
    when_failing: float
    line: Line


class Chooser(NamedTuple):
    """Texts by how often of all they come."""

    bounds: tuple[int, ...]
    texts: tuple[str, ...]

    def choose(self, chance: random.Random) -> str:
        """Return one of them."""
        return self.texts[bisect_right(self.bounds, chance.randrange(self.bounds[-1]))]


def chooser(weights: Mapping[str, int]) -> Chooser:
    """Return what chooses texts by these weights."""
    return Chooser(tuple(accumulate(weights.values())), tuple(weights))


def iter_lines(file: LogFile, key: str, from_s: float, to_s: float, fails: Callable[[float], bool]) -> (
    Iterator[tuple[float, str]]
):  # fmt: skip
    """Yield the lines after `from_s` up to `to_s` (Unix seconds) with their times; `key` names the file."""
    for minute in range(int(from_s) // MINUTE_S, int(to_s) // MINUTE_S + 1):
        begin_s = minute * MINUTE_S
        if begin_s > to_s:
            return
        chance = random.Random(f"{key}/{minute}")  # noqa: S311 made-up data
        is_failing = fails(begin_s)
        mean = file.per_s * MINUTE_S * _busy(begin_s) * (file.when_failing if is_failing else 1)
        count = int(mean * chance.uniform(0.6, 1.4) + chance.random())
        for at_s in sorted(begin_s + chance.random() * MINUTE_S for _ in range(count)):
            line = file.line(chance, at_s, is_failing)
            if from_s < at_s <= to_s:
                yield at_s, line


def _busy(at_s: float) -> float:
    """Return how busy the time of a day is, 1 on average."""
    return 1 + 0.7 * cos((at_s / 3_600 % 24 - 13) / 24 * 2 * pi)


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def _ms(at_s: float) -> str:
    return f"{_time(at_s):%Y-%m-%d %H:%M:%S}.{int(at_s * 1000) % 1000:03d}"


PATHS = chooser(
    {
        "GET /": 14, "GET /products": 12, "GET /products/{n}": 26, "GET /search?q=chair&page={d}": 7,
        "GET /static/app.{d}f3a.js": 10, "GET /static/site.css": 8, "GET /images/{n}.webp": 12,
        "POST /api/cart": 9, "GET /api/cart": 8, "POST /api/checkout": 5, "POST /api/login": 3,
        "GET /healthz": 6, "GET /robots.txt": 1, "GET /.env": 1, "GET /wp-login.php": 1,
    }
)  # fmt: skip
AGENTS = chooser(
    {
        "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0": 3,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36": 5,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1": 4,
        "curl/8.5.0": 1,
        "Googlebot/2.1 (+http://www.google.com/bot.html)": 1,
    }
)


def nginx(chance: random.Random, at_s: float, is_failing: bool) -> str:
    """Return a request in nginx's combined format."""
    asked = PATHS.choose(chance).format(n=chance.randrange(100, 2_000), d=chance.randrange(1, 9))
    status, size = 200, chance.randrange(300, 48_000)
    if ".env" in asked or "wp-" in asked or chance.random() < 0.012:
        status, size = 404, 153
    elif is_failing and "/api/" in asked and chance.random() < 0.8:
        status, size = chance.choice((502, 504)), 157
    elif chance.random() < 0.003:
        status, size = 500, 170
    elif "static" in asked and chance.random() < 0.5:
        status, size = 304, 0
    elif "login" in asked and chance.random() < 0.2:
        status, size = 401, 64
    host = f"{chance.choice(('203.0.113', '198.51.100', '192.0.2'))}.{chance.randrange(1, 255)}"
    when = f"{_time(at_s):%d/%b/%Y:%H:%M:%S} +0000"
    return f'{host} - - [{when}] "{asked} HTTP/1.1" {status} {size} "-" "{AGENTS.choose(chance)}"'


SHOP = chooser(
    {"info order {n} paid": 30, "info order {n} shipped": 18, "info cart of customer {n} saved": 30,
     "debug prices of {d} products read from cache": 14, "warning payment of order {n} took {n} ms": 3,
     "warning retry {d} of mail to customer {n}": 2}
)  # fmt: skip


def shop(chance: random.Random, at_s: float, is_failing: bool) -> str:
    """Return a line of the shop, JSON."""
    level, _, message = SHOP.choose(chance).partition(" ")
    service = "mail" if "mail" in message else "billing" if "pay" in message else "shop"
    if is_failing and chance.random() < 0.85:
        level, service = "error", "checkout"
        message = "checkout of order {n} failed: no connection to demo-db-11 within 250 ms"
    elif chance.random() < 0.002:
        level, message = "error", "payment of order {n} refused by the bank"
    text = message.format(n=chance.randrange(1_000, 9_999), d=chance.randrange(1, 40))
    line = {
        "time": f"{_time(at_s):%Y-%m-%dT%H:%M:%S}.{int(at_s * 1000) % 1000:03d}Z",
        "level": level,
        "msg": text,
        "service": service,
        "version": "2.4.0" if is_failing else "2.3.7",
        "ms": round(chance.expovariate(1 / 40) + (250 if level == "error" else 2), 1),
    }
    return json.dumps(line, separators=(",", ":"))


POSTGRES = chooser(
    {
        "INFO:  duration: {ms} ms  statement: SELECT * FROM orders WHERE customer_id = {n}": 40,
        "INFO:  duration: {ms} ms  statement: UPDATE stock SET left = left - 1 WHERE product_id = {n}": 22,
        "INFO:  connection authorized: user=shop database=orders": 12,
        "NOTICE:  checkpoint complete: wrote {n} buffers ({ms} %)": 4,
        "WARNING:  duration: {n} ms  statement: SELECT count(*) FROM order_lines": 3,
        'ERROR:  duplicate key value violates unique constraint "orders_pkey"': 1,
    }
)


def postgres(chance: random.Random, at_s: float, is_failing: bool) -> str:
    """Return a line of PostgreSQL."""
    ms = round(chance.expovariate(1 / 6), 3)
    text = POSTGRES.choose(chance).format(ms=ms, n=chance.randrange(100, 4_000))
    return f"{_ms(at_s)} UTC [{chance.randrange(900, 4_000)}] shop@orders {text}"


REDIS = chooser(
    {"* Background saving started by pid {n}": 10, "* DB saved on disk": 10,
     "* {d} changes in 300 seconds. Saving...": 10, "# WARNING memory overcommit must be enabled": 1,
     "- Accepted 10.0.0.{d}:{n}": 12}
)  # fmt: skip


def redis(chance: random.Random, at_s: float, is_failing: bool) -> str:
    """Return a line of Redis."""
    text = REDIS.choose(chance).format(n=chance.randrange(20_000, 60_000), d=chance.randrange(2, 99))
    return f"812:M {_time(at_s):%d %b %Y %H:%M:%S}.{int(at_s * 1000) % 1000:03d} {text}"


JOBS = chooser({"shop": 5, "billing": 3, "search": 2, "mobile": 2})
BUILDS = chooser(
    {'level=info msg="step compiled"': 30, 'level=info msg="tests passed"': 20,
     'level=debug msg="cache hit"': 25,
     'level=warn msg="test is slow"': 4, 'level=error msg="tests failed"': 2}
)  # fmt: skip


def build(chance: random.Random, at_s: float, is_failing: bool) -> str:
    """Return a line of the build service, logfmt."""
    when = f"{_time(at_s):%Y-%m-%dT%H:%M:%SZ}"
    job = f"{JOBS.choose(chance)}#{int(at_s) // 900 % 9_000 + 400}"
    return f"ts={when} {BUILDS.choose(chance)} job={job} took_s={chance.expovariate(1 / 30):.1f}"


KAFKA = chooser(
    {
        "INFO [Log partition=orders-{d}] Rolled new log segment at offset {n} (kafka.log.Log)": 20,
        "INFO [GroupCoordinator 1] Stabilized group billing generation {n} (kafka.coordinator)": 12,
        "INFO [ReplicaManager broker=1] Partition mails-{d} is in sync (kafka.server)": 15,
        "WARN [ReplicaFetcher] Lag of partition orders-{d} is {n} records (kafka.server)": 3,
        "ERROR [KafkaApi-1] Request from client billing timed out after {n} ms (kafka.server)": 1,
    }
)


def kafka(chance: random.Random, at_s: float, is_failing: bool) -> str:
    """Return a line of Kafka."""
    text = KAFKA.choose(chance).format(n=chance.randrange(1_000, 90_000), d=chance.randrange(12))
    return f"[{_ms(at_s).replace('.', ',')}] {text}"


FILES: Mapping[str, Mapping[str, LogFile]] = {
    "web": {
        "/var/log/nginx/access.log": LogFile(0.3, 1.2, nginx),
        "/var/log/shop/shop.log": LogFile(0.1, 6, shop),
    },
    "db": {"/var/log/postgresql/postgresql.log": LogFile(0.12, 1, postgres)},
    "cache": {"/var/log/redis/redis.log": LogFile(0.04, 1, redis)},
    "build": {"/var/log/build/build.log": LogFile(0.08, 1, build)},
    "queue": {"/var/log/kafka/server.log": LogFile(0.08, 1, kafka)},
}
"""What there is on a machine, by what it is for."""
