"""Measures and writes bench/RESULTS.md: `python -m bench.run [--seconds N]`."""

import os
import platform
import tempfile
from pathlib import Path

import click

from bench.agent import measure_agent, measure_rest
from bench.agent_logs import measure_agent_logs
from bench.audit import measure_audit, measure_audit_pages
from bench.backtest import measure_backtest
from bench.beside import measure_beside
from bench.console import measure_console
from bench.console_machines import measure_machines
from bench.counter import measure_counter
from bench.figures import Figure
from bench.fleet import measure_fleet, measure_push
from bench.grok import measure_grok
from bench.logs import measure_log_batches, measure_log_lines, measure_log_search
from bench.samples import measure_metrics, measure_sample_ingest
from bench.scrolling import measure_scrolling
from bench.server import measure_few, measure_many, measure_overhead

HEAD = """# Results

Written by `make bench`. Each figure stands beside a yardstick that was measured in the same run: on a shared
machine read the ratio, not the absolute. MB are 10^6 bytes.

| what | figure | yardstick | its figure | ratio | to reach |
|---|---|---|---|---|---|
"""


PARTS = (
    measure_agent,
    measure_rest,
    measure_few,
    measure_many,
    measure_overhead,
    measure_sample_ingest,
    measure_metrics,
    measure_agent_logs,
    measure_log_batches,
    measure_log_lines,
    measure_log_search,
    measure_backtest,
    measure_counter,
    measure_audit,
    measure_audit_pages,
    measure_beside,
    measure_grok,
    measure_console,
    measure_scrolling,
    measure_machines,
    measure_push,
    measure_fleet,
)


@click.command()
@click.option("--seconds", type=float, default=60.0, show_default=True, help="Length of each measurement.")
@click.option("--only", metavar="WORD", default="", help="Print the parts whose name has it; write nothing.")
def main(seconds: float, only: str) -> None:
    """Measure agent and server and write bench/RESULTS.md."""
    figures: list[Figure] = []
    for part in PARTS:
        if only not in part.__name__:
            continue
        with tempfile.TemporaryDirectory() as directory:
            for figure in part(Path(directory), seconds):
                figures.append(figure)
                print(figure.row(), flush=True)
    system = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    machine = f"\n{system}, {seconds:g} s each.\n"
    rows = "".join(f"{figure.row()}\n" for figure in figures)
    if not only:
        Path(__file__).with_name("RESULTS.md").write_text(HEAD + rows + machine)


if __name__ == "__main__":
    main()
