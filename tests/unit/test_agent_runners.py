"""Runners: what runs becomes what is wanted, each for itself, over restarts and failures."""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import msgspec
import pytest

from muster.agent.clock import Clock
from muster.agent.desired_file import DesiredFile
from muster.agent.runners.kind import Config, Job
from muster.agent.runners.kinds import Kinds
from muster.agent.runners.runner import MAX_WAIT_S
from muster.agent.runners.runners import Runners
from muster.agent.runners.tallies import Tally
from muster.agent.spool import Spool
from muster.agent.spooled import NewBatch
from muster.errors import InvalidInput
from muster.failpoints import ignore
from muster.model.batch import SAMPLES
from muster.model.desired import (
    ConfigName,
    DesiredRunner,
    DesiredState,
    DesiredVersion,
    RunnerState,
    RunnerStatus,
    Watch,
)
from muster.model.ids import Epoch, StreamName
from muster.model.release import LOG_RUNNERS
from muster.model.runner_kinds import ALLOWED_BY_DEFAULT

RUNNING, STOPPED, FAILED, UNKNOWN = (
    RunnerState.RUNNING,
    RunnerState.STOPPED,
    RunnerState.FAILED,
    RunnerState.UNKNOWN,
)


def one(
    name: str, word: str = "count", *, us: int = 1, epoch: int = 0, is_running: bool = True
) -> DesiredRunner:
    config = msgspec.json.encode({"reader": {"mode": "file"}, "do": word}).decode()
    return DesiredRunner(
        name=ConfigName(name), config=config, config_us=us, epoch=epoch, is_running=is_running
    )


def state(version: str, *runners: DesiredRunner, interval_s: float | None = 10.0) -> DesiredState:
    return DesiredState(version=DesiredVersion(version), runners=list(runners), metrics_interval_s=interval_s)


class FakeKind:
    """Does what `do` of its configuration says, and remembers what it was asked."""

    kinds = frozenset({"file", "script"})

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.ended: list[str] = []
        self.forgotten: list[str] = []
        self.let_go = asyncio.Event()

    def check(self, config: Config) -> list[str]:
        return ["do: unknown"] if config["do"] == "dance" else []

    async def run(self, job: Job, config: Config) -> None:
        self.runs.append(job.name)
        try:
            if config["do"] == "fail":
                raise OSError("no such file")
            if config["do"] == "refuse":
                raise InvalidInput("not allowed", field="/etc/passwd")
            if config["do"] == "lack":
                raise ModuleNotFoundError("No module named 'polars'", name="polars")
            if config["do"] == "end":
                return
            if config["do"] == "hold":
                await hold(self.let_go)
                return
            if config["do"] == "count":
                await job.spool([NewBatch(SAMPLES, 2, b"x")], Tally(read=3, filtered=1))
            await asyncio.Event().wait()
        finally:
            self.ended.append(job.name)

    def forget(self, db: sqlite3.Connection, name: ConfigName) -> None:
        self.forgotten.append(name)


async def hold(event: asyncio.Event) -> None:
    """Wait for the event and for nothing else, not even for being cancelled."""
    while not event.is_set():
        try:
            await event.wait()
        except asyncio.CancelledError:
            continue


class Scene:
    """Runners with a clock on which waiting costs no time, and is written down; the longest wait lasts."""

    def __init__(
        self, directory: Path, *, spool: Spool, allowed: tuple[str, ...] = ALLOWED_BY_DEFAULT
    ) -> None:
        self.directory = directory
        self.spool = spool
        self.waits: list[float] = []
        self.kind = FakeKind()
        self.intervals: list[float | None] = []
        self.watched: list[Watch] = []
        self.woken = 0
        self.frozen = asyncio.Event()
        self.runners = Runners(
            Kinds([self.kind], allowed),
            store=DesiredFile(directory, ignore),
            spool=spool,
            clock=Clock(lambda: 7, lambda: 0.0, self.sleep, lambda: 1.0),
            spooled=self.wake,
            set_interval=self.intervals.append,
            watch=self.watched.append,
        )

    def wake(self, _: Collection[StreamName]) -> None:
        self.woken += 1

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if seconds == MAX_WAIT_S:
            await self.frozen.wait()
        await asyncio.sleep(0)

    def status(self, name: str) -> RunnerStatus:
        return {status.name: status for status in self.runners.statuses()}[ConfigName(name)]

    def states(self) -> dict[str, RunnerState]:
        return {status.name: status.state for status in self.runners.statuses()}


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 the condition is in other threads' hands
            await asyncio.sleep(0.001)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(
        tmp_path / "spool.db", epoch=Epoch("e" * 32), max_bytes=2**24, now_us=lambda: 0, reach=ignore
    )
    yield spool
    spool.close()


