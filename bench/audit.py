"""Audit events: taken in durably and into the tree, and pages of ten million of them."""

import asyncio
import random
import time
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.figures import Figure
from bench.load import measure
from muster.cli.garbage import spare_what_stays
from muster.core.audit.events import make_batch
from muster.core.audit.note import Signer
from muster.core.audit.ports import AuditBatch, Question
from muster.core.audit.times import to_text
from muster.model.audit import Source
from muster.settings import CommitSettings
from muster.store.relational.audit import AuditTable, open_audit_database
from tests.processes import Site

CONNECTIONS = {1: 32, 100: 16, 1000: 8}
APPLICATIONS = ("grease_monkey", "cauliflower", "death_star")
KINDS = ("UserLogin", "UserCreated", "UserLogout")
START_US = 1_700_000_000_000_000
HEAD_BYTES = 170
"""Of a request, about."""

MANY = 10_000_000
RARE_EACH = 500_000
PAGES = 40


def measure_audit(directory: Path, seconds: float) -> list[Figure]:
    """`POST /api/event` with 1, 100 and 1000 events a body."""
    figures: list[Figure] = []
    with Site(directory) as site:
        server = site.start()
        token = site.token("write:audit", "read")
        for events, connections in CONNECTIONS.items():
            sent = requests(token, events)
            blank = _request(token, b"[" + b" " * (len(sent[0]) - HEAD_BYTES) + b"]")
            stored, cpu, own = measure(site.port, server.process.pid, sent, seconds, 201)
            bare, bare_cpu, _ = measure(site.port, server.process.pid, [blank] * connections, seconds, 201)
            print(f"{events} a body: client {100 * own:.0f} % of a core")
            what = f"audit events, {events} a body, {connections} connections, durable"
            same = "the same server answering 201 to as many bytes, nothing stored"
            goal = "120,000 /s" if events == 1000 else ""
            figures += [
                Figure(f"{what}: events", stored.rate * events, "/s", same, bare.rate * events, goal),
                Figure(f"{what}: p50", stored.percentile(0.5), "ms", same, bare.percentile(0.5)),
                Figure(f"{what}: p99", stored.percentile(0.99), "ms", same, bare.percentile(0.99)),
                Figure(f"{what}: server CPU an event", cpu / events, "us", same, bare_cpu / events),
            ]
        check_log(site, token)
    return figures


def measure_audit_pages(directory: Path, _seconds: float) -> list[Figure]:
    """Filtered pages of ten million events; against the newest page without a filter."""
    directory.mkdir(exist_ok=True)
    spare_what_stays()  # as the server does
    table = AuditTable(
        open_audit_database("", directory),
        Signer("bench/audit", Ed25519PrivateKey.generate()),
        CommitSettings(),
        now_us=lambda: time.time_ns() // 1000,
    )
    try:
        started = time.perf_counter()
        for at in range(0, MANY, 10_000):
            table.submit(_batch(at)).result()
        print(f"{MANY} events in {time.perf_counter() - started:.0f} s")
        size = (directory / "audit.db").stat().st_size
        print(f"{size / MANY:.0f} bytes an event, tree and indexes included")
        return asyncio.run(_ask(table))
    finally:
        table.close()


async def _ask(table: AuditTable) -> list[Figure]:
    middle = START_US + MANY // 2 * 1000
    hour = {"from_us": middle, "to_us": middle + 3_600_000_000}
    questions: dict[str, dict[str, object]] = {
        "application": {"application": "cauliflower"},
        "rare application": {"application": "rare"},
        "kind": {"kind": "UserLogout"},
        "application and kind, from the middle": {
            "application": "death_star",
            "kind": "UserLogin",
            "before": MANY // 2,
        },
        "an hour in the middle": hour,
        "an hour in the middle, application and kind": hour
        | {"application": "cauliflower", "kind": "UserLogin"},
        "an hour in the middle, rare application": hour | {"application": "rare"},
        "text in an hour": hour | {"text": "user_00000007"},
    }
    plain = await _slowest(table, {})
    figures = []
    for name, filters in questions.items():
        for limit in (10, 1000):
            ms = await _slowest(table, filters | {"limit": limit})
            what = f"page of {limit} of 10 M audit events by {name}, slowest of {PAGES}"
            goal = "" if "text" in filters else "50 ms"
            figures.append(Figure(what, ms, "ms", "page of 10 without a filter", plain, goal))
    return figures


async def _slowest(table: AuditTable, filters: dict[str, object]) -> float:
    slowest = 0.0
    question = Question(**({"limit": 10} | filters))  # type: ignore[arg-type]
    for _ in range(PAGES):
        started = time.perf_counter()
        page = await table.page(question)
        slowest = max(slowest, (time.perf_counter() - started) * 1000)
        if page.next_before is not None:
            question = msgspec.structs.replace(question, before=page.next_before)
    return slowest


def make_body(events: int, seed: int) -> bytes:
    """Return events as the generator of the source makes them."""
    return msgspec.json.encode(_events(events, random.Random(seed)))


def requests(token: str, events: int) -> list[bytes]:
    """Return a request with so many events for each connection."""
    return [_request(token, make_body(events, seed)) for seed in range(CONNECTIONS[events])]


def _events(count: int, chance: random.Random) -> list[dict[str, object]]:
    times = (START_US + at * 1000 + chance.randrange(1000) for at in range(count))
    return [
        {
            "event_ts": to_text(ts_us).replace("Z", "+00:00"),
            "application_name": chance.choice(APPLICATIONS),
            "event_kind": chance.choice(KINDS),
            "payload": {"username": f"user_{chance.randrange(10**8):08}"},
        }
        for ts_us in times
    ]


def _batch(first: int) -> AuditBatch:
    count = 10_000
    chance = random.Random(first)
    ts_us = [START_US + (first + at) * 1000 + chance.randrange(1_000_000) for at in range(count)]
    sources = [Source(chance.choice(APPLICATIONS), chance.choice(KINDS)) for _ in range(count)]
    if first % RARE_EACH == 0:
        sources[0] = Source("rare", "UserLogin")
    payloads = [b'{"username":"user_%08d"}' % chance.randrange(10**8) for _ in range(count)]
    return make_batch(ts_us, list(map(to_text, ts_us)), sources, payloads)


def _request(token: str, body: bytes) -> bytes:
    head = (
        f"POST /api/event HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def check_log(site: Site, token: str) -> None:
    """Fail unless the newest event is provably in the log."""
    headers = {"Authorization": f"Bearer {token}"}
    size = int(site.get("/audit/checkpoint", headers=headers).text.split("\n")[1])
    answer = site.get(f"/audit/proof/inclusion?event={size}", headers=headers)
    assert answer.status_code == 200, answer.text
