"""The server's side of logs: batches of runners, JSON lines over HTTP, and questions to 5 million rows."""

import asyncio
import datetime
import itertools
import os
import statistics
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import zstandard

from bench import log_data
from bench.figures import Figure, cpu_s, rss_mb
from bench.load import drive
from muster.core.logs.language import parse_query
from muster.core.logs.ports import LogFilter
from muster.core.metrics.grid import Grid
from muster.failpoints import ignore
from muster.model.batch import ARROW_STREAM, content_sha256
from muster.settings import CommitSettings, TelemetrySettings
from muster.store.telemetry.clients import LINES, TelemetryClients
from muster.store.telemetry.log_table import LogTable
from tests.contract.memory import MemoryMarks
from tests.processes import Site, wait_for

SENDERS, LINE_SENDERS = 16, 8
BATCH_ROWS, BODY_ROWS = 5_000, 20_000
DISTINCT_ROWS = 1_000_000
"""So many rows are sent before the first come again: times rise as they do where lines are written."""

ROWS = 5_000_000
ASKED = 9
FILE = "MUSTER_BENCH_LOG_LINES"
"""Names a file of JSON lines (ts, agent, level, msg) to ask instead of made-up ones."""

LOAD = f"""
INSERT INTO logs (received_at, row, ts, agent_id, runner, source, level, message, epoch, sequence)
SELECT toDateTime64('2026-11-21 00:00:00', 6, 'UTC') + toIntervalSecond(intDiv(n, 50000)), n % 50000,
    parseDateTime64BestEffort(m['ts'], 6, 'UTC'), m['agent'], 'nginx', '/var/log/nginx/access.log',
    if(m['level'] = 'warn', 'warning', m['level']), m['msg'], repeat('e', 32), intDiv(n, 1000)
FROM (SELECT rowNumberInAllBlocks() AS n, JSONExtract(line, 'Map(LowCardinality(String), String)') AS m
    FROM {LINES})
"""


