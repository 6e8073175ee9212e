"""What metrics cost: taking samples in, keeping them, rolling them up and asking for them."""

import array
import asyncio
import datetime
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa

from bench.figures import Figure, cpu_s, rss_mb
from bench.load import drive
from bench.sample_data import START_S, STEP_S, agent_id, fill, shapes
from bench.server import Sender
from muster.core.metrics.grid import Grid, parse_grid
from muster.core.metrics.rollup import WINDOWS_AT_ONCE
from muster.failpoints import ignore
from muster.model.batch import SAMPLES, SampleColumns
from muster.model.ids import AgentId, Epoch
from muster.model.mark import WINDOW_S, Window
from muster.settings import CommitSettings, TelemetrySettings
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.sample_writer import SCHEMA
from muster.store.telemetry.samples import SampleTable
from tests.contract.memory import MemoryMarks
from tests.processes import Site

AGENTS = 1_000
FLEET, LOOKS = 23, 10_120
"""So many machines over 28 hours: 20 million samples."""

ASKED = 50
DAY_US, MINUTE_US = 86_400 * 1_000_000, 60 * 1_000_000


class Looks:
    """Makes the bodies of looks, each later than the one before."""

    def __init__(self) -> None:
        self._shapes = shapes()
        self._number = 0

    @property
    def rows(self) -> int:
        return len(self._shapes)

    def next_body(self) -> bytes:
        self._number += 1
        values = array.array("d", [(self._number * 37 + n * 11) % 1000 / 10 for n in range(self.rows)])
        columns = SampleColumns(
            ts_us=time.time_ns() // 1000,
            metrics=[shape.metric for shape in self._shapes],
            labels=[shape.labels for shape in self._shapes],
            values=values.tobytes(),
        )
        return msgspec.msgpack.encode(columns)


def measure_sample_ingest(directory: Path, seconds: float) -> list[Figure]:
    """Looks of a thousand agents, as fast as they go; against inserts of as many rows without a server."""
    looks = Looks()
    with Site(directory) as site:
        server = site.start()
        before = rss_mb(server.process.pid)
        token = site.token("agent")
        senders = [Sender(site, token, looks.next_body, SAMPLES).next_request for _ in range(AGENTS)]
        asyncio.run(drive(site.port, senders, 3.0, 204))
        cpu, own = cpu_s(server.process.pid), time.process_time()
        answers = asyncio.run(drive(site.port, senders, seconds, 204))
        cpu, own = cpu_s(server.process.pid) - cpu, time.process_time() - own
        rss = rss_mb(server.process.pid)
    rows = answers.total * looks.rows
    print(
        f"{AGENTS} agents: client {100 * own / answers.seconds:.0f} % of a core, {looks.rows} samples a look"
    )
    insert_rate, insert_cpu = _inserts(directory / "inserts", min(seconds, 15.0))
    what = f"{AGENTS} agents, {looks.rows} samples a look, durable"
    same = "inserts of 50 000 such rows by the engine alone"
    millions = rows / 1e6
    return [
        Figure(f"{what}: samples", rows / answers.seconds, "/s", same, insert_rate),
        Figure(f"{what}: server CPU for 1 M", cpu / millions, "s", same, insert_cpu),
        Figure(f"{what}: p99", answers.percentile(0.99), "ms", "gathering alone", 250.0),
        Figure(f"{what}: server RSS after it", rss, "MB", "the same server just started", before, "900 MB"),
    ]


def measure_metrics(directory: Path, _seconds: float) -> list[Figure]:
    """Ask 20 million samples, and roll them up."""
    directory.mkdir(exist_ok=True)
    clients = TelemetryClients(TelemetrySettings(), directory, query_timeout_s=lambda: 600)
    table = None
    try:
        clients.create_tables()
        samples = fill(clients, FLEET, LOOKS)
        clients.command("OPTIMIZE TABLE samples FINAL")
        size = clients.rows("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'samples'")
        table = SampleTable(clients, MemoryMarks(), CommitSettings(), reach=ignore)
        return [
            Figure("stored bytes per sample", size[0][0] / samples, "B", "time and value", 16.0, "4 B"),
            *_ask(clients, table, samples),
            _roll_up(clients, table, samples),
        ]
    finally:
        if table is not None:
            table.close()
        clients.close()


