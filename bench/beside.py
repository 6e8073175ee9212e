"""Bulk audit and single counts on one server at the same time; against each of them alone."""

import asyncio
import time
from pathlib import Path

import uvloop

from bench import audit, counter
from bench.figures import Figure, cpu_s
from bench.load import Answers, drive, measure, repeating
from tests.processes import Site

EVENTS = 1000


def measure_beside(directory: Path, seconds: float) -> list[Figure]:
    """`POST /api/events/{NAME}` and `POST /api/event` with 1000 a body, each alone and then together."""
    with Site(directory) as site:
        server = site.start()
        pid = server.process.pid
        token = site.token("write:events", "write:audit", "read")
        counting, logging = counter.requests(token), audit.requests(token, EVENTS)
        counts, _, _ = measure(site.port, pid, counting, seconds, 201)
        events, _, _ = measure(site.port, pid, logging, seconds, 201)
        cpu, own = cpu_s(pid), time.process_time()
        both_counts, both_events = uvloop.run(_together(site.port, counting, logging, seconds))
        cpu, own = cpu_s(pid) - cpu, time.process_time() - own
        counter.check_counts(site, token, counts.total + both_counts.total)
        audit.check_log(site, token)
    print(f"together: server {100 * cpu / seconds:.0f} %, client {100 * own / seconds:.0f} % of a core")
    count, event = "POST /api/events/{NAME} beside bulk audit", "audit events, 1000 a body, beside counts"
    return [
        Figure(f"{count}: requests", both_counts.rate, "/s", "alone", counts.rate, "8,000 /s"),
        Figure(f"{count}: p50", both_counts.percentile(0.5), "ms", "alone", counts.percentile(0.5)),
        Figure(
            f"{count}: p99", both_counts.percentile(0.99), "ms", "alone", counts.percentile(0.99), "25 ms"
        ),
        Figure(
            f"{event}: events", both_events.rate * EVENTS, "/s", "alone", events.rate * EVENTS, "10,000 /s"
        ),
        Figure(f"{event}: p99", both_events.percentile(0.99), "ms", "alone", events.percentile(0.99)),
    ]


async def _together(
    port: int, counting: list[bytes], logging: list[bytes], seconds: float
) -> tuple[Answers, Answers]:
    return await asyncio.gather(
        drive(port, repeating(counting), seconds, 201), drive(port, repeating(logging), seconds, 201)
    )
