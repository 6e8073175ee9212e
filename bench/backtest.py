"""A draft held against stored raw lines: what it costs the server."""

import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import zstandard

from bench.agent_logs import peak_mb, plain_lines_per_s
from bench.figures import Figure, rss_mb
from bench.grok import PATTERN, iter_lines
from bench.logs import to_stream
from muster.api.agent_link.log_batches import SCHEMA
from muster.model.batch import ARROW_STREAM, content_sha256
from tests.processes import Site

STORED = 100_000
ASKED = 50_000
"""So many rows a backtest takes at most."""

BATCH_ROWS = 5_000
TIMES = 5
RUNNER = "web"
DRAFT = {"parser": {"type": "grok", "grok_patterns": PATTERN}}
WORKER = "muster.pipeline.tryout.process"


def measure_backtest(directory: Path, _: float) -> Iterator[Figure]:
    """Store raw lines as an agent sends them, then hold a grok draft against half of them."""
    plain = plain_lines_per_s()
    with Site(directory) as site:
        server = site.start().process.pid
        _store(site)
        headers = {"Authorization": f"Bearer {site.token('admin')}"}

        def ask(lines: int) -> tuple[float, dict[str, Any]]:
            body = {"config": DRAFT, "runner": RUNNER, "lines": lines}
            started = time.monotonic()
            reply = site.http.post("/console/v1/backtest", json=body, headers=headers, timeout=60)
            found: dict[str, Any] = reply.raise_for_status().json()
            assert (found["errors"], found["lines"], found["draft"]["failed"]) == ([], lines, 0)
            return time.monotonic() - started, found

        ask(1000)
        rest = rss_mb(server)
        small_s = min(ask(1000)[0] for _ in range(TIMES))
        runs = [ask(ASKED) for _ in range(TIMES)]
        grown = rss_mb(server) - rest
        children = psutil.Process(server).children(recursive=True)
        (worker,) = (each.pid for each in children if WORKER in each.cmdline())
        worker_mb = peak_mb(worker)
    what = f"backtest of a grok draft over {ASKED:,} of {STORED:,} stored nginx lines"
    yield Figure(
        f"{what}: the draft",
        max(found["draft"]["lines_per_s"] for _, found in runs),
        "lines/s",
        "polars with the pattern of the library on such lines in memory",
        plain,
    )
    took = sorted(seconds for seconds, _ in runs)
    yield Figure(f"{what}: answer, median of {TIMES}", took[TIMES // 2], "s", "over 1000", small_s, "20 s")
    yield Figure(f"{what}: peak RSS of its process", worker_mb, "MB", "its bound", 1000.0)
    yield Figure(f"{what}: RSS of the server grows by", grown, "MB", "the server before", rest)


def _store(site: Site) -> None:
    facts = {"hostname": "bench", "machine_id": "", "platform": "", "agent_version": ""}
    enrolling = {"Authorization": f"Bearer {site.token('agent')}"}
    agent = site.http.post("/agent/v1/enroll", json={"facts": facts}, headers=enrolling).json()
    headers = {
        "Authorization": f"Bearer {agent['credential']}",
        "Content-Type": ARROW_STREAM,
        "Content-Encoding": "zstd",
    }
    lines = iter_lines(STORED)
    now = datetime.now(UTC)
    for sequence in range(1, STORED // BATCH_ROWS + 1):
        body = to_stream(_raw(list(itertools.islice(lines, BATCH_ROWS)), now))
        asked: dict[str, str | int] = {"stream": f"logs:{RUNNER}", "epoch": "e" * 32, "sequence": sequence}
        site.http.post(
            "/agent/v1/batches",
            params={**asked, "sha256": content_sha256(body)},
            content=zstandard.compress(body, 1),
            headers=headers,
        ).raise_for_status()


def _raw(lines: list[str], now: datetime) -> pa.Table:
    """Return lines as the parser `raw` leaves them."""
    count = len(lines)
    columns = {
        "ts": [now] * count,
        "level": [""] * count,
        "source": ["/var/log/nginx/access.log"] * count,
        "message": lines,
        "names": [[]] * count,
        "values": [[]] * count,
    }
    return pa.table(columns, schema=SCHEMA)