def _ask(clients: TelemetryClients, table: SampleTable, samples: int) -> list[Figure]:
    """Ask for a minute less than a day of one series, from samples, and for a whole day, from rollups."""
    end_us = (START_S + LOOKS * STEP_S) * 1_000_000
    nearly = parse_grid(end_us - DAY_US + MINUTE_US, end_us, interval_s=STEP_S, raw_since_s=0)
    day = parse_grid(end_us - DAY_US, end_us, interval_s=STEP_S, raw_since_s=0)
    plain = (
        "SELECT intDiv(toUnixTimestamp(ts), 290) AS b, avg(value) FROM samples "
        "WHERE agent_id = {agent:String} AND metric = 'cpu.user_percent' GROUP BY b ORDER BY b"
    )
    with asyncio.Runner() as runner:

        def ask(metric: str, grid: Grid) -> float:
            def one(agent: AgentId) -> None:
                asked = table.buckets((agent,), (metric,), grid, rolled_until_s=grid.end_s)
                assert sum(value is not None for value in runner.run(asked)[0].values) > 280

            return _median_ms(one)

        yardstick = _median_ms(lambda agent: clients.rows(plain, {"agent": agent}))
        gauge, rate = ask("cpu.user_percent", nearly), ask("disk.read_bytes_total", nearly)
        _roll_up_all(table)
        windows = ask("cpu.user_percent", day)
    what = f"out of {samples / 1e6:.0f} M samples, p50"
    same = "one GROUP BY of the same rows by the engine alone"
    return [
        Figure(f"298 buckets of a gauge {what}", gauge, "ms", same, yardstick, "15 ms"),
        Figure(f"298 buckets of a counter's rate {what}", rate, "ms", same, yardstick),
        Figure(f"288 buckets of rollups {what}", windows, "ms", same, yardstick),
    ]


def _median_ms(ask: Callable[[AgentId], object]) -> float:
    took = []
    for number in range(ASKED):
        started = time.perf_counter()
        ask(AgentId(agent_id(number % FLEET)))
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)


def _roll_up_all(table: SampleTable) -> None:
    first = START_S // WINDOW_S * WINDOW_S
    starts = range(first, START_S + LOOKS * STEP_S + WINDOW_S, WINDOW_S)
    windows = [Window(AgentId(agent_id(number)), start) for start in starts for number in range(FLEET)]
    for at in range(0, len(windows), WINDOWS_AT_ONCE):
        table.roll_up(windows[at : at + WINDOWS_AT_ONCE])


def _roll_up(clients: TelemetryClients, table: SampleTable, samples: int) -> Figure:
    """Compute every rollup anew; against reading the same samples once."""
    before = time.process_time()
    _roll_up_all(table)
    cpu = time.process_time() - before
    assert clients.rows("SELECT sum(samples) FROM rollups FINAL")[0][0] == samples
    before = time.process_time()
    clients.rows("SELECT sum(value), max(ts) FROM samples WHERE metric != ''")
    scan = time.process_time() - before
    millions = samples / 1e6
    same = "reading the same samples once"
    return Figure("rolling up: CPU for 1 M samples", cpu / millions, "s", same, scan / millions)


def _inserts(directory: Path, seconds: float) -> tuple[float, float]:
    """Return rows a second and CPU seconds for a million rows of inserts in this process."""
    directory.mkdir()
    clients = TelemetryClients(TelemetrySettings(), directory, query_timeout_s=lambda: 60)
    try:
        clients.create_tables()
        rows, started, before = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - started < seconds:
            clients.insert("samples", _rows(rows))
            rows += 50_000
        return rows / (time.perf_counter() - started), (time.process_time() - before) / rows * 1e6
    finally:
        clients.close()


def _rows(first: int) -> pa.Table:
    series = shapes()
    numbers = range(first, first + 50_000)
    columns = {
        "received_on": [datetime.date(2026, 9, 21)] * 50_000,
        "agent_id": [agent_id(n // len(series) % AGENTS) for n in numbers],
        "metric": [series[n % len(series)].metric for n in numbers],
        "labels": [series[n % len(series)].labels for n in numbers],
        "ts": [START_S * 1_000_000 + n for n in numbers],
        "value": [float(n % 1000) for n in numbers],
        "epoch": [Epoch("e" * 32)] * 50_000,
        "sequence": [n // len(series) for n in numbers],
        "batch_sha256": [""] * 50_000,
    }
    return pa.table(columns, schema=SCHEMA)
