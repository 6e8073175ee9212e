"""What the agent costs on a machine with 500 more processes."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.figures import Figure, cpu_s, rss_mb
from tests.processes import MUSTER, Program, Site, wait_for

INTERVAL_S = 10.0
PROCESSES = 500

REST_S = 20.0
SETTLE_S = 30.0

# httpx loads rich when it is there; the agent keeps it out, so the yardstick does too.
BARE = "import sys; sys.modules['httpx._main'] = None; import asyncio, psutil, msgspec, httpx; input()"
BARE_SERVER = "import chdb, clickhouse_connect, litestar, pyarrow, sqlalchemy, uvicorn; input()"
NAIVE = f"""
import psutil, time
while True:
    [(p.pid, p.name()) for p in psutil.process_iter()]
    time.sleep({INTERVAL_S})
"""


@contextmanager
def idle_processes(count: int) -> Iterator[None]:
    running = [subprocess.Popen(["sleep", "3600"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


@contextmanager
def interpreter(code: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run code in a bare interpreter."""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def measure_agent(directory: Path, seconds: float) -> list[Figure]:
    """Run a real agent against a real server, and the two yardsticks beside it."""
    with ExitStack() as stack:
        stack.enter_context(idle_processes(PROCESSES))
        site = stack.enter_context(Site(directory, "--open", "reports"))
        site.start()
        token = str(site.token_file("agent"))
        argv = [*MUSTER, "agent", "--server", site.url, "--token-file", token]
        agent = Program([*argv, "--data", str(directory / "agent")], directory / "agent.log")
        stack.callback(agent.stop)
        wait_for("a report", lambda: site.get("/reports/last").status_code == 200)
        bare = stack.enter_context(interpreter(BARE))
        naive = stack.enter_context(interpreter(NAIVE))
        pause(SETTLE_S)
        rss = rss_mb(agent.process.pid), rss_mb(bare.pid)
        pids = agent.process.pid, naive.pid
        before, started = [cpu_s(pid) for pid in pids], time.monotonic()
        pause(seconds)
        span = time.monotonic() - started
        used = [100 * (cpu_s(pid) - was) / span for pid, was in zip(pids, before, strict=True)]
    return [
        Figure(
            f"agent after {SETTLE_S:g} s, RSS",
            rss[0],
            "MB",
            "interpreter that imports asyncio, psutil, msgspec, httpx",
            rss[1],
            "48 MB",
        ),
        Figure(
            f"agent, CPU at {INTERVAL_S:g} s, {PROCESSES} more processes",
            used[0],
            "% of a core",
            "psutil loop over name and pid of all processes, nothing else read, stored or sent",
            used[1],
            "1 %",
        ),
    ]


def measure_rest(directory: Path, _seconds: float) -> list[Figure]:
    """Memory of a server that nobody uses."""
    with Site(directory) as site, interpreter(BARE_SERVER) as bare:
        server = site.start()
        pause(REST_S)
        figure, yardstick = rss_mb(server.process.pid), rss_mb(bare.pid)
    what = "interpreter that imports the server's libraries (chDB and others)"
    return [Figure(f"server at rest after {REST_S:g} s, RSS", figure, "MB", what, yardstick, "550 MB")]


def pause(seconds: float) -> None:
    """Let time pass: it is what is measured."""
    time.sleep(seconds)  # noqa: TID251
