"""Programs write, rotate and empty their logs while agent and server are killed, the network is cut, the
disk is full and the clock jumps: every line is stored once, but for those that its writer destroyed.

Counted from rows, by `count_logs.py`.
"""

import contextlib
import os
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from muster.failpoints import POINTS
from tests.fault.count_logs import Account, Written
from tests.fault.cut_proxy import CutProxy
from tests.fault.jumping_clock import set_ahead
from tests.fault.log_writers import WRITERS, Emptying, Wildcard, line_of
from tests.processes import Program, Site, clean_environ, wait_for, wait_while_moving

KILLS = int(os.environ.get("MUSTER_FAULT_KILLS", "4"))
SEED = int(os.environ.get("MUSTER_FAULT_SEED", "1"))
HERE = Path(__file__).parent
PYTHONPATH = {"PYTHONPATH": str(HERE.parents[1])}
SPOOL_BYTES = 2 * 1024 * 1024
CALM_S = 9.0
"""So long a reader needs at most to see that a file is no copy, or ended."""

HOUR_S = 3600

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240 + 20 * KILLS)]


class JumpingSite(Site):
    """A server whose clock can be set."""

    @property
    def clock(self) -> Path:
        return self.directory / "clock"

    def program(self, name: str, argv: list[str], environ: dict[str, str]) -> Program:
        module = (sys.executable, "-m", "tests.fault.jumping_clock", str(self.clock))
        return Program([*module, *argv], self.directory / f"{name}.log", PYTHONPATH | environ)

    def start(self, environ: Any = None, *, wait: bool = True) -> Program:
        argv = ["server", "--data", str(self.data), "--port", str(self.port), *self.options]
        self.server = self.program("server", argv, dict(environ or {}))
        if wait:
            self.wait_ready()
        return self.server


