"""Rows on their way to other senders than the server: spooled with the positions, and handed over at least
once."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.agent.clock import Clock, system_clock
from muster.agent.runners import away
from muster.agent.runners.away import away_stream
from muster.agent.runners.kind import Job
from muster.agent.runners.logs import LogKind
from muster.agent.spool import Spool
from muster.errors import InvalidInput
from muster.failpoints import ignore
from muster.model.desired import ConfigName
from muster.model.ids import Epoch
from muster.model.log import log_stream
from muster.pipeline.senders.file import Files

NAME = ConfigName("web:1")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(
        tmp_path / "spool.db", epoch=Epoch("e" * 32), max_bytes=2**20, now_us=lambda: 0, reach=ignore
    )
    yield spool
    spool.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("")
    return path


def file_sender(log: Path, name: str = "out") -> dict[str, str]:
    return {"sender_type": "file", "file_send_path": str(log.parent / name), "file_write_raw": "true"}


def config(log: Path, *senders: dict[str, str], **sections: Any) -> dict[str, Any]:
    reader = {"mode": "file", "log_path": str(log)}
    return {"reader": reader, "batch_interval": 1, "senders": list(senders), **sections}


async def run(spool: Spool, config: dict[str, Any], until: Callable[[Job], bool]) -> Job:
    """Run until a condition holds, then stop as for a change of the configuration."""
    seconds = 1000.0

    async def sleep(span_s: float) -> None:
        nonlocal seconds
        seconds += span_s
        await asyncio.sleep(0.001)

    clock = Clock(lambda: int(seconds * 1e6), lambda: seconds, sleep, lambda: 0.5)
    job = Job(NAME, spool=spool, clock=clock, spooled=lambda _: None)
    await job.take_over(0, lambda db: None)
    kind = LogKind(ignore, written_paths=["/"])
    assert kind.check(config) == []
    task = asyncio.create_task(kind.run(job, config))
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


def waiting(spool: Spool) -> dict[str, int]:
    return {each.stream: each.waiting for each in spool.ledger() if each.waiting}


def has(path: Path, lines: int) -> bool:
    return path.exists() and len(path.read_text().splitlines()) >= lines


def test_rows_go_to_every_sender(log: Path, spool: Spool) -> None:
    log.write_text("one\ntwo\n")
    senders = [
        file_sender(log),
        {"sender_type": "pandora"},
        {"sender_type": "discard"},
        {"sender_type": "muster"},
    ]
    out = log.parent / "out"
    asyncio.run(run(spool, config(log, *senders), lambda job: has(out, 2) and len(waiting(spool)) == 1))
    assert out.read_text() == "one\ntwo\n"
    assert waiting(spool) == {log_stream(NAME): 2}
    accounts = {each.stream: (each.spooled, each.acknowledged) for each in spool.ledger()}
    assert accounts == {log_stream(NAME): (2, 0), away_stream(NAME, 0): (2, 2), away_stream(NAME, 2): (2, 2)}


def test_without_the_server_among_them_it_gets_nothing(log: Path, spool: Spool) -> None:
    log.write_text("one\n")
    asyncio.run(run(spool, config(log, file_sender(log)), lambda job: has(log.parent / "out", 1)))
    assert log_stream(NAME) not in {each.stream for each in spool.ledger()}


def test_a_router_sends_each_row_to_one(log: Path, spool: Spool) -> None:
    log.write_text("".join(json.dumps({"app": app, "message": app}) + "\n" for app in ("a", "b", "c", "b")))
    sections = {
        "parser": {"type": "json"},
        "router": {"router_key_name": "app", "router_routes": {"b": 1, "c": 2}},
    }
    senders = [file_sender(log, "first"), file_sender(log, "second"), {"sender_type": "muster"}]
    second = log.parent / "second"
    asyncio.run(
        run(
            spool,
            config(log, *senders, **sections),
            lambda job: has(second, 2) and has(log.parent / "first", 1),
        )
    )
    assert second.read_text() == "b\nb\n"
    assert (log.parent / "first").read_text() == "a\n"
    assert waiting(spool)[log_stream(NAME)] == 1


def test_what_cannot_be_handed_over_is_tried_again_also_after_a_restart(
    log: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write_text("one\n")
    deliver = Files.deliver

    def refuse(self: Files, records: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Files, "deliver", refuse)
    job = asyncio.run(
        run(
            spool,
            config(log, file_sender(log)),
            lambda job: any("times, last at" in each for each in job.errors),
        )
    )
    (error,) = job.errors
    assert error.startswith(f"sender of {away_stream(NAME, 0)}: [Errno 28] No space left on device (")
    assert waiting(spool) == {away_stream(NAME, 0): 1}
    monkeypatch.setattr(Files, "deliver", deliver)
    asyncio.run(run(spool, config(log, file_sender(log)), lambda job: not waiting(spool)))
    assert (log.parent / "out").read_text() == "one\n"


def test_dying_between_handing_over_and_letting_go_repeats_and_skips_nothing(
    log: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write_text("one\n")

    def die(batch: object) -> None:
        raise OSError("stands for the end of the process")

    with monkeypatch.context() as patched:
        patched.setattr(spool, "acknowledge", die)
        asyncio.run(run(spool, config(log, file_sender(log)), lambda job: bool(job.errors)))
    asyncio.run(run(spool, config(log, file_sender(log)), lambda job: not waiting(spool)))
    found = (log.parent / "out").read_text().splitlines()
    assert len(found) >= 2
    assert set(found) == {"one"}


def test_a_sender_that_stands_still_makes_its_reader_wait_and_nobody_else(
    log: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have a quarter of the spool; nothing is dropped."""

    def refuse(self: Files, records: Any) -> None:
        raise OSError("no")

    lines = [f"{number} {hash((number, 'x')):x}" * 20 for number in range(30_000)]
    log.write_text("\n".join(lines) + "\n")
    deliver = Files.deliver
    monkeypatch.setattr(Files, "deliver", refuse)
    asyncio.run(
        run(
            spool,
            config(log, file_sender(log), batch_len=1000),
            lambda job: any("room" in e for e in job.errors),
        )
    )
    bytes_waiting = sum(each.waiting_bytes for each in spool.ledger())
    assert bytes_waiting <= spool.away_bytes
    assert spool.append_whole([], lambda db, keys: None) == []
    monkeypatch.setattr(Files, "deliver", deliver)
    out = log.parent / "out"
    asyncio.run(run(spool, config(log, file_sender(log), batch_len=1000), lambda job: has(out, len(lines))))
    assert out.read_text().splitlines() == lines


