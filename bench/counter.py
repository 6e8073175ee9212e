"""Single additions to event counters: durable, against the same server answering 201 without storing."""

from pathlib import Path

from bench.figures import Figure
from bench.load import measure
from tests.processes import Site

CONNECTIONS = 32
NAMES = 8


def measure_counter(directory: Path, seconds: float) -> list[Figure]:
    """`POST /api/events/{NAME}` with 32 connections on eight names."""
    with Site(directory) as site:
        server = site.start()
        token = site.token("write:events", "read")
        nothing = [_request("", token, b"[]")] * CONNECTIONS
        stored, stored_cpu, own = measure(site.port, server.process.pid, requests(token), seconds, 201)
        bare, bare_cpu, _ = measure(site.port, server.process.pid, nothing, seconds, 201)
        check_counts(site, token, stored.total)
    print(f"client {100 * own:.0f} % of a core")
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


def requests(token: str) -> list[bytes]:
    """Return a request for each connection that counts one event."""
    return [_request(f"/event-{number % NAMES}", token) for number in range(CONNECTIONS)]


def _request(path: str, token: str, body: bytes = b"") -> bytes:
    head = (
        f"POST /api/events{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def check_counts(site: Site, token: str, least: int) -> None:
    """Fail when the totals are below what was answered while measuring."""
    answer = site.get("/api/events/unique", headers={"Authorization": f"Bearer {token}"}).json()
    total = sum(item["count"] for (item,) in answer["response"])
    assert total >= least, f"{total} stored, {least} answered"