def test_what_is_wanted_runs_and_counts(tmp_path: Path, spool: Spool) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.start()
        assert scene.runners.applied == ""
        await scene.runners.apply(state("v1", one("a"), one("b", is_running=False), interval_s=3.0))
        await until(lambda: scene.status("a").spooled == 2)
        status = scene.status("a")
        assert (status.state, status.config_us, status.read, status.filtered) == (RUNNING, 1, 3, 1)
        assert (scene.status("b").state, scene.kind.runs) == (STOPPED, ["a"])
        assert (scene.runners.applied, scene.intervals) == ("v1", [3.0])
        assert scene.watched == [Watch()]
        await scene.runners.apply(msgspec.structs.replace(state("v2", one("a")), watch=Watch(ports=["22"])))
        assert scene.watched[1:] == [Watch(ports=["22"])]
        assert scene.woken == 1
        assert scene.runners.news.is_set()
        await scene.runners.stop()
        assert scene.kind.ended == ["a"]

    asyncio.run(scenario())
    assert spool.ledger()[0].spooled == 2


def test_a_runner_is_started_stopped_and_deleted(tmp_path: Path, spool: Spool) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("a", "sit")))
        await scene.runners.apply(state("v2", one("a", "sit", is_running=False)))
        assert (scene.states(), scene.kind.ended) == ({"a": STOPPED}, ["a"])
        await scene.runners.apply(state("v3", one("a", "sit")))
        assert (scene.states(), scene.kind.runs) == ({"a": RUNNING}, ["a", "a"])
        await scene.runners.apply(state("v4"))
        await until(lambda: scene.states() == {})
        assert scene.kind.ended == ["a", "a"]
        assert scene.kind.forgotten == ["a"]
        await scene.runners.stop()

    asyncio.run(scenario())


def test_what_another_version_must_have_is_told_of_runners_that_read(tmp_path: Path, spool: Spool) -> None:
    samples = DesiredRunner(name=ConfigName("m"), config='{"metric": [{"type": "cpu"}]}', config_us=1)
    broken = DesiredRunner(name=ConfigName("x"), config='{"reader"', config_us=1)

    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        assert scene.runners.needs() == []
        await scene.runners.apply(state("v1", samples, broken))
        assert scene.runners.needs() == []
        await scene.runners.apply(state("v2", samples, one("a", "sit", is_running=False)))
        assert scene.runners.needs() == [LOG_RUNNERS]
        await scene.runners.apply(state("v3", samples))
        await until(lambda: list(scene.states()) == ["m"])
        assert scene.runners.needs() == []
        await scene.runners.stop()

    asyncio.run(scenario())


def test_another_configuration_is_run_anew_and_the_same_one_is_left_alone(
    tmp_path: Path, spool: Spool
) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("a"), one("b", "sit")))
        await until(lambda: scene.status("a").spooled == 2)
        await scene.runners.apply(state("v2", one("a", "sit", us=2), one("b", "sit")))
        status = scene.status("a")
        assert (status.config_us, status.state, status.spooled) == (2, RUNNING, 2)
        await until(lambda: len(scene.kind.runs) == 3)
        assert sorted(scene.kind.runs) == ["a", "a", "b"]
        await scene.runners.stop()

    asyncio.run(scenario())


def test_a_reset_forgets_what_was_read_once(tmp_path: Path, spool: Spool) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("a")))
        await until(lambda: scene.status("a").spooled == 2)
        await scene.runners.apply(state("v2", one("a", "sit", epoch=1)))
        assert (scene.status("a").epoch, scene.status("a").spooled) == (1, 0)
        await scene.runners.apply(state("v3", one("a", "sit", us=2, epoch=1)))
        assert scene.kind.forgotten == ["a"]
        await scene.runners.stop()

    asyncio.run(scenario())


def test_after_a_restart_it_goes_on_without_a_server_and_counters_are_kept(
    tmp_path: Path, spool: Spool
) -> None:
    async def first() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("a"), one("gone", "sit"), interval_s=None))
        await until(lambda: scene.status("a").spooled == 2)
        await scene.runners.stop()
        DesiredFile(tmp_path, ignore).save(state("v1", one("a"), interval_s=None))

    async def second() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.start()
        assert (scene.runners.applied, scene.intervals) == ("v1", [None])
        await until(lambda: scene.status("a").spooled == 4)
        assert scene.status("a").read == 6
        assert scene.kind.forgotten == ["gone"]
        await scene.runners.stop()

    asyncio.run(first())
    asyncio.run(second())


def test_what_a_person_can_mend_is_told_in_words(tmp_path: Path, spool: Spool) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("refused", "refuse"), one("small", "lack")))
        await until(lambda: set(scene.states().values()) == {FAILED})
        assert scene.status("refused").reason == "/etc/passwd: not allowed"
        small = "this agent is installed small, without polars, which log runners need"
        assert scene.status("small").reason == small
        await scene.runners.stop()

    asyncio.run(scenario())


