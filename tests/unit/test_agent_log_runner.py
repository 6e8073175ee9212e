"""Log runners: what they read is spooled with where they stand, once, whatever happens between."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars
import pytest
import zstandard

from muster.agent.clock import Clock
from muster.agent.runners import positions
from muster.agent.runners.kind import Job
from muster.agent.runners.logs import READ_KINDS, LogKind
from muster.agent.spool import Spool
from muster.failpoints import ignore
from muster.model.desired import ConfigName
from muster.model.ids import Epoch
from muster.model.log import COLUMNS, log_stream
from muster.pipeline.readers import READERS
from tests.processes import free_port

NAME = ConfigName("web")


class Died(BaseException):
    """Stands for the end of the process."""


class Time:
    """A clock that runs when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.clock = Clock(lambda: int(self.now_s * 1e6), lambda: self.now_s, self.sleep, lambda: 0.5)

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0.001)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = open_spool(tmp_path)
    yield spool
    spool.close()


def open_spool(directory: Path, *, max_bytes: int = 2**24) -> Spool:
    return Spool(
        directory / "spool.db", epoch=Epoch("e" * 32), max_bytes=max_bytes, now_us=lambda: 0, reach=ignore
    )


def config(path: Path, **sections: Any) -> dict[str, Any]:
    return {"reader": {"mode": "file", "log_path": str(path)}, "batch_interval": 1, **sections}


async def run(
    spool: Spool,
    config: dict[str, Any],
    until: Callable[[Job], bool],
    *,
    reach: Callable[[str], None] = ignore,
    kind: LogKind | None = None,
) -> Job:
    """Run until a condition holds, then stop as for a change of the configuration."""
    job = Job(NAME, spool=spool, clock=Time().clock, spooled=lambda _: None)
    await job.take_over(0, lambda db: None)
    task = asyncio.create_task((kind or LogKind(reach)).run(job, config))
    try:
        async with asyncio.timeout(20):
            while not until(job) and not task.done():  # noqa: ASYNC110 threads change what is waited for
                await asyncio.sleep(0.002)
    finally:
        if not task.done():
            task.cancel()
        await asyncio.wait({task})
    if not task.cancelled() and task.exception() is not None:
        raise task.exception()  # type: ignore[misc]
    return job


def take_messages(spool: Spool) -> list[str]:
    """Return the messages that wait, in order, and acknowledge them."""
    found: list[str] = []
    while (batch := spool.oldest(log_stream(NAME))) is not None:
        rows = polars.read_ipc_stream(zstandard.ZstdDecompressor().decompress(batch.body))
        assert tuple(rows.columns) == COLUMNS
        assert rows.height == batch.rows
        found += rows.get_column("message").to_list()
        spool.acknowledge(batch)
    return found


def read_until(count: int) -> Callable[[Job], bool]:
    return lambda job: job.tally.read >= count


def test_lines_of_a_file_are_spooled_as_rows(tmp_path: Path, spool: Spool) -> None:
    log = tmp_path / "app.log"
    log.write_text("one\nERROR two\n\nthree\nhal")
    job = asyncio.run(run(spool, config(log), read_until(4)))
    assert take_messages(spool) == ["one", "ERROR two", "three"]
    assert (job.tally.read, job.tally.filtered, job.tally.spooled) == (4, 1, 3)
    assert job.lag_bytes == 3
    with log.open("a") as file:
        file.write("f\n")
    asyncio.run(run(spool, config(log), lambda job: job.tally.read == 5))
    assert take_messages(spool) == ["half"]


def test_what_is_waited_for_is_said_until_it_is_there(tmp_path: Path, spool: Spool) -> None:
    log = tmp_path / "app.log"
    job = asyncio.run(run(spool, config(log), lambda job: bool(job.waits_for)))
    assert job.waits_for == f"waits for {log}: it does not exist"
    log.write_text("one\n")
    job = asyncio.run(run(spool, config(log), read_until(1)))
    assert job.waits_for == ""
    wild = {"reader": {"mode": "tailx", "log_path": str(tmp_path / "*.txt")}}
    job = asyncio.run(run(spool, wild, lambda job: bool(job.waits_for)))
    assert job.waits_for == f"waits for {tmp_path}/*.txt: there is no such file"


