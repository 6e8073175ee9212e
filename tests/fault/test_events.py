"""Counts and audit events that were answered are there exactly once, wherever servers die.

One server on SQLite, and two on one PostgreSQL; the journal of the client is compared with all rows.
"""

import base64
import datetime
import itertools
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import LiteralString, TypeVar

import msgspec
import psycopg
import pytest

from muster.core.audit.export import ExportedEvent
from muster.core.audit.note import parse_verifier
from muster.core.audit.proofs import is_consistent
from muster.failpoints import POINTS
from tests.fault.event_accounts import (
    WRONG,
    Accounts,
    Told,
    add_checkpoints,
    add_counts,
    add_events,
    add_requests,
)
from tests.fault.event_journal import Reader
from tests.processes import Program, Site, muster, wait_for

T = TypeVar("T")

KILLS = int(os.environ.get("MUSTER_FAULT_KILLS", "4"))
SEED = int(os.environ.get("MUSTER_FAULT_SEED", "1"))
BOUNDARIES = [point for point in POINTS if point.startswith(("server.count.", "server.audit."))]
PACE_S = 0.02
FIRST_PASS, LAST_PASS = 10, 100
"""A server dies when it passes a point this often; making the token has some passes, too."""

DATABASE = "muster_fault_events"

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120 + 15 * KILLS)]


