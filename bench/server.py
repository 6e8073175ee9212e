"""What the server does: durable reports, and the price of a request."""

import asyncio
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec

from bench.agent import pause
from bench.figures import Figure, cpu_s, rss_mb
from bench.load import Answers, drive
from muster.agent.collect.report import ReportCollector
from muster.model.batch import MSGPACK, ReportColumns, content_sha256
from muster.model.report import Report, to_json
from tests.processes import Program, Site, free_port, wait_for

AGENTS = 500

BARE_ASGI = """
import sys, uvicorn
body = b'{"version":"0.1.0"}'
head = {'type': 'http.response.start', 'status': 200, 'headers': [(b'content-length', b'19')]}
async def app(scope, receive, send):
    await send(head)
    await send({'type': 'http.response.body', 'body': body})
uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, lifespan='off')
"""


class Sender:
    """An enrolled agent that makes its next batch of one report."""

    def __init__(self, site: Site, token: str, sample: Report) -> None:
        facts = {
            "hostname": f"bench-{uuid.uuid4().hex[:8]}",
            "machine_id": "",
            "platform": "",
            "agent_version": "",
        }
        headers = {"Authorization": f"Bearer {token}"}
        reply = site.http.post("/agent/v1/enroll", json={"facts": facts}, headers=headers).json()
        self._credential = reply["credential"]
        self._epoch = uuid.uuid4().hex
        self._sequence = 0
        self._sample = sample

    def next_batch(self) -> bytes:
        report = msgspec.structs.replace(self._sample, id=uuid.uuid4().hex)
        body = msgspec.msgpack.encode(ReportColumns([to_json(report).decode()]))
        self._sequence += 1
        query = f"stream=reports&epoch={self._epoch}&sequence={self._sequence}&sha256={content_sha256(body)}"
        head = (
            f"POST /agent/v1/batches?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {MSGPACK}\r\n"
            f"Authorization: Bearer {self._credential}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def measure_ingest(directory: Path, seconds: float) -> list[Figure]:
    """Durable reports, one in a batch, from many agents at once; against an append and fsync of each."""
    sample = ReportCollector([22, 80], first_s=0.1).collect()
    with Site(directory) as site:
        server = site.start()
        before = rss_mb(server.process.pid)
        token = site.token("agent")
        senders = [Sender(site, token, sample).next_batch for _ in range(AGENTS)]
        asyncio.run(drive(site.port, senders, 3.0, 204))
        cpu, own = cpu_s(server.process.pid), time.process_time()
        answers = asyncio.run(drive(site.port, senders, seconds, 204))
        cpu, own = cpu_s(server.process.pid) - cpu, time.process_time() - own
        rss = rss_mb(server.process.pid)
    rate = answers.count / answers.seconds
    appended = appends_per_s(directory / "appends", to_json(sample), min(10.0, seconds))
    print(f"client: {own / answers.count * 1e6:.0f} us of CPU a request")
    return [
        Figure(
            f"reports from {AGENTS} agents, one a batch, durable",
            rate,
            "/s",
            "append + fsync of each",
            appended,
        ),
        Figure("the same, p50", answers.percentile(0.5), "ms", "append + fsync", 1000 / appended),
        Figure("the same, p99", answers.percentile(0.99), "ms", "append + fsync", 1000 / appended),
        Figure(
            "the same, server CPU for 1 000",
            1000 * cpu / answers.count,
            "s",
            "client",
            1000 * own / answers.count,
        ),
        Figure("server under this load, RSS", rss, "MB", "the same server before", before, "900 MB"),
    ]


def appends_per_s(path: Path, body: bytes, seconds: float) -> float:
    """Return how many appends with an fsync each one thread does a second."""
    count, end = 0, time.monotonic() + seconds
    with path.open("ab", buffering=0) as file:
        while time.monotonic() < end:
            file.write(body)
            os.fsync(file.fileno())
            count += 1
    return count / seconds


def measure_overhead(directory: Path, seconds: float) -> list[Figure]:
    """CPU of a small authorised route, against a bare ASGI answer of the same bytes."""
    with Site(directory) as site:
        server = site.start()
        head = (
            f"GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {site.token('read')}\r\n\r\n"
        )
        ours, answers = cpu_a_request(site.port, server.process.pid, head.encode(), seconds)
    port = free_port()
    bare = Program([sys.executable, "-c", BARE_ASGI, str(port)], directory / "bare.log")
    try:
        wait_for("the bare server", lambda: _is_up(port))
        theirs, _ = cpu_a_request(port, bare.process.pid, head.encode(), seconds)
    finally:
        bare.kill()
    rate = answers.count / answers.seconds
    print(f"GET /version: {rate:.0f}/s, p99 {answers.percentile(0.99):.1f} ms")
    return [
        Figure("GET /version with a token, server CPU", ours, "us", "bare ASGI answer on uvicorn", theirs)
    ]


def cpu_a_request(port: int, pid: int, request: bytes, seconds: float) -> tuple[float, Answers]:
    """Return microseconds of CPU a request of a server, with 16 connections."""
    clients: list[Callable[[], bytes]] = [lambda: request] * 16
    asyncio.run(drive(port, clients, 1.0, 200))
    before = cpu_s(pid)
    answers = asyncio.run(drive(port, clients, seconds, 200))
    pause(0.2)
    return (cpu_s(pid) - before) / answers.count * 1e6, answers


def _is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