def test_equal_errors_are_one_with_a_count_and_the_last_time(spool: Spool) -> None:
    time = Time()
    job = Job(NAME, spool=spool, clock=time.clock, spooled=lambda _: None)
    for number in range(25):
        time.now_s = number
        job.trouble("full")
        job.trouble(f"other {number}")
    assert job.errors[-2:] == ["full (25 times, last at 1970-01-01T00:00:24Z)", "other 24"]
    assert len(job.errors) == 20
    job.trouble("x" * 5000)
    job.trouble("x" * 5000)
    assert len(job.errors[-1]) == 4096
    job.forget_errors()
    assert job.errors == []


@pytest.mark.parametrize(
    ("mode", "path", "is_right"),
    [
        *(("file", path, is_right) for path, is_right in (("app.log", False), ("/a,b.log", True))),
        *(
            ("tailx", path, is_right)
            for path, is_right in (("/a/*.log,b/*.log", False), ("/a/*, /b/*", True))
        ),
        *(("dirx", path, is_right) for path, is_right in (("logs", False), ("/logs", True))),
        *(("fileauto", path, is_right) for path, is_right in (("./a.log", False), ("/a,b.log", True))),
    ],
)
def test_a_path_that_is_not_absolute_is_refused(mode: str, path: str, is_right: bool) -> None:
    problems = LogKind(ignore).check({"reader": {"mode": mode, "log_path": path}})
    assert problems == ([] if is_right else ["reader.log_path: expected an absolute path"])


def test_the_agent_has_the_readers_that_it_says() -> None:
    assert set(READ_KINDS) == {name for spec in READERS for name in spec.TYPES}
    assert LogKind(ignore).kinds == frozenset(READ_KINDS)


@pytest.mark.parametrize("point", ["agent.read.before_spool", "agent.read.after_spool"])
def test_dying_around_the_spool_repeats_nothing_and_skips_nothing(
    tmp_path: Path, spool: Spool, point: str
) -> None:
    log = tmp_path / "app.log"
    log.write_text("".join(f"line {n}\n" for n in range(50)))
    left = 2

    def reach(name: str) -> None:
        nonlocal left
        left -= name == point
        if left == 0:
            raise RuntimeError(point)

    small = config(log, batch_size=100)
    with pytest.raises(RuntimeError, match=point):
        asyncio.run(run(spool, small, lambda job: False, reach=reach))
    asyncio.run(run(spool, small, read_until(50)))
    assert take_messages(spool) == [f"line {n}" for n in range(50)]


@pytest.mark.parametrize("rotate", ["rename", "copy"])
@pytest.mark.parametrize(("read_from", "first"), [("oldest", ["old"]), ("newest", [])])
def test_a_file_that_is_rotated_after_a_death_before_the_first_batch_is_read(
    tmp_path: Path, spool: Spool, rotate: str, read_from: str, first: list[str]
) -> None:
    log = tmp_path / "app.log"
    log.write_text("old\n")
    (tmp_path / "app.log.7").write_text("rotated before the runner was made\n")
    settings = config(log)
    settings["reader"]["read_from"] = read_from

    def reach(name: str) -> None:
        if name == "agent.read.before_spool":
            raise Died

    def write_when_begun(_: Job) -> bool:
        if log.stat().st_size == 4 and spool.transact(lambda db: positions.load(db, NAME)):
            append("meanwhile")
        return False

    def append(line: str) -> None:
        with log.open("a") as file:
            file.write(f"{line}\n")

    with pytest.raises(Died):
        asyncio.run(run(spool, settings, write_when_begun, reach=reach))
    assert take_messages(spool) == []
    if log.stat().st_size == 4:
        append("meanwhile")
    if rotate == "rename":
        log.rename(tmp_path / "app.log.1")
    else:
        (tmp_path / "app.log.1").write_bytes(log.read_bytes())
        os.truncate(log, 0)
    append("new")
    expected = [*first, "meanwhile", "new"]
    job = asyncio.run(run(spool, settings, read_until(len(expected))))
    assert take_messages(spool) == expected
    assert job.tally.read == len(expected)


