"""Single additions to event counters: durable, against the same server answering 201 without storing."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure, cpu_s
from bench.load import Answers, drive
from tests.processes import Site

CONNECTIONS = 32
NAMES = 8
WARM_S = 2.0


def measure_counter(directory: Path, seconds: float) -> list[Figure]:
    """`POST /api/events/{NAME}` with 32 connections on eight names."""
    with Site(directory) as site:
        server = site.start()
        token = site.token("write:events", "read")
        counting = [_request(f"/event-{number % NAMES}", token) for number in range(CONNECTIONS)]
        nothing = [_request("", token, b"[]")] * CONNECTIONS
        stored, stored_cpu, own = _measure(site.port, server.process.pid, counting, seconds)
        bare, bare_cpu, _ = _measure(site.port, server.process.pid, nothing, seconds)
        _check(site, token, stored.total)
    print(f"client {100 * own / stored.seconds:.0f} % of a core")
    what, same = (
        "POST /api/events/{NAME}, 32 connections, durable",
        "the same server answering 201, nothing stored",
    )
    return [
        Figure(f"{what}: requests", stored.rate, "/s", same, bare.rate, "8,000 /s"),
        Figure(f"{what}: p50", stored.percentile(0.5), "ms", same, bare.percentile(0.5)),
        Figure(f"{what}: p99", stored.percentile(0.99), "ms", same, bare.percentile(0.99), "25 ms"),
        Figure(f"{what}: server CPU a request", stored_cpu, "us", same, bare_cpu),
    ]


def _measure(port: int, pid: int, requests: list[bytes], seconds: float) -> tuple[Answers, float, float]:
    """Return the answers, the server's microseconds of CPU a request, and this process's seconds."""
    clients: list[Callable[[], bytes]] = [lambda request=request: request for request in requests]  # type: ignore[misc]
    asyncio.run(drive(port, clients, WARM_S, 201))
    cpu, own = cpu_s(pid), time.process_time()
    answers = asyncio.run(drive(port, clients, seconds, 201))
    own = time.process_time() - own
    return answers, (cpu_s(pid) - cpu) / answers.total * 1e6, own


def _request(path: str, token: str, body: bytes = b"") -> bytes:
    head = (
        f"POST /api/events{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _check(site: Site, token: str, least: int) -> None:
    """Fail when the totals are below what was answered while measuring."""
    answer = site.get("/api/events/unique", headers={"Authorization": f"Bearer {token}"}).json()
    total = sum(item["count"] for (item,) in answer["response"])
    assert total >= least, f"{total} stored, {least} answered"