class Campaign:
    """Servers that share one store, and a client that keeps a journal."""

    def __init__(self, directory: Path, sites: Sequence[Site]) -> None:
        self.directory = directory
        self.sites = sites
        self.journal = directory / "journal"
        self.chance = random.Random(SEED)
        points = BOUNDARIES if len(sites) == 1 or KILLS >= 100 else BOUNDARIES[::3]
        others = max(1, KILLS - len(BOUNDARIES))
        self.plan = [*points, *self.chance.choices(("", *BOUNDARIES), (4, 1, 1, 1, 1), k=others)]
        """Where to die, empty: anywhere."""

        for number, site in enumerate(sites):
            self.start(number)
            site.wait_ready()
        self.token_file = sites[0].token_file("admin", "write:audit", "write:events", "read")
        self.headers = {"Authorization": f"Bearer {self.token_file.read_text()}"}
        self.load = Program(
            [
                *(sys.executable, "-m", "tests.fault.load_events", str(self.journal), str(self.token_file)),
                *(str(SEED), str(PACE_S), *(site.url for site in sites)),
            ],
            directory / "load.log",
            {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        self._reader = Reader(self.journal)

    def grows(self, by: int) -> None:
        """Wait until that many more requests were answered."""
        target = self._reader.answers() + by
        self._wait_for(f"{by} more answers", lambda: self._reader.answers() >= target)

    def _wait_for(self, what: str, look: Callable[[], T | None]) -> T:
        def look_while_client_lives() -> T | None:
            assert self.load.alive, f"the client ended\n{self.load.tail()}"
            return look()

        return wait_for(what, look_while_client_lives, 60)

    def start(self, number: int) -> None:
        """Start the server that dies as the number-th, so that it does; later ones live."""
        site = self.sites[number % len(self.sites)]
        point = self.plan[number] if number < len(self.plan) else ""
        times = self.chance.randint(FIRST_PASS, LAST_PASS)
        crash_at = {"MUSTER_CRASH_AT": f"{point}:{times}"} if point else None
        site.start(crash_at, wait=False)

    def run(self) -> None:
        """Let the servers die in turn, at each point and at random, even before they are ready."""
        for number, point in enumerate(self.plan):
            server = self.sites[number % len(self.sites)].server
            assert server is not None
            if point:
                assert self._wait_for(f"a server dies at {point}", server.process.poll) == -9
            else:
                if self.chance.random() < 0.8:
                    self.grows(self.chance.randint(1, 60))
                server.kill()
            self.start(number + len(self.sites))
            print(f"kill {number + 1} of {len(self.plan)} (seed {SEED})", end="\r")
        for site in self.sites:
            site.wait_ready()
        self.grows(50)
        assert self.load.stop(30) == 0, self.load.tail()

    def export(self) -> list[ExportedEvent]:
        """Export the log from its first event, and verify it without a server."""
        site, file = self.sites[-1], self.directory / "all.ndjson"
        muster("audit", "export", "--server", site.url, "--token-file", str(self.token_file), str(file))
        key = self.directory / "audit.vkey"
        key.write_text(site.get("/audit/key", headers=self.headers).text)
        checkpoint = f"{file}.checkpoint"
        verified = muster(
            *("audit", "verify", str(file), "--complete", "--checkpoint", checkpoint, "--key", str(key))
        )
        assert "as they were logged" in verified.stdout
        with file.open("rb") as lines:
            events = [msgspec.json.decode(line, type=ExportedEvent) for line in lines]
        return sorted(events, key=lambda event: event.index)

    def account(self) -> Accounts:
        """Compare journal and stores; nothing must be written any more but control events."""
        accounts = Accounts()
        events = self.export()
        told = Told(self.journal, parse_verifier((self.directory / "audit.vkey").read_text()))
        add_requests(accounts, told)
        for site in self.sites:
            names = site.get("/api/events/unique", headers=self.headers).json()["response"]
            today = datetime.datetime.now(datetime.UTC).date()
            days = [f"{today + datetime.timedelta(days):%Y%m%d}" for days in (-1, 1)]
            query = dict(zip(("start_date", "end_date"), days, strict=True))
            spans = site.get("/api/events", params=query, headers=self.headers).json()["response"]
            totals = {item["event"]: item["count"] for (item,) in names}
            hours: Counter[str] = Counter()
            for (item,) in spans:
                hours[item["event"]] += item["count"]
            add_counts(accounts, told, totals, hours)
        add_events(accounts, told, events)
        add_checkpoints(accounts, told, events)
        self.prove_consistency(told)
        return accounts

    def prove_consistency(self, told: Told) -> None:
        """Let the servers prove for each checkpoint that the next one, and the last, only adds to it."""
        seen = sorted(set(told.seen), key=lambda checkpoint: checkpoint.size)
        pairs = [*itertools.pairwise(seen), *((each, seen[-1]) for each in seen[:-2])]
        for number, (first, second) in enumerate(pairs):
            query = {"from": first.size, "to": second.size}
            site = self.sites[number % len(self.sites)]
            answer = site.get("/audit/proof/consistency", params=query, headers=self.headers).json()
            proof = [base64.b64decode(part) for part in answer["proof"]]
            assert is_consistent(first.size, second.size, first.root, second.root, proof), (first, second)

    def check(self) -> None:
        """Assert that nothing is lost, doubled or contradicted; print the figures."""
        accounts = self.account()
        figures = msgspec.structs.asdict(accounts)
        print(
            f"\n{len(self.plan)} kills, {self.plan.count('')} at random, {len(self.sites)} server(s): "
            + ", ".join(f"{figure} {name.replace('_', ' ')}" for name, figure in figures.items())
        )
        assert {name: figures[name] for name in WRONG if figures[name]} == {}
        assert accounts.repeats > 0
        assert accounts.checkpoints > 5
        assert accounts.retried > 0
        for site in self.sites:
            assert site.server is not None
            assert site.server.stop() == 0, site.server.tail()
        assert "as they were logged" in muster("audit", "fsck", "--data", str(site.data)).stdout

    def close(self) -> None:
        if self.load.alive:
            self.load.kill()


def test_one_server_on_sqlite(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        campaign = Campaign(tmp_path, [site])
        try:
            campaign.run()
            campaign.check()
        finally:
            campaign.close()


@pytest.fixture
def dsn(postgres_dsn: str) -> Iterator[str]:
    """A database of its own."""
    _execute(postgres_dsn, f"CREATE DATABASE {DATABASE}")
    yield postgres_dsn.rpartition("/")[0] + f"/{DATABASE}"
    _execute(postgres_dsn, f"DROP DATABASE {DATABASE} WITH (FORCE)")


def _execute(dsn: str, statement: LiteralString) -> None:
    with psycopg.connect(dsn, autocommit=True) as server:
        server.execute(statement)


def test_two_servers_on_one_postgresql(tmp_path: Path, dsn: str) -> None:
    key = tmp_path / "shared.key"
    sites = []
    for name in ("one", "two"):
        data = tmp_path / name / "data"
        data.mkdir(parents=True, mode=0o700)
        (data / "muster.toml").write_text(f'[relational]\ndsn = "{dsn}"\n[audit]\nkey_file = "{key}"\n')
        sites.append(Site(tmp_path / name))
    with sites[0], sites[1]:
        campaign = Campaign(tmp_path, sites)
        try:
            campaign.run()
            campaign.check()
        finally:
            campaign.close()
