"""What the server does: durable reports, and the price of a request."""

import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import uvloop

from bench.agent import pause
from bench.figures import Figure, cpu_s, rss_mb
from bench.load import Answers, drive
from muster.agent.collect.report import ReportCollector
from muster.model.batch import MSGPACK, REPORTS, ReportColumns, content_sha256
from muster.model.ids import StreamName
from muster.model.report import Report, to_json
from tests.processes import Program, Site, free_port, wait_for

FEW, MANY = 32, 500
"""Agents that send at once: what one site has, and a fleet whose batches the server must group."""

BARE_ASGI = """
import asyncio, sys, uvicorn
body = sys.argv[2].encode()
headers = [(b'content-type', b'application/json'), (b'content-length', str(len(body)).encode())]
async def app(scope, receive, send):
    await send({'type': 'http.response.start', 'status': 200, 'headers': headers})
    await send({'type': 'http.response.body', 'body': body})
options = {'log_config': None, 'access_log': False, 'proxy_headers': False, 'server_header': False}
asyncio.run(uvicorn.Server(uvicorn.Config(app, port=int(sys.argv[1]), lifespan='off', **options)).serve())
"""


class Sender:
    """An enrolled agent that sends one batch after the other of a stream."""

    def __init__(self, site: Site, token: str, next_body: Callable[[], bytes], stream: StreamName) -> None:
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
        self._next_body = next_body
        self._stream = stream

    def next_request(self) -> bytes:
        """Return an HTTP request with the next batch."""
        body = self._next_body()
        self._sequence += 1
        query = f"epoch={self._epoch}&sequence={self._sequence}&sha256={content_sha256(body)}"
        head = (
            f"POST /agent/v1/batches?stream={self._stream}&{query} HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nContent-Type: {MSGPACK}\r\n"
            f"Authorization: Bearer {self._credential}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def make_body(sample: Report) -> bytes:
    """Return a batch of one report with an id of its own."""
    report = msgspec.structs.replace(sample, id=str(uuid.uuid4()))
    return msgspec.msgpack.encode(ReportColumns([to_json(report).decode()]))


def measure_few(directory: Path, seconds: float) -> list[Figure]:
    return _measure_ingest(directory, seconds, FEW)


def measure_many(directory: Path, seconds: float) -> list[Figure]:
    return _measure_ingest(directory, seconds, MANY)


def _measure_ingest(directory: Path, seconds: float, agents: int) -> list[Figure]:
    """Durable reports, one in a batch, from agents in parallel; against an append and fsync of each."""
    sample = ReportCollector([22, 80], first_s=0.1).collect()
    with Site(directory) as site:
        server = site.start()
        before = rss_mb(server.process.pid)
        token = site.token("agent")
        senders = [
            Sender(site, token, lambda: make_body(sample), REPORTS).next_request for _ in range(agents)
        ]
        uvloop.run(drive(site.port, senders, 3.0, 204))
        cpu, own = cpu_s(server.process.pid), time.process_time()
        answers = uvloop.run(drive(site.port, senders, seconds, 204))
        cpu, own = cpu_s(server.process.pid) - cpu, time.process_time() - own
        rss = rss_mb(server.process.pid)
    appends_cpu = time.process_time()
    appends = append_each(directory / "appends", sample, answers.total)
    appends_cpu = time.process_time() - appends_cpu
    size = len(make_body(sample))
    print(f"{agents} agents: client {100 * own / answers.seconds:.0f} % of a core, {size} bytes a batch")
    what = f"{agents} agents, one report a batch, durable"
    same = "append + fsync of each of as many bodies"
    thousands = answers.total / 1000
    return [
        Figure(f"{what}: reports", answers.rate, "/s", same, appends.rate),
        Figure(f"{what}: p50", answers.percentile(0.5), "ms", same, appends.percentile(0.5)),
        Figure(f"{what}: p99", answers.percentile(0.99), "ms", same, appends.percentile(0.99)),
        Figure(f"{what}: server CPU for 1,000", cpu / thousands, "s", same, appends_cpu / thousands),
        Figure(f"{what}: client CPU for 1,000", own / thousands, "s", "the server's", cpu / thousands),
        Figure(f"{what}: server RSS after it", rss, "MB", "the same server just started", before),
    ]


def append_each(path: Path, sample: Report, count: int) -> Answers:
    """Append as many bodies to a file, one after the other with an fsync each; making them is not timed."""
    ms: list[float] = []
    with path.open("ab", buffering=0) as file:
        for _ in range(count):
            body = make_body(sample)
            started = time.perf_counter()
            file.write(body)
            os.fsync(file.fileno())
            ms.append((time.perf_counter() - started) * 1000)
    return Answers(count, sum(ms) / 1000, sorted(ms))


def measure_overhead(directory: Path, seconds: float) -> list[Figure]:
    """CPU of a small authorised route, against a bare ASGI answer of the same body."""
    with Site(directory) as site:
        server = site.start()
        authorization = f"Bearer {site.token('read')}"
        head = f"GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {authorization}\r\n\r\n"
        body = site.get("/version", headers={"Authorization": authorization}).text
        ours, our_answers = cpu_a_request(site.port, server.process.pid, head.encode(), seconds)
    port = free_port()
    bare = Program([sys.executable, "-c", BARE_ASGI, str(port), body], directory / "bare.log")
    try:
        wait_for("the bare server", lambda: _is_up(port))
        theirs, their_answers = cpu_a_request(port, bare.process.pid, head.encode(), seconds)
    finally:
        bare.kill()
    same = "bare ASGI answer of the same body on uvicorn, same settings"
    return [
        Figure("GET /version with a token: server CPU a request", ours, "us", same, theirs),
        Figure("GET /version with a token: requests", our_answers.rate, "/s", same, their_answers.rate),
    ]


def cpu_a_request(port: int, pid: int, request: bytes, seconds: float) -> tuple[float, Answers]:
    """Return microseconds of CPU a request of a server, with 16 connections."""
    clients: list[Callable[[], bytes]] = [lambda: request] * 16
    uvloop.run(drive(port, clients, 1.0, 200))
    before = cpu_s(pid)
    answers = uvloop.run(drive(port, clients, seconds, 200))
    pause(0.2)
    return (cpu_s(pid) - before) / answers.total * 1e6, answers


def _is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