def test_rows_of_a_sender_that_is_gone_are_put_in_quarantine(
    log: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Files, records: Any) -> None:
        raise OSError("no")

    monkeypatch.setattr(Files, "deliver", refuse)
    log.write_text("one\n")
    asyncio.run(run(spool, config(log, file_sender(log)), lambda job: bool(job.errors)))
    job = asyncio.run(run(spool, config(log), lambda job: bool(job.errors)))
    assert job.errors == [f"1 rows of {away_stream(NAME, 0)} are put in quarantine: no such sender"]
    (found,) = spool.quarantined()
    assert found.reason == "its sender is not configured any more"


def test_nothing_is_written_that_the_own_settings_do_not_name(log: Path, spool: Spool) -> None:
    runner = LogKind(ignore).run
    job = Job(NAME, spool=spool, clock=system_clock(), spooled=lambda _: None)
    with pytest.raises(InvalidInput, match=r"out: .*agent\.allow_write_paths"):
        asyncio.run(runner(job, config(log, file_sender(log))))
    assert not (log.parent / "out").exists()


def test_what_waits_is_let_go_with_its_runner_and_no_other(
    log: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Files, records: Any) -> None:
        raise OSError("no")

    monkeypatch.setattr(Files, "deliver", refuse)
    log.write_text("one\n")
    asyncio.run(run(spool, config(log, file_sender(log)), lambda job: bool(job.errors)))
    spool.transact(lambda db: LogKind(ignore).forget(db, ConfigName("web")))
    assert waiting(spool) == {away_stream(NAME, 0): 1}
    spool.transact(lambda db: LogKind(ignore).forget(db, NAME))
    assert spool.transact(lambda db: away.streams_of(db, NAME)) == []
    (account,) = spool.ledger()
    assert (account.spooled, account.thinned, account.waiting, account.waiting_bytes) == (1, 1, 0, 0)
