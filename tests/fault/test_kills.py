"""Agent and server are killed at each durability boundary and at random: nothing is lost or doubled.

Counted from rows: `/reports/list` names each stored row, so a doubled report is named twice.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.failpoints import POINTS
from tests.processes import Program, Site, wait_for

KILLS = int(os.environ.get("MUSTER_FAULT_KILLS", "10"))
INTERVAL_S = 0.04
IDLE_S = 3600.0

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120 + 15 * KILLS)]


class Load:
    """A site with one agent under load."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.data = site.directory / "agent"
        self.journal = site.directory / "journal"
        self.token_file = site.token_file("agent")
        self.agent: Program | None = None

    def start(self, crash_at: str = "", interval_s: float = INTERVAL_S) -> Program:
        script = str(Path(__file__).with_name("load_agent.py"))
        argv = [
            *(sys.executable, script, self.site.url, str(self.token_file), str(self.data)),
            *(str(self.journal), str(interval_s)),
        ]
        self.agent = Program(argv, self.site.directory / "agent.log", {"MUSTER_CRASH_AT": crash_at})
        return self.agent

    def owed(self) -> set[str]:
        """Return the ids of reports whose spool commit returned."""
        return set(self.journal.read_text().split()) if self.journal.exists() else set()

    def grows(self, by: int) -> None:
        """Wait until that many more reports were spooled."""
        target = len(self.owed()) + by
        wait_for(f"{by} more reports", lambda: len(self.owed()) >= target)

    def drain(self) -> None:
        """Let the agent send all it has, and report no more."""
        if self.agent is not None and self.agent.alive:
            self.agent.kill()
        owed = self.owed()
        self.agent = self.start(interval_s=IDLE_S)
        wait_for("the report of the agent's own start", lambda: self.owed() > owed)

    def stored(self) -> list[str]:
        """Return the id of every stored row."""
        listed = self.site.get("/reports/list", params={"agent": self._agent_id()}).json()["reports"]
        return [name.removesuffix(".json") for name in listed]

    def account(self, rows: int) -> dict[str, Any] | None:
        """Return the ledger once it knows of that many rows and none waits."""
        ledger = self.site.get(f"/v1/api/agents/{self._agent_id()}/ledger").json()
        for stream in ledger.get("streams", []):
            if stream["agent"]["waiting"] == 0 and stream["agent"]["spooled"] >= rows:
                return dict(stream)
        return None

    def _agent_id(self) -> str | None:
        path = self.data / "agent.json"
        return json.loads(path.read_text())["agent_id"] if path.exists() else None

    def check(self, kills: int) -> None:
        """Assert that every owed report is stored once, and print the figures."""
        self.drain()
        owed = self.owed()
        end = time.monotonic() + 60
        while not owed <= set(names := self.stored()) and time.monotonic() < end:
            self.site.server_lives()
        lost, doubled = owed - set(names), len(names) - len(set(names))
        print(f"\n{kills} kills: {len(names)} reports stored, {len(lost)} lost, {doubled} doubled")
        assert not lost
        assert doubled == 0
        account = wait_for("a ledger that knows them all", lambda: self.account(len(names)), 30)
        assert account["stored"] == len(names) == account["agent"]["acknowledged"]
        assert account["balanced"] is True
        assert account["missing_batches"] == 0


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    with Site(tmp_path, "--open", "reports,fleet") as site:
        site.start()
        load = Load(site)
        yield load
        if load.agent is not None and load.agent.alive:
            load.agent.kill()


@pytest.mark.parametrize("point", [p for p in POINTS if p.startswith("agent.")])
def test_an_agent_that_dies_at_a_boundary_loses_nothing(load: Load, point: str) -> None:
    agent = load.start(crash_at=f"{point}:7")
    assert wait_for(f"the agent dies at {point}", agent.process.poll) == -9
    load.start()
    load.grows(10)
    load.check(kills=1)


@pytest.mark.parametrize("point", [p for p in POINTS if p.startswith("server.")])
def test_a_server_that_dies_at_a_boundary_loses_nothing(load: Load, point: str) -> None:
    site = load.site
    assert site.server is not None
    site.server.stop()
    server = site.start({"MUSTER_CRASH_AT": f"{point}:7"})
    load.start()
    assert wait_for(f"the server dies at {point}", server.process.poll) == -9
    site.start()
    load.grows(10)
    load.check(kills=1)


def test_random_kills_under_load_lose_nothing(load: Load) -> None:
    seed = int(os.environ.get("MUSTER_FAULT_SEED", "1"))
    chance = random.Random(seed)
    load.start()
    for number in range(KILLS):
        load.grows(chance.randint(1, 25))
        if chance.random() < 0.5:
            assert load.agent is not None
            load.agent.kill()
            load.start()
        else:
            assert load.site.server is not None
            load.site.server.kill()
            load.site.start(wait=chance.random() < 0.8)
        print(f"kill {number + 1} of {KILLS} (seed {seed})", end="\r")
    load.site.wait_ready()
    load.check(kills=KILLS)
