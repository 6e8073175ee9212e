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

BARE = "import asyncio, httpx, msgspec, psutil, sqlite3, zstandard; input()"
NAIVE = f"""
import psutil, time
while True:
    psutil.cpu_percent(); psutil.virtual_memory(); psutil.disk_usage('/'); psutil.net_connections('inet')
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


def measure(directory: Path, seconds: float) -> list[Figure]:
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
        bare = stack.enter_context(subprocess.Popen([sys.executable, "-c", BARE], stdin=subprocess.PIPE))
        naive = stack.enter_context(subprocess.Popen([sys.executable, "-c", NAIVE]))
        stack.callback(bare.kill)
        stack.callback(naive.kill)
        pause(INTERVAL_S)
        pids = agent.process.pid, naive.pid
        before, started = [cpu_s(pid) for pid in pids], time.monotonic()
        pause(seconds)
        span = time.monotonic() - started
        used = [100 * (cpu_s(pid) - was) / span for pid, was in zip(pids, before, strict=True)]
        rss = rss_mb(agent.process.pid), rss_mb(bare.pid)
        assert site.server is not None
        rest = rss_mb(site.server.process.pid)
    interpreter = "interpreter with the same libraries, idle"
    return [
        Figure("agent, RSS", rss[0], "MB", interpreter, rss[1], "48 MB"),
        Figure(
            f"agent, CPU at {INTERVAL_S:g} s, {PROCESSES} more processes",
            used[0],
            "% of a core",
            "psutil loop over the same facts, nothing stored or sent",
            used[1],
            "1 %",
        ),
        Figure("server at rest, RSS", rest, "MB", interpreter, rss[1], "550 MB"),
    ]


def pause(seconds: float) -> None:
    """Let time pass: it is what is measured."""
    time.sleep(seconds)  # noqa: TID251
