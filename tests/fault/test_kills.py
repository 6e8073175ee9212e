"""Agent and server are killed at each durability boundary and at random: nothing is lost or doubled.

Counted from rows, by `count_stored.py`: every report, every sample, every rollup.
"""

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from muster.failpoints import POINTS
from tests.fault.count_stored import Counted
from tests.fault.made_up import SECOND_US, Owed, Times, read_journal
from tests.processes import Program, Site, clean_environ, wait_for, wait_while_moving

KILLS = int(os.environ.get("MUSTER_FAULT_KILLS", "4"))
WRITERS = ("samples", "reports") if KILLS >= 100 else ("samples",)
"""Whose passing of a place both share is meant; the short profile has time for one."""

FAST_S = 0.04
INTERVAL_S = 0.25
"""About 80 % of what a server that is killed again and again still takes."""

IDLE_S = 3600.0
DAY_S = 86_400
PYTHONPATH = {"PYTHONPATH": str(Path(__file__).parents[2])}
BACKFILL = Times(spread_s=3 * DAY_S)

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120 + 15 * KILLS)]


class Load:
    """A site with one agent under load, whose looks have the times `times`."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.data = site.directory / "agent"
        self.journal = site.directory / "journal"
        self.token_file = site.token_file("agent")
        self.times = Times()
        self.agent: Program | None = None

    def start(self, crash_at: str = "", interval_s: float = INTERVAL_S) -> Program:
        argv = [
            *(sys.executable, "-m", "tests.fault.load_agent", self.site.url, str(self.token_file)),
            *(str(self.data), str(self.journal), str(interval_s), *map(str, self.times)),
        ]
        environ = {**PYTHONPATH, "MUSTER_CRASH_AT": crash_at}
        self.agent = Program(argv, self.site.directory / "agent.log", environ)
        return self.agent

    def owed(self) -> list[Owed]:
        """Return the looks whose spool commit returned."""
        return read_journal(self.journal)

    def grows(self, by: int) -> None:
        """Wait until that many more looks were spooled."""
        target = len(self.owed()) + by
        wait_for(f"{by} more looks", lambda: len(self.owed()) >= target)

    def stores(self, by: int) -> None:
        """Wait until that many more looks are stored, as the agent knows."""
        target = self.acknowledged() + by
        wait_while_moving(f"{by} more looks stored", lambda: self.acknowledged() >= target, self.acknowledged)

    def drain(self) -> None:
        """Let the agent send all it has, and look once more only."""
        self.stop()
        looks = len(self.owed())
        self.start(interval_s=IDLE_S)
        wait_for("the look of the agent's own start", lambda: len(self.owed()) > looks)
        wait_while_moving("an empty spool", lambda: not any(self.waiting()), self.waiting)

    def acknowledged(self) -> int:
        (rows,) = self._ask("SELECT acknowledged FROM ledger WHERE stream = 'reports'") or [0]
        return rows

    def waiting(self) -> list[int]:
        """Return how many rows of each stream wait."""
        return self._ask("SELECT waiting FROM ledger ORDER BY stream")

    def _ask(self, question: str) -> list[int]:
        """Ask the agent's file, which costs the server nothing."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data / 'spool.db'}?mode=ro", uri=True)) as db:
            return [value for (value,) in db.execute(question)]

    def stop(self) -> None:
        if self.agent is not None and self.agent.alive:
            self.agent.kill()

    def ledger(self) -> dict[str, dict[str, Any]] | None:
        """Return the account of each stream once the agent has told of all looks, and none waits."""
        agent_id = json.loads((self.data / "agent.json").read_text())["agent_id"]
        streams = self.site.get(f"/v1/api/agents/{agent_id}/ledger").json().get("streams", [])
        accounts = {account["agent"]["stream"]: account for account in streams}
        if not accounts or any(account["agent"]["waiting"] for account in streams):
            return None
        return accounts if accounts["reports"]["agent"]["spooled"] >= len(self.owed()) else None

    def count(self) -> Counted:
        """Stop everything and count what is stored."""
        self.stop()
        assert self.site.server is not None
        assert self.site.server.stop() == 0, self.site.server.tail()
        done = subprocess.run(
            [sys.executable, "-m", "tests.fault.count_stored", str(self.site.data), str(self.journal)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            env=clean_environ() | PYTHONPATH,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return msgspec.json.decode(done.stdout, type=Counted)

    def check(self, kills: int) -> Counted:
        """Assert that every owed row is stored once and all accounts agree; print the figures."""
        self.drain()
        accounts = wait_for("a ledger that knows all looks", self.ledger, 40)
        counted = self.count()
        print(
            f"\n{kills} kills: {counted.reports} reports ({counted.reports_lost} lost, "
            f"{counted.reports_doubled} doubled), {counted.samples} samples ({counted.samples_lost} lost, "
            f"{counted.samples_doubled} doubled), {counted.rolled} windows rolled up by the server "
            f"({counted.wrong_rollups} rows wrong), {counted.stale} rolled up later "
            f"({counted.wrong_rollups_later} rows wrong)"
        )
        assert (counted.reports_lost, counted.reports_doubled) == (0, 0)
        assert (counted.samples_lost, counted.samples_doubled, counted.wrong_receipts) == (0, 0, 0)
        assert counted.batches == counted.reports, "a look is spooled whole"
        assert (counted.wrong_rollups, counted.wrong_rollups_later, counted.stale_later) == (0, 0, 0)
        for stream, rows in (("reports", counted.reports), ("samples", counted.samples)):
            assert accounts[stream]["stored"] == rows == accounts[stream]["agent"]["acknowledged"]
        for account in accounts.values():
            assert account["balanced"] is True
            assert (account["missing_batches"], account["agent"]["quarantined"]) == (0, 0)
        return counted


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    with Site(tmp_path, "--open", "fleet") as site:
        site.start()
        load = Load(site)
        yield load
        load.stop()


def boundaries(*prefixes: str, streams: tuple[str, ...] = ()) -> list[str]:
    """Return the crash points that begin so, once for each stream if these pass them apart."""
    points = [point for point in POINTS if point.startswith(prefixes)]
    return [f"{point}@{stream}" for point in points for stream in streams] if streams else points


AGENT_BOUNDARIES = [
    *boundaries("agent.spool."),
    *boundaries("agent.send.", "agent.delete.", streams=WRITERS),
]
SERVER_BOUNDARIES = [
    *boundaries("server.insert.", "server.mark.", "server.reply.", streams=WRITERS),
    *boundaries("server.rollup."),
]


def test_an_agent_that_dies_at_every_boundary_loses_nothing(load: Load) -> None:
    """Its looks are of yesterday and, without a break, of today."""
    midnight_s = time.time() // DAY_S * DAY_S
    load.times = Times(back_s=time.time() - midnight_s + 4)
    for point in AGENT_BOUNDARIES:
        agent = load.start(crash_at=f"{point}:7", interval_s=FAST_S)
        assert wait_for(f"the agent dies at {point}", agent.process.poll) == -9
    load.start()
    wait_for("a look after midnight", lambda: load.owed()[-1].ts_us > (midnight_s + 1) * SECOND_US)
    assert load.owed()[0].ts_us < midnight_s * SECOND_US
    load.check(kills=len(AGENT_BOUNDARIES))


def test_a_server_that_dies_at_every_boundary_loses_nothing(load: Load) -> None:
    """It gets three days in no order, so each start finds windows to roll up, some for the second time.

    The last one finds those of 40 looks at least, of which few get another sample later.
    """
    assert load.site.server is not None
    load.site.server.kill()
    load.times = BACKFILL
    load.start()
    for point in SERVER_BOUNDARIES:
        times = 1 if "rollup" in point else 4
        server = load.site.start({"MUSTER_CRASH_AT": f"{point}:{times}"}, wait=False)
        assert wait_for(f"the server dies at {point}", server.process.poll, 40) == -9
    load.site.start()
    load.stores(40)
    load.site.server.kill()
    load.site.start()
    load.grows(10)
    counted = load.check(kills=len(SERVER_BOUNDARIES) + 1)
    assert counted.rolled > 10
    assert counted.stale > 0


def test_random_kills_under_load_lose_nothing(load: Load) -> None:
    """Each start of the agent looks at now or fills in three days."""
    seed = int(os.environ.get("MUSTER_FAULT_SEED", "1"))
    chance = random.Random(seed)
    load.start()
    for number in range(KILLS):
        load.grows(chance.randint(1, 6))
        if chance.random() < 0.5:
            load.stop()
            load.times = chance.choice((Times(), BACKFILL))
            load.start()
        else:
            assert load.site.server is not None
            load.site.server.kill()
            load.site.start(wait=chance.random() < 0.8)
        print(f"kill {number + 1} of {KILLS} (seed {seed})", end="\r")
    load.site.wait_ready()
    load.check(kills=KILLS)