class LogSender:
    """An enrolled agent that sends batches of one runner."""

    def __init__(self, site: Site, token: str, bodies: Iterator[tuple[str, bytes]]) -> None:
        """`bodies` are hash and compressed content, taken in turn by all senders."""
        facts = {"hostname": f"bench-{uuid.uuid4().hex[:8]}", "machine_id": "", "platform": ""}
        reply = site.http.post(
            "/agent/v1/enroll",
            json={"facts": facts | {"agent_version": ""}},
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        self._credential = reply["credential"]
        self._epoch = uuid.uuid4().hex
        self._sequence = 0
        self._bodies = bodies

    def next_request(self) -> bytes:
        """Return an HTTP request with the next batch."""
        sha256, body = next(self._bodies)
        self._sequence += 1
        query = f"epoch={self._epoch}&sequence={self._sequence}&sha256={sha256}"
        head = (
            f"POST /agent/v1/batches?stream={urllib.parse.quote('logs:web')}&{query} HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nContent-Type: {ARROW_STREAM}\r\nContent-Encoding: zstd\r\n"
            f"Authorization: Bearer {self._credential}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def measure_log_batches(directory: Path, seconds: float) -> list[Figure]:
    """Store batches of runners, as agents send them."""
    streams = (to_stream(log_data.batch_of(rows)) for rows in _pieces(BATCH_ROWS))
    bodies = [(content_sha256(body), zstandard.compress(body, 1)) for body in streams]
    turns = itertools.cycle(bodies)

    def requests(site: Site) -> list[Callable[[], bytes]]:
        token = site.token("agent")
        return [LogSender(site, token, turns).next_request for _ in range(SENDERS)]

    what = f"log batches of {BATCH_ROWS} rows, durable"
    return _measure(directory, seconds, what, requests, BATCH_ROWS, 204, ("500 k/s", ""))


def measure_log_lines(directory: Path, seconds: float) -> list[Figure]:
    """Store JSON lines over HTTP."""
    bodies = [log_data.body_of(rows) for rows in _pieces(BODY_ROWS)]

    def requests(site: Site) -> list[Callable[[], bytes]]:
        head = (
            "POST /console/v1/logs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
            f"Authorization: Bearer {site.token('write:logs')}\r\n"
        )
        wholes = [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]
        turns = itertools.cycle(wholes)
        return [lambda: next(turns)] * LINE_SENDERS

    what = f"JSON lines, {BODY_ROWS} a body, durable"
    return _measure(directory, seconds, what, requests, BODY_ROWS, 201, ("400 k/s", "4 s"))


def _pieces(size: int) -> Iterator[list[tuple[datetime.datetime, str, str]]]:
    """Yield the distinct rows, so many at a time."""
    rows = log_data.lines(DISTINCT_ROWS)
    for _ in range(0, DISTINCT_ROWS, size):
        yield [next(rows) for _ in range(size)]


def _measure(
    directory: Path,
    seconds: float,
    what: str,
    requests: Callable[[Site], list[Callable[[], bytes]]],
    rows_each: int,
    status: int,
    goals: tuple[str, str],
) -> list[Figure]:
    """Drive a server for a while, wait for its merges, and compare with reading the rows once."""
    with Site(directory) as site:
        server = site.start()
        pid = server.process.pid
        before, rest = cpu_s(pid), rss_mb(pid)
        own = time.process_time()
        answers = asyncio.run(drive(site.port, requests(site), seconds, status))
        own = time.process_time() - own
        wait_for("merges end", lambda: _is_idle(pid), 120)
        cpu, rss = cpu_s(pid) - before, rss_mb(pid)
    millions = answers.total * rows_each / 1e6
    print(f"{what}: client {100 * own / answers.seconds:.0f} % of a core, RSS {rss:.0f} MB from {rest:.0f}")
    rate, yardstick_cpu = _inserts(directory / "inserts", min(seconds, 15.0))
    same = "inserts of such rows by the engine alone"
    return [
        Figure(f"{what}: rows", millions * 1e6 / answers.seconds, "/s", same, rate, goals[0]),
        Figure(
            f"{what}: server CPU for 1 M, merges included", cpu / millions, "s", same, yardstick_cpu, goals[1]
        ),
        Figure(f"{what}: p99", answers.percentile(0.99), "ms", "gathering alone", 250.0),
    ]


def _is_idle(pid: int) -> bool:
    before = cpu_s(pid)
    time.sleep(1.0)  # noqa: TID251 a span to measure in
    return cpu_s(pid) - before < 0.1


def _inserts(directory: Path, seconds: float) -> tuple[float, float]:
    """Return rows a second and CPU seconds for a million rows of inserts without index, in this process."""
    directory.mkdir()
    rows = log_data.batch_of(list(log_data.lines(50_000))).select(["ts", "level", "source", "message"])
    clients = TelemetryClients(TelemetrySettings(), directory, query_timeout_s=lambda: 60)
    try:
        clients.command(
            "CREATE TABLE plain (ts DateTime64(6, 'UTC'), level LowCardinality(String), "
            "source LowCardinality(String), message String CODEC(ZSTD(1))) ENGINE = MergeTree ORDER BY ts "
            "SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"
        )
        count, started, before = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - started < seconds:
            clients.insert("plain", rows)
            count += rows.num_rows
        return count / (time.perf_counter() - started), (time.process_time() - before) / count * 1e6
    finally:
        clients.close()


def measure_log_search(directory: Path, _seconds: float) -> list[Figure]:
    """Ask 5 million rows."""
    clients = TelemetryClients(TelemetrySettings(), directory, query_timeout_s=lambda: 600)
    table = None
    try:
        clients.create_tables()
        _load(clients)
        table = LogTable(clients, MemoryMarks(), CommitSettings(), reach=ignore)
        size, index = clients.rows(
            "SELECT sum(bytes_on_disk), sum(secondary_indices_compressed_bytes) "
            "FROM system.parts WHERE active AND table = 'logs'"
        )[0]
        plain = _median_ms(lambda: clients.rows("SELECT count() FROM logs WHERE message LIKE '%omatchwor%'"))
        print(f"index {index / ROWS:.2f} B a row; a scan without it {plain:.0f} ms")
        with asyncio.Runner() as runner:
            found = [_ask(runner, table, what, query, goal, plain) for what, query, goal in QUESTIONS]
            buckets = _buckets(runner, table)
        scanned = _median_ms(lambda: clients.rows(MINUTES))
        same = "one GROUP BY of the rows"
        return [
            Figure("5 M log rows: stored bytes a row", size / ROWS, "B", "JSON lines", 229.0, "27 B"),
            Figure("5 M log rows: buckets a level", buckets, "ms", same, scanned, "120 ms"),
            *found,
        ]
    finally:
        if table is not None:
            table.close()
        clients.close()


MINUTES = "SELECT toStartOfInterval(ts, INTERVAL 30 SECOND) AS b, level, count() FROM logs GROUP BY b, level"
QUESTIONS = (
    ("rare word", log_data.RARE, "100 ms"),
    ("rare substring", '"yxquasa"', "240 ms"),
    ("no-match word", "nomatchword", "10 ms"),
    ("no-match substring", '"omatchwor"', "100 ms"),
    ("level=error", "level:error", "30 ms"),
    ("number, no index", "4711471", ""),
    ("frequent words", "checkout OR login GET", ""),
)


def _load(clients: TelemetryClients) -> None:
    path = os.environ.get(FILE)
    if path:
        with Path(path).open("rb") as file:
            while chunk := b"".join(file.readlines(64 * 1024 * 1024)):
                clients.insert_lines(LOAD, [chunk], {})
    else:
        rows = log_data.lines(ROWS)
        for _ in range(0, ROWS, 250_000):
            chunk = log_data.shared_form([next(rows) for _ in range(250_000)])
            clients.insert_lines(LOAD, [chunk], {})
    clients.command("OPTIMIZE TABLE logs FINAL")


def _ask(
    runner: asyncio.Runner, table: LogTable, what: str, query: str, goal: str, plain_ms: float
) -> Figure:
    where = LogFilter(from_us=0, to_us=10**16, query=parse_query(query, lambda _: ()))
    ms = _median_ms(lambda: runner.run(table.newest(where, before=None, limit=100)))
    return Figure(f"5 M log rows: {what}, newest 100", ms, "ms", "a scan without index", plain_ms, goal)


def _buckets(runner: asyncio.Runner, table: LogTable) -> float:
    hour = int(log_data.START.timestamp())
    where = LogFilter(from_us=hour * 10**6, to_us=(hour + 3600) * 10**6)
    return _median_ms(lambda: runner.run(table.histogram(where, Grid(hour, 60, 60))))


def _median_ms(ask: Callable[[], object]) -> float:
    took = []
    for _ in range(ASKED):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)


def to_stream(table: pa.Table) -> bytes:
    """Return a table as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content
