"""The real agent on a made-up machine that has something to say many times a second.

`python -m tests.fault.load_agent SERVER TOKEN_FILE DATA JOURNAL INTERVAL_S BACK_S SPREAD_S`. Looks have
times as `made_up.Times` says. Each is noted in the journal after the spool's commit. While many wait to be
sent there are no more, so that a slow machine has no longer way to the end than a fast one.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path

from muster.agent.collect.snapshot import Snapshot
from muster.agent.identity import open_data_directory
from muster.agent.link import Link
from muster.agent.runtime import Runtime
from muster.failpoints import parse_failpoints
from muster.settings import AgentSettings
from tests.fault.made_up import Journal, MadeUpMachine, Times

INVENTORY_S = 0.5
MOST_WAITING = 100
LOOK_S = 0.05


class PatientMachine(MadeUpMachine):
    """Does not look while more than `MOST_WAITING` reports are in the spool."""

    def __init__(self, times: Times, spool: Path) -> None:
        super().__init__(times)
        self._spool = spool

    def look(self, *, with_inventory: bool) -> Snapshot:
        pause = threading.Event()
        while self._waiting() > MOST_WAITING:
            pause.wait(LOOK_S)
        return super().look(with_inventory=with_inventory)

    def _waiting(self) -> int:
        with contextlib.closing(sqlite3.connect(f"file:{self._spool}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT waiting FROM ledger WHERE stream = 'reports'").fetchone()
        return int(row[0]) if row else 0


async def main(
    server: str, token_file: str, data: Path, journal: str, interval_s: float, times: Times
) -> None:
    machine = PatientMachine(times, data / "spool.db")
    runtime = Runtime(
        settings=AgentSettings(server=server, interval_s=interval_s, inventory_interval_s=INVENTORY_S),
        data=data,
        link=Link(server),
        collector=machine,
        sink=Journal(Path(journal), machine),
        read_token=lambda: Path(token_file).read_text().strip(),
        reach=parse_failpoints(os.environ),
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await runtime.run(stop)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    _, server, token_file, data, journal, interval_s, back_s, spread_s = sys.argv
    times = Times(float(back_s), int(spread_s))
    with open_data_directory(Path(data)):
        asyncio.run(main(server, token_file, Path(data), journal, float(interval_s), times))