class Campaign:
    """A site, an agent behind a network that can be cut, and the writers that it reads."""

    def __init__(self, site: JumpingSite, proxy: CutProxy, directory: Path) -> None:
        self.site = site
        self.proxy = proxy
        self.data = site.directory / "agent"
        self.token_file = site.token_file("agent")
        self.agent: Program | None = None
        self.writers = [kind(directory / kind.kind, SEED) for kind in WRITERS]
        self.sent = directory / "sent"
        self._path = f"{_journalctl(directory)}:{os.environ['PATH']}"
        headers = {"Authorization": f"Bearer {site.token('admin')}"}
        self._http = httpx.Client(base_url=site.url, headers=headers, timeout=20, trust_env=False)

    def start(self, crash_at: str = "") -> Program:
        argv = ["agent", "--server", f"http://127.0.0.1:{self.proxy.port}", "--data", str(self.data)]
        argv += ["--token-file", str(self.token_file)]
        environ = {
            "PATH": self._path,
            "MUSTER_AGENT_SPOOL_BYTES": str(SPOOL_BYTES),
            "MUSTER_AGENT_ALLOW_WRITE_PATHS": str(self.sent),
            "MUSTER_CRASH_AT": crash_at,
        }
        self.agent = self.site.program("agent", argv, environ)
        return self.agent

    def configure(self) -> None:
        """Give the agent a runner for each writer, let these write, and wait until every runner has begun.

        Nothing is rotated before: what was rotated before a runner's first look is not its to read.
        """
        agents = wait_for("the agent", lambda: self._get("/v1/api/agents", state="online")["agentList"], 40)
        for writer in self.writers:
            parser = "json" if writer.reader()["mode"] == "journald" else "raw"
            config: dict[str, Any] = {"reader": writer.reader(), "parser": {"type": parser}}
            config |= {"batch_interval": "1"}
            if isinstance(writer, Wildcard):
                sender = {"sender_type": "file", "file_send_path": str(self.sent), "file_write_raw": "true"}
                config |= {"senders": [{"sender_type": "muster"}, sender]}
            self._post(f"/v1/api/configs/{writer.kind}", {"config": config})
            self._post(f"/v1/api/configs/{writer.kind}/agents", {"agent_ids": [agents[0]["id"]]})
            writer.start()
        begun = "SELECT 1 FROM ledger WHERE stream = ? AND acknowledged > 0"
        for writer in self.writers:
            wait_for(f"rows of {writer.kind}", lambda w=writer: self._ask(begun, f"logs:{w.kind}"), 60)
        for writer in self.writers:
            writer.may_rotate.set()

    def acknowledged(self) -> int:
        """Return how many rows of logs the agent knows to be stored; asked of its file, which costs it
        nothing."""
        rows = self._ask("SELECT coalesce(sum(acknowledged), 0) FROM ledger WHERE stream LIKE 'logs:%'")
        return int(rows[0][0]) if rows else 0

    def passes(self, rows: int) -> None:
        """Wait until so many more rows are stored."""
        target = self.acknowledged() + rows
        wait_for(f"{rows} more rows", lambda: self.acknowledged() >= target, 60)

    def drain(self) -> None:
        """Let the last lines pass, and look on for so long that a copy would be read, if one is."""
        for writer in self.writers:
            writer.may_rotate.clear()
        for writer in self.writers:
            least = writer.written + 1
            wait_for("a line behind the last rotation", lambda w=writer, n=least: w.written > n, 40)
        end = time.monotonic() + CALM_S
        wait_for("a while without rotations", lambda: time.monotonic() > end)
        for writer in self.writers:
            writer.end()
        wait_while_moving("all lines spooled", lambda: max(self._unread().values()) <= 0, self._unread)
        wait_while_moving("an empty spool", lambda: self._waiting() == [(0,)], self._waiting)

    def _unread(self) -> dict[str, int]:
        """Return how many lines of each writer are not in the spool yet; less than none for those that were
        read before it destroyed them."""
        read = dict(self._ask("SELECT name, read FROM runners"))
        return {w.kind: w.written - len(w.destroyed) - read.get(w.kind, 0) for w in self.writers}

    def _waiting(self) -> list[Any]:
        """Return one row with the number of batches of lines that wait, or none if the file is busy."""
        return self._ask("SELECT count(*) FROM batches WHERE stream LIKE 'logs:%' OR stream LIKE 'out:%'")

    def check(self, kills: int, others: str = "") -> dict[str, Account]:
        """Assert that every line is stored once and that the accounts agree; print the figures."""
        self.drain()
        ledger = wait_for("a ledger that knows all rows", self._ledger, 40)
        accounts = self._count()
        for kind, one in accounts.items():
            print(
                f"\n{kills} kills{others}: {kind}: {one.lines} lines, {one.lost} lost, "
                f"{one.doubled} doubled, {one.strange} strange, {one.destroyed} destroyed by their writer",
                end="",
            )
        lines = Counter(self.sent.read_text().splitlines())
        (wildcard,) = (each for each in self.writers if isinstance(each, Wildcard))
        expected = {line_of(wildcard.kind, number) for number in range(wildcard.written)}
        print(
            f"\nsent to a file at least once: {len(expected)} lines, {len(expected - lines.keys())} lost, "
            f"{lines.total() - len(lines)} more than once, {len(lines.keys() - expected)} parts of lines"
        )
        assert expected <= lines.keys()
        wrong = {kind: one.examples for kind, one in accounts.items() if one.examples}
        assert wrong == {}
        for writer in self.writers:
            one = accounts[writer.kind]
            assert one.stored == one.lines - one.destroyed
            assert one.destroyed == 0 or isinstance(writer, Emptying)
            stream = ledger[f"logs:{writer.kind}"]
            assert stream["stored"] == one.stored == stream["agent"]["acknowledged"]
            assert stream["balanced"] is True
            assert (stream["missing_batches"], stream["agent"]["quarantined"]) == (0, 0)
        return accounts

    def close(self) -> None:
        for writer in self.writers:
            writer.end()
        if self.agent is not None and self.agent.alive:
            self.agent.kill()
        self._http.close()

    def _ledger(self) -> dict[str, dict[str, Any]] | None:
        (agent,) = self._get("/v1/api/agents", state="online")["agentList"] or [None]
        if agent is None:
            return None
        streams = self._get(f"/v1/api/agents/{agent['id']}/ledger").get("streams", [])
        accounts = {one["agent"]["stream"]: one for one in streams}
        mine = [accounts.get(f"logs:{writer.kind}") for writer in self.writers]
        is_new = all(one is not None and one["stored"] == one["agent"]["acknowledged"] for one in mine)
        return accounts if is_new else None

    def _count(self) -> dict[str, Account]:
        """Stop everything and count what is stored."""
        assert self.agent is not None
        assert self.site.server is not None
        self.agent.kill()
        assert self.site.server.stop() == 0, self.site.server.tail()
        written = {each.kind: Written(each.written, sorted(each.destroyed)) for each in self.writers}
        done = subprocess.run(
            [sys.executable, "-m", "tests.fault.count_logs", str(self.site.data)],
            input=msgspec.json.encode(written),
            capture_output=True,
            timeout=100,
            env=clean_environ() | PYTHONPATH,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return msgspec.json.decode(done.stdout, type=dict[str, Account])

    def _ask(self, question: str, *values: object) -> list[Any]:
        try:
            with contextlib.closing(
                sqlite3.connect(f"file:{self.data / 'spool.db'}?mode=ro", uri=True)
            ) as db:
                return db.execute(question, values).fetchall()
        except sqlite3.OperationalError:
            return []

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self._http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def _post(self, path: str, body: dict[str, Any]) -> None:
        answer = self._http.post(path, json=body)
        assert answer.status_code == 200, answer.text


def _journalctl(directory: Path) -> Path:
    """Make a directory with a `journalctl` that shows what the writer of the journal wrote."""
    programs = directory / "programs"
    programs.mkdir()
    program = programs / "journalctl"
    entries = directory / "journal" / "entries"
    program.write_text(
        f'#!/bin/sh\nexec {sys.executable} -S -E {HERE / "fake_journalctl.py"} {entries} "$@"\n'
    )
    program.chmod(0o755)
    return programs


@pytest.fixture
def campaign(tmp_path: Path) -> Iterator[Campaign]:
    with JumpingSite(tmp_path) as site:
        set_ahead(site.clock, 0)
        site.start()
        proxy = CutProxy(site.port)
        campaign = Campaign(site, proxy, tmp_path)
        try:
            campaign.start()
            campaign.configure()
            yield campaign
        finally:
            campaign.close()
            proxy.close()


AGENT_BOUNDARIES = [
    *(point for point in POINTS if point.startswith(("agent.spool.", "agent.read."))),
    *(
        f"{point}@logs:{kind}"
        for point in POINTS
        if point.startswith(("agent.send.", "agent.delete."))
        for kind in (("rename", "emptied", "journal") if KILLS >= 100 else ("rename",))
    ),
]
SERVER_BOUNDARIES = [
    f"{point}@logs"
    for point in POINTS
    if point.startswith(("server.insert.", "server.mark.", "server.reply."))
]


def test_dying_at_every_boundary_loses_no_line(campaign: Campaign) -> None:
    assert campaign.agent is not None
    campaign.agent.kill()
    for point in AGENT_BOUNDARIES:
        agent = campaign.start(crash_at=f"{point}:5")
        assert wait_for(f"the agent dies at {point}", agent.process.poll, 60) == -9, agent.tail()
    campaign.start()
    assert campaign.site.server is not None
    campaign.site.server.kill()
    for point in SERVER_BOUNDARIES:
        server = campaign.site.start({"MUSTER_CRASH_AT": f"{point}:4"}, wait=False)
        assert wait_for(f"the server dies at {point}", server.process.poll, 60) == -9, server.tail()
    campaign.site.start()
    campaign.passes(1000)
    campaign.check(kills=len(AGENT_BOUNDARIES) + len(SERVER_BOUNDARIES))


def kill_agent(campaign: Campaign, chance: random.Random) -> None:
    assert campaign.agent is not None
    campaign.agent.kill()
    leave(campaign, chance.randint(0, 1000))
    campaign.start()


def kill_server(campaign: Campaign, chance: random.Random) -> None:
    assert campaign.site.server is not None
    campaign.site.server.kill()
    leave(campaign, chance.randint(0, 1000))
    campaign.site.start(wait=chance.random() < 0.8)


def cut_network(campaign: Campaign, chance: random.Random) -> None:
    campaign.proxy.cut()
    leave(campaign, chance.randint(0, 4000))
    campaign.proxy.mend()


def fill_disk(campaign: Campaign, chance: random.Random) -> None:
    """Let the agent write no file beyond a few bytes, as a full disk would.

    One that starts then ends at once, and is started again, as systemd would.
    """
    assert campaign.agent is not None
    with full_disk(campaign.agent, chance):
        leave(campaign, chance.randint(500, 4000))
    if not campaign.agent.alive or chance.random() < 0.3:
        campaign.agent.kill()
        campaign.start()


def fill_server_disk(campaign: Campaign, chance: random.Random) -> None:
    """Do the same to the server, which may end by that."""
    campaign.site.wait_ready()
    assert campaign.site.server is not None
    with full_disk(campaign.site.server, chance):
        leave(campaign, chance.randint(500, 4000))
    if not campaign.site.server.alive:
        campaign.site.start()


@contextlib.contextmanager
def full_disk(program: Program, chance: random.Random) -> Iterator[None]:
    pid = program.process.pid
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (chance.choice((0, 4096, 100_000, 1_000_000)), most))
    yield
    if program.alive:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


