"""One grok runner: lines per CPU second of the agent, from a file to acknowledged by a server."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import polars as pl

from bench.figures import Figure, cpu_s
from bench.grok import PATTERN, iter_lines
from muster.model.desired import ConfigName
from muster.model.log import log_stream
from muster.pipeline.grok import Grok
from tests.processes import MUSTER, Program, Site, wait_for

LINES = 2_000_000
BLOCK = 12_000
NAME = ConfigName("nginx")
STREAM = log_stream(NAME)
DEADLINE_S = 900.0
ASK_S = 0.2


def measure_agent_logs(directory: Path, _: float) -> Iterator[Figure]:
    """Let a real agent read a file for a real server, beside polars alone on lines in memory."""
    log = directory / "access.log"
    with log.open("w") as file:
        file.writelines(f"{line}\n" for line in iter_lines(LINES))
    plain = plain_lines_per_s()
    with ExitStack() as stack:
        site = stack.enter_context(Site(directory))
        site.start()
        token = str(site.token_file("agent"))
        argv = [*MUSTER, "agent", "--server", site.url, "--token-file", token]
        agent = Program([*argv, "--data", str(directory / "agent")], directory / "agent.log")
        stack.callback(agent.stop)
        headers = {"Authorization": f"Bearer {site.token('admin')}"}
        http = stack.enter_context(
            httpx.Client(base_url=f"{site.url}/v1/api", headers=headers, timeout=20, trust_env=False)
        )
        agent_id = wait_for("the agent", lambda: _agents(http), 60)[0]["id"]
        config = {
            "reader": {"mode": "file", "log_path": str(log)},
            "parser": {"type": "grok", "grok_patterns": PATTERN},
        }
        http.post(f"/configs/{NAME}", json={"config": config}).raise_for_status()
        before, started = cpu_s(agent.process.pid), time.monotonic()
        http.post(f"/configs/{NAME}/agents", json={"agent_ids": [agent_id]}).raise_for_status()
        spool = directory / "agent" / "spool.db"
        wait_for("every line", lambda: _acknowledged(spool) >= LINES, DEADLINE_S, every_s=ASK_S)
        used, span = cpu_s(agent.process.pid) - before, time.monotonic() - started
        peak = peak_mb(agent.process.pid)
        wait_for("the server's count", lambda: _stored(http, agent_id) == LINES, DEADLINE_S, every_s=ASK_S)
    yield Figure(
        f"{LINES:,} nginx lines, file to acknowledged, per CPU second of the agent",
        LINES / used,
        "lines/s",
        "polars with the pattern of the library on the same lines in memory",
        plain,
        "200,000",
    )
    yield Figure(
        "that agent, peak RSS", peak, "MB", f"{LINES / span:,.0f} lines/s by the clock", peak, "130 MB"
    )


def plain_lines_per_s() -> float:
    """Return lines that polars alone takes apart in a CPU second, in memory."""
    lines = pl.Series(list(iter_lines(BLOCK)))
    grok = Grok([PATTERN])
    grok.extract(lines)
    started, rows = time.process_time(), 0
    while time.process_time() - started < 5:
        assert grok.extract(lines).matched.all()
        rows += len(lines)
    return rows / (time.process_time() - started)


def _agents(http: httpx.Client) -> list[dict[str, str]]:
    found: list[dict[str, str]] = http.get("/agents", params={"state": "online"}).json()["agentList"]
    return found


def _acknowledged(spool: Path) -> int:
    """Return how many lines the agent knows to be stored; it tells the server only every 25 s."""
    with closing(sqlite3.connect(f"{spool.as_uri()}?mode=ro", uri=True)) as db:
        found = db.execute("SELECT acknowledged FROM ledger WHERE stream = ?", (STREAM,)).fetchone()
    return int(found[0]) if found else 0


def _stored(http: httpx.Client, agent_id: str) -> int:
    streams = http.get(f"/agents/{agent_id}/ledger").json()["streams"]
    return max((each["stored"] or 0 for each in streams if each["agent"]["stream"] == STREAM), default=0)


def peak_mb(pid: int) -> float:
    """Return the most memory that a process had resident, in MB (10^6 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return float("nan")
