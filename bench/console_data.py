"""What the console is measured with: log rows, one machine with many series, thousands of machines."""

import array
import asyncio
import hashlib
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.sample_data import agent_id, shapes
from muster.failpoints import ignore
from muster.model.agent import Agent
from muster.model.batch import MSGPACK, SAMPLES, SampleColumns, content_sha256
from muster.model.ids import AgentId
from muster.model.mark import WINDOW_S, Window
from muster.settings import CommitSettings, TelemetrySettings
from muster.store.relational.agents import RelationalAgents
from muster.store.relational.database import open_relational
from muster.store.relational.migrate import migrate
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.samples import SampleTable
from tests.contract.memory import MemoryMarks

ROWS_AT_ONCE = 1_000_000
OTHERS, LABELS = 36, 5
"""Metrics that no section of every machine draws: each is a chart of its own, with so many lines."""

LOOKS, LOOK_S = 1_440, 60
DAY_S = 86_400
ENROLLED_AT_ONCE = 1_000
LOG_ROWS = """
INSERT INTO logs (received_at, row, ts, agent_id, runner, source, level, message, fields, epoch, sequence)
SELECT now64(6, 'UTC') - toIntervalSecond({piece:UInt32}), number,
    now64(6, 'UTC') - toIntervalMillisecond(intDiv(number * 86400000, {count:UInt32}) + {piece:UInt32}),
    lower(hex(MD5(toString(number % 200)))), 'nginx', '/var/log/nginx/access.log',
    multiIf(number % 100 < 3, 'error', number % 100 < 10, 'warning', 'info'),
    concat('10.0.', toString(number % 256), '.', toString(rand() % 256), ' - - "GET /api/v1/items?s=',
        toString(number), ' HTTP/1.1" ', toString(200 + 100 * (number % 4)), ' ', toString(rand() % 90000)),
    map('status', toString(200 + 100 * (number % 4)), 'verb', 'GET', 'bytes', toString(rand() % 90000)),
    repeat('e', 32), intDiv(number, 1000)
FROM numbers({count:UInt32})
"""

SAMPLES_OF_A_DAY = """
INSERT INTO samples SELECT toDate(now('UTC')), '{agent}', series.2, series.3,
    fromUnixTimestamp64Micro(toInt64({first} + number * {step}) * 1000000, 'UTC') AS at,
    if(endsWith(series.2, '_total'), number * (series.1 + 1) * 1e4,
        abs(40 + series.1 % 7 * 6 + 20 * sin(number / 60 + series.1) + rand(series.1) % 5)),
    '{agent}', number + 1, '' FROM numbers({looks}) ARRAY JOIN [{series}] AS series
"""


@contextmanager
def open_tables(data: Path) -> Iterator[TelemetryClients]:
    """Open the telemetry store of a server that does not run."""
    data.mkdir(parents=True, exist_ok=True)
    clients = TelemetryClients(TelemetrySettings(), data, query_timeout_s=lambda: 600)
    try:
        clients.create_tables()
        yield clients
    finally:
        clients.close()


def fill_logs(clients: TelemetryClients, rows: int) -> None:
    """Store log rows of the last day, evenly spread, of 200 machines."""
    for piece in range(-(-rows // ROWS_AT_ONCE)):
        count = min(ROWS_AT_ONCE, rows - piece * ROWS_AT_ONCE)
        clients.command(LOG_ROWS, {"piece": piece, "count": count})


def fill_host(clients: TelemetryClients) -> AgentId:
    """Store a day of one machine's samples, enough for more than 50 charts, and their rollups."""
    agent = AgentId(agent_id(1))
    found = [(shape.metric, shape.labels) for shape in shapes()]
    found += [(f"app.queue_{n:02}", f"shard={label}") for n in range(OTHERS) for label in range(LABELS)]
    series = ", ".join(f"({s}, '{metric}', '{labels}')" for s, (metric, labels) in enumerate(found))
    first_s = int(time.time()) - DAY_S
    clients.command(
        SAMPLES_OF_A_DAY.format(agent=agent, series=series, first=first_s, step=LOOK_S, looks=LOOKS)
    )
    table = SampleTable(clients, MemoryMarks(), CommitSettings(), reach=ignore)
    try:
        starts = range(first_s // WINDOW_S * WINDOW_S, first_s + DAY_S, WINDOW_S)
        table.roll_up([Window(agent, start) for start in starts])
    finally:
        table.close()
    return agent


def add_machines(data: Path, count: int) -> list[str]:
    """Enrol so many machines at a server that does not run; return their credentials."""
    secrets = [f"bench-{number}" for number in range(count)]
    now_us = time.time_ns() // 1000
    relational = open_relational("", data)
    try:
        migrate(relational)
        store = RelationalAgents(relational)
        agents = [_agent(number, secret, now_us) for number, secret in enumerate(secrets)]

        async def add() -> None:
            for first in range(0, count, ENROLLED_AT_ONCE):
                few = agents[first : first + ENROLLED_AT_ONCE]
                await asyncio.gather(*(store.add_agent(agent) for agent in few))

        asyncio.run(add())
    finally:
        relational.close()
    return secrets


def iter_looks(secrets: list[str]) -> Iterator[bytes]:
    """Yield HTTP requests with a look of each machine, one after the other, without end."""
    metrics = ["cpu.used_percent", "memory.used_percent", "disk.used_percent", "system.uptime_s"]
    for sequence in itertools.count(1):
        for number, secret in enumerate(secrets):
            values = array.array("d", [(number * 37 + sequence * 11) % 100, number % 90, number % 80, 9e4])
            body = msgspec.msgpack.encode(
                SampleColumns(time.time_ns() // 1000, metrics, ["", "", "mountpoint=/", ""], values.tobytes())
            )
            query = f"epoch={agent_id(number)}&sequence={sequence}&sha256={content_sha256(body)}"
            head = (
                f"POST /agent/v1/batches?stream={SAMPLES}&{query} HTTP/1.1\r\n"
                f"Host: 127.0.0.1\r\nContent-Type: {MSGPACK}\r\n"
                f"Authorization: Bearer {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            yield head.encode() + body


def _agent(number: int, secret: str, now_us: int) -> Agent:
    return Agent(
        id=AgentId(agent_id(number)),
        hostname=f"web-{number:05}.example",
        machine_id=f"{number:032x}",
        platform="Debian GNU/Linux 12",
        agent_version="0.1.0",
        credential_sha256=hashlib.sha256(secret.encode()).digest(),
        enrolled_us=now_us,
        last_seen_us=now_us,
        address=f"10.1.{number // 256}.{number % 256}",
        nonce=f"{number:032x}",
    )