def jump_clock(campaign: Campaign, chance: random.Random) -> None:
    """Set the clock of agent and server; it stays so until the next jump."""
    set_ahead(campaign.site.clock, chance.choice((0, 30, -30, 7 * HOUR_S, -7 * HOUR_S, 26 * HOUR_S)))


FAULTS: tuple[Callable[[Campaign, random.Random], None], ...] = (
    kill_agent,
    kill_server,
    cut_network,
    fill_disk,
    fill_server_disk,
    jump_clock,
)


def leave(campaign: Campaign, lines: int) -> None:
    """Wait while the writers write so many lines."""
    target = sum(writer.written for writer in campaign.writers) + lines
    wait_for(f"{lines} more lines", lambda: sum(writer.written for writer in campaign.writers) >= target, 40)


def test_faults_at_random_lose_no_line(campaign: Campaign) -> None:
    """Each kind of fault in each round, in any order; several at once at times."""
    chance = random.Random(SEED)
    done = dict.fromkeys(FAULTS, 0)
    while done[kill_agent] + done[kill_server] < KILLS:
        for fault in chance.sample(FAULTS, len(FAULTS)):
            fault(campaign, chance)
            done[fault] += 1
            print(", ".join(f"{name.__name__} {count}" for name, count in done.items()), end="\r")
            leave(campaign, chance.randint(0, 500))
        campaign.site.wait_ready()
        campaign.passes(chance.randint(1, 2000))
    set_ahead(campaign.site.clock, 0)
    kills = done.pop(kill_agent) + done.pop(kill_server)
    campaign.check(kills, "".join(f", {count} x {name.__name__}" for name, count in done.items()))
