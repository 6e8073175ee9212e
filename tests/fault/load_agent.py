"""The real agent on a made-up machine that has something to report many times a second.

`python load_agent.py SERVER TOKEN_FILE DATA JOURNAL INTERVAL_S`. Each id is appended to the journal after
the spool's commit: from then on Muster owes that report.
"""

import asyncio
import logging
import os
import signal
import sys
import time
import uuid
from pathlib import Path

from muster.agent.collect.snapshot import Snapshot
from muster.agent.identity import open_data_directory
from muster.agent.link import Link
from muster.agent.runtime import Runtime
from muster.failpoints import parse_failpoints
from muster.model.report import OsInfo, Ports, Report
from muster.settings import AgentSettings


class MadeUpMachine:
    def collect(self) -> Report:
        return Report(
            boot_time=1_700_000_000,
            cpu=12.5,
            date=int(time.time()),
            disk_space={"/": 40.0},
            id=str(uuid.uuid4()),
            memory=33.3,
            os=OsInfo("x86_64", "load", "", "6.1", "Linux", "#1"),
            ports=Ports([22], [80]),
            process={f"Worker{n}": [n] for n in range(1, 50)},
        )

    def look(self, *, with_inventory: bool) -> Snapshot:
        return Snapshot(time.time_ns() // 1000, self.collect(), [])


class Journal:
    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, report: Report) -> None:
        os.write(self.file, f"{report.id}\n".encode())


async def main(server: str, token_file: str, data: Path, journal: str, interval_s: str) -> None:
    runtime = Runtime(
        settings=AgentSettings(server=server, interval_s=float(interval_s)),
        data=data,
        link=Link(server),
        collector=MadeUpMachine(),
        sink=Journal(Path(journal)),
        read_token=lambda: Path(token_file).read_text().strip(),
        reach=parse_failpoints(os.environ),
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await runtime.run(stop)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    _, server, token_file, data, journal, interval_s = sys.argv
    with open_data_directory(Path(data)):
        asyncio.run(main(server, token_file, Path(data), journal, interval_s))