def test_a_runner_that_fails_is_started_again_ever_later_and_harms_no_other(
    tmp_path: Path, spool: Spool
) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("bad", "fail"), one("ends", "end"), one("good", "sit")))
        await until(lambda: scene.waits.count(MAX_WAIT_S) == 2)
        assert scene.states() == {"bad": FAILED, "ends": FAILED, "good": RUNNING}
        bad = scene.status("bad")
        assert bad.reason == "OSError: no such file"
        (error,) = bad.errors
        assert re.fullmatch(r"OSError: no such file \(\d+ times, last at 1970-01-01T[0-9:]+Z\)", error)
        assert len(bad.errors) <= 20
        assert scene.status("ends").reason == "it ended by itself"
        waits = [wait for wait in scene.waits if wait != 5.0]
        assert {2.0, 4.0, 8.0, 16.0, 32.0, MAX_WAIT_S} <= set(waits)
        assert scene.kind.runs.count("good") == 1
        await scene.runners.apply(state("v2", one("bad", "sit", us=2)))
        assert scene.states()["bad"] is RUNNING
        await scene.runners.stop()

    asyncio.run(scenario())


def test_a_runner_that_does_not_end_holds_up_no_other_and_is_not_run_twice(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.agent.runners.runner.STOP_S", 0.01)

    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("held", "hold"), one("good", "sit")))
        await until(lambda: len(scene.kind.runs) == 2)
        await scene.runners.apply(state("v2", one("held", "sit", us=2), one("good", "sit", us=2)))
        await until(lambda: scene.states()["held"] is FAILED)
        assert scene.status("held").reason == "the earlier run does not end"
        assert scene.status("good").config_us == 2
        assert scene.kind.runs.count("held") == 1
        scene.kind.let_go.set()
        await until(lambda: scene.states()["held"] is RUNNING)
        await until(lambda: scene.kind.runs.count("held") == 2)
        await scene.runners.stop()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ('{"reader": {"mode": "kafka"}}', "this agent has no reader 'kafka'"),
        ('{"reader": {"mode": "script"}, "do": "sit"}', "the agent's own settings do not allow 'script'"),
        ('{"reader": {"mode": "file"}, "do": "dance"}', "do: unknown"),
        ('{"reader": {}}', "the configuration names no reader"),
        ("[]", "expected an object"),
        ("{", "the configuration cannot be read"),
        ('{"metric": []}', "this agent has no reader 'metric'"),
    ],
)
def test_what_this_agent_cannot_run_is_said_and_never_run(
    tmp_path: Path, spool: Spool, config: str, reason: str
) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        wanted = DesiredRunner(name=ConfigName("a"), config=config, config_us=5)
        await scene.runners.apply(state("v1", wanted, one("good", "sit")))
        assert (scene.status("a").state, scene.status("a").config_us) == (UNKNOWN, 5)
        assert reason in scene.status("a").reason
        await until(lambda: scene.kind.runs == ["good"])
        await scene.runners.stop()

    asyncio.run(scenario())


def test_the_agent_s_own_settings_may_allow_more_and_less(tmp_path: Path, spool: Spool) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool, allowed=("script",))
        script = DesiredRunner(
            name=ConfigName("s"), config='{"reader": {"mode": "script"}, "do": "sit"}', config_us=1
        )
        await scene.runners.apply(state("v1", script, one("f", "sit")))
        assert scene.states() == {"s": RUNNING, "f": UNKNOWN}
        await scene.runners.stop()

    asyncio.run(scenario())


def test_what_cannot_be_stored_is_done_all_the_same(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("muster.agent.desired_file.replace_file", refuse)

    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("a", "sit")))
        assert (scene.states(), scene.runners.applied) == ({"a": RUNNING}, "v1")
        await scene.runners.stop()

    asyncio.run(scenario())
    assert "cannot store what the server wants" in caplog.text


def test_a_damaged_file_is_no_reason_not_to_start(
    tmp_path: Path, spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "desired.json").write_bytes(b'{"version"')

    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.start()
        assert (scene.runners.applied, scene.runners.statuses()) == ("", [])

    asyncio.run(scenario())
    assert "cannot be read" in caplog.text


def test_a_database_that_refuses_fails_the_runner_and_is_tried_again(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [sqlite3.OperationalError("disk I/O error")] * 2
    transact = spool.transact

    def flaky(work: Callable[[sqlite3.Connection], object]) -> object:
        if refusals:
            raise refusals.pop()
        return transact(work)

    monkeypatch.setattr(spool, "transact", flaky)

    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("a", "sit")))
        await until(lambda: scene.states() == {"a": RUNNING})
        assert "disk I/O error" in scene.status("a").errors[0]
        await scene.runners.stop()

    asyncio.run(scenario())


def test_a_runner_that_is_wanted_again_while_it_is_deleted_comes_back(tmp_path: Path, spool: Spool) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path, spool=spool)
        await scene.runners.apply(state("v1", one("a")))
        await until(lambda: scene.status("a").spooled == 2)
        await asyncio.gather(scene.runners.apply(state("v2")), scene.runners.apply(state("v3", one("a"))))
        await until(lambda: scene.states() == {"a": RUNNING} and scene.status("a").spooled == 2)
        await scene.runners.stop()

    asyncio.run(scenario())