def test_a_batch_has_no_more_rows_than_it_may(tmp_path: Path, spool: Spool) -> None:
    log = tmp_path / "app.log"
    log.write_text("".join(f"{n}\n" for n in range(25)))
    asyncio.run(run(spool, config(log, batch_len="10"), read_until(25)))
    sizes = []
    while (batch := spool.oldest(log_stream(NAME))) is not None:
        sizes.append(batch.rows)
        spool.acknowledge(batch)
    assert sizes == [10, 10, 5]


def test_a_full_spool_makes_the_reader_wait_and_drops_nothing(tmp_path: Path) -> None:
    import random

    chance = random.Random(1)
    log = tmp_path / "app.log"
    lines = [f"{n} {chance.randbytes(600).hex()}" for n in range(2000)]
    log.write_text("".join(f"{line}\n" for line in lines))
    spool = open_spool(tmp_path, max_bytes=2**19)
    small = config(log, batch_size=60_000)
    job = asyncio.run(run(spool, small, lambda job: bool(job.errors)))
    assert "has no room" in job.errors[0]
    read = job.tally.read
    assert 0 < read < 2000
    found = take_messages(spool)
    while len(found) < 2000:
        before = job.tally.read
        job = asyncio.run(run(spool, small, lambda job: job.tally.read == 2000 or bool(job.errors)))
        assert job.tally.read > before
        found += take_messages(spool)
    assert found == lines
    (ledger,) = spool.ledger()
    assert (ledger.collected, ledger.dropped) == (2000, 0)
    spool.close()


def test_forgetting_reads_everything_anew(tmp_path: Path, spool: Spool) -> None:
    log = tmp_path / "app.log"
    log.write_text("one\n")
    asyncio.run(run(spool, config(log), read_until(1)))
    spool.transact(lambda db: LogKind(ignore).forget(db, NAME))
    assert spool.transact(lambda db: positions.load(db, NAME)) == {}
    asyncio.run(run(spool, config(log), read_until(2)))
    assert take_messages(spool) == ["one", "one"]


class SlowToOpen(LogKind):
    """Takes as long to open a runner as somebody wants."""

    def __init__(self) -> None:
        super().__init__(ignore)
        self.opened, self.go_on = threading.Event(), threading.Event()

    def _open(self, *args: Any) -> Any:
        runner = super()._open(*args)
        self.opened.set()
        assert self.go_on.wait(20)
        return runner


def test_a_runner_that_is_stopped_while_it_opens_lets_go_of_its_port(spool: Spool) -> None:
    port, kind = free_port(), SlowToOpen()
    listening = {"reader": {"mode": "http", "http_service_address": f"127.0.0.1:{port}"}}

    async def stop_while_opening() -> None:
        job = Job(NAME, spool=spool, clock=Time().clock, spooled=lambda _: None)
        task = asyncio.create_task(kind.run(job, listening))
        assert await asyncio.to_thread(kind.opened.wait, 20)
        task.cancel()
        await asyncio.sleep(0)
        kind.go_on.set()
        await asyncio.wait({task})

    asyncio.run(stop_while_opening())
    socket.create_server(("127.0.0.1", port)).close()


def test_a_path_that_is_not_allowed_here_is_refused(tmp_path: Path, spool: Spool) -> None:
    log = tmp_path / "secret.log"
    log.write_text("one\n")
    kind = LogKind(ignore, allowed_paths=[str(tmp_path / "logs")])
    with pytest.raises(Exception, match=r"agent\.allow_paths"):
        asyncio.run(run(spool, config(log), read_until(1), kind=kind))
