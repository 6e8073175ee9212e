"""The spool on a real disk: order, damage, lack of room, crash points."""

import random
import sqlite3
import stat
from pathlib import Path

import pytest

from muster.agent.spool import Spool
from muster.agent.spooled import NewBatch, SpoolKey
from muster.errors import SettingsError
from muster.failpoints import Reach, ignore
from muster.model.batch import INVENTORY, REPORTS, SAMPLES
from muster.model.ids import Epoch

FIRST, SECOND, THIRD = (Epoch(digit * 32) for digit in "a1b")


RANDOM = random.Random(1)


def open_spool(directory: Path, epoch: Epoch = FIRST, reach: Reach = ignore, max_bytes: int = 2**20) -> Spool:
    return Spool(directory / "spool.db", epoch=epoch, max_bytes=max_bytes, now_us=lambda: 5, reach=reach)


def drain(spool: Spool) -> list[SpoolKey]:
    keys = []
    while batch := spool.oldest(REPORTS):
        keys.append(batch.key)
        spool.acknowledge(batch)
    return keys


def test_sends_older_epochs_first_and_each_in_order(tmp_path: Path) -> None:
    for epoch in (FIRST, SECOND):
        spool = open_spool(tmp_path, epoch)
        spool.append(REPORTS, 1, b"x")
        spool.append(REPORTS, 1, b"y")
        spool.close()
    spool = open_spool(tmp_path, THIRD)
    assert drain(spool) == [
        SpoolKey(REPORTS, FIRST, 1),
        SpoolKey(REPORTS, FIRST, 2),
        SpoolKey(REPORTS, SECOND, 1),
        SpoolKey(REPORTS, SECOND, 2),
    ]
    spool.close()


def test_a_sequence_is_not_used_again_after_the_spool_was_empty(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    spool.append(REPORTS, 1, b"x")
    drain(spool)
    assert spool.append(REPORTS, 1, b"x") == SpoolKey(REPORTS, FIRST, 2)
    spool.close()


def test_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    spool.append(REPORTS, 1, b"x")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    spool.close()
    assert modes == dict.fromkeys(modes, 0o600)
    assert {"spool.db", "spool.db-wal"} <= modes.keys()


def test_reaches_its_points_around_the_commits(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    other: list[sqlite3.Connection] = []

    def reach(name: str) -> None:
        seen.append((name, other[0].execute("SELECT count(*) FROM batches").fetchone()[0]))

    spool = open_spool(tmp_path, reach=reach)
    other.append(sqlite3.connect(tmp_path / "spool.db", isolation_level=None))
    spool.append(REPORTS, 1, b"x")
    drain(spool)
    assert seen == [
        ("agent.spool.before_commit", 0),
        ("agent.spool.after_commit", 1),
        ("agent.delete.after_commit@reports", 0),
    ]
    other[0].close()
    spool.close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside_and_the_agent_goes_on(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spool.db").write_bytes(content)
    spool = open_spool(tmp_path)
    assert spool.append(REPORTS, 1, b"x")
    assert spool.set_aside_count == 1
    assert (tmp_path / "spool.db.damaged-1").read_bytes() == content
    assert "spool is damaged" in caplog.text
    spool.close()


def test_damage_while_running_is_met_the_same_way(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    for _ in range(50):
        spool.append(REPORTS, 1, bytes(range(256)) * 20)
    spool.close()
    path = tmp_path / "spool.db"
    whole = path.read_bytes()
    spool = open_spool(tmp_path)
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    spool._db.execute("PRAGMA shrink_memory")
    assert spool.append(REPORTS, 1, b"x") is not None
    assert spool.set_aside_count == 1
    assert len(drain(spool)) == 1
    spool.close()


def test_only_the_newest_damaged_files_are_kept(tmp_path: Path) -> None:
    for _ in range(4):
        (tmp_path / "spool.db").write_bytes(b"no database at all" * 100)
        open_spool(tmp_path).close()
    assert sorted(path.name for path in tmp_path.glob("*.damaged-*")) == [
        "spool.db.damaged-3",
        "spool.db.damaged-4",
    ]


def test_a_spool_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    open_spool(tmp_path).close()
    db = sqlite3.connect(tmp_path / "spool.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(SettingsError, match="newer version"):
        open_spool(tmp_path)


def test_a_disk_that_refuses_is_counted_as_dropped_and_told_later(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    assert spool.append(REPORTS, 1, b"x")
    (pages,) = spool._db.execute("PRAGMA page_count").fetchone()
    spool._db.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    incompressible = RANDOM.randbytes(200_000)
    assert spool.append(REPORTS, 3, incompressible) is None
    (ledger,) = spool.ledger()
    assert (ledger.collected, ledger.dropped, ledger.spooled, ledger.waiting) == (4, 3, 1, 1)
    spool._db.execute("PRAGMA max_page_count = 100000").fetchall()
    assert spool.append(REPORTS, 1, incompressible)
    (ledger,) = spool.ledger()
    assert (ledger.collected, ledger.dropped, ledger.spooled, ledger.waiting) == (5, 3, 2, 2)
    spool.close()
    spool = open_spool(tmp_path)
    assert spool.ledger() == [ledger]
    spool.close()


def test_a_full_spool_thins_the_past_and_keeps_the_newest(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, max_bytes=2**20)
    bodies = [RANDOM.randbytes(20_000) for _ in range(150)]
    keys = [spool.append(REPORTS, 1, body) for body in bodies]
    (ledger,) = spool.ledger()
    left = drain(spool)
    assert None not in keys
    assert ledger.dropped == 0
    assert ledger.thinned == 150 - len(left) > 50
    assert left[0] == keys[0]
    assert left[-10:] == keys[-10:]
    assert (tmp_path / "spool.db").stat().st_size <= 2**20 + 2**16
    spool.close()


def test_a_batch_on_its_way_is_never_thinned_out(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, max_bytes=2**18)
    spool.append(REPORTS, 1, RANDOM.randbytes(100_000))
    taken = spool.oldest(REPORTS)
    assert taken
    spool.move_to_epoch(taken, SECOND)
    in_flight = spool.oldest(REPORTS)
    assert in_flight
    for _ in range(2):
        spool.append(REPORTS, 1, RANDOM.randbytes(80_000))
    spool.acknowledge(in_flight)
    (ledger,) = spool.ledger()
    assert (ledger.acknowledged, ledger.dropped, ledger.thinned, ledger.waiting) == (1, 1, 0, 1)
    spool.close()


def test_quarantine_is_bounded_but_counted(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, max_bytes=2**20)
    for number in range(20):
        spool.append(REPORTS, 1, RANDOM.randbytes(20_000))
        batch = spool.oldest(REPORTS)
        assert batch
        spool.quarantine(batch, f"reason {number}")
    kept = spool.quarantined()
    assert 1 < len(kept) < 20
    assert kept[-1].reason == "reason 19"
    assert spool.ledger()[0].quarantined == 20
    spool.close()


def test_batches_of_several_streams_are_stored_in_one_transaction(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    other: list[sqlite3.Connection] = []

    def reach(name: str) -> None:
        seen.append((name, other[0].execute("SELECT count(*) FROM batches").fetchone()[0]))

    spool = open_spool(tmp_path, reach=reach)
    other.append(sqlite3.connect(tmp_path / "spool.db", isolation_level=None))
    for _ in range(2):
        keys = spool.append_all([NewBatch(REPORTS, 1, b"x"), NewBatch(SAMPLES, 90, b"y")])
    assert keys == [SpoolKey(REPORTS, FIRST, 2), SpoolKey(SAMPLES, FIRST, 2)]
    assert seen == [
        ("agent.spool.before_commit", 0),
        ("agent.spool.after_commit", 2),
        ("agent.spool.before_commit", 2),
        ("agent.spool.after_commit", 4),
    ]
    assert [(ledger.stream, ledger.spooled, ledger.waiting) for ledger in spool.ledger()] == [
        (REPORTS, 2, 2),
        (SAMPLES, 180, 180),
    ]
    other[0].close()
    spool.close()


def test_a_batch_without_room_does_not_keep_the_others_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = open_spool(tmp_path)
    keys = spool.append_all(
        [
            NewBatch(REPORTS, 1, b"x"),
            NewBatch(SAMPLES, 5, RANDOM.randbytes(2**21)),
            NewBatch(INVENTORY, 1, b"y"),
        ]
    )
    assert keys == [SpoolKey(REPORTS, FIRST, 1), None, SpoolKey(INVENTORY, FIRST, 1)]
    dropped = {ledger.stream: (ledger.collected, ledger.dropped) for ledger in spool.ledger()}
    assert dropped == {REPORTS: (1, 0), SAMPLES: (5, 5), INVENTORY: (1, 0)}
    assert "the spool is full: 5 rows of samples" in caplog.text
    spool.close()


def test_the_stream_that_takes_most_room_is_thinned_for_the_others(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    while not any(ledger.thinned for ledger in spool.ledger()):
        spool.append(REPORTS, 1, RANDOM.randbytes(20_000))
    before = {ledger.stream: ledger.thinned for ledger in spool.ledger()}
    for _ in range(200):
        assert spool.append(SAMPLES, 3, RANDOM.randbytes(1000)) is not None
    after = {ledger.stream: ledger for ledger in spool.ledger()}
    assert after[REPORTS].thinned > before[REPORTS]
    assert (after[SAMPLES].waiting, after[SAMPLES].thinned) == (600, 0)
    for ledger in after.values():
        assert ledger.spooled == ledger.waiting + ledger.thinned
    spool.close()


def test_what_the_disk_refuses_is_counted_by_stream(tmp_path: Path) -> None:
    def refuse(name: str) -> None:
        if name == "agent.spool.before_commit" and refusing:
            raise sqlite3.OperationalError("disk I/O error")

    refusing = True
    spool = open_spool(tmp_path, reach=refuse)
    batches = [NewBatch(REPORTS, 1, b"x"), NewBatch(SAMPLES, 7, b"y")]
    assert spool.append_all(batches) == [None, None]
    refusing = False
    assert all(spool.append_all(batches))
    counted = {ledger.stream: (ledger.collected, ledger.dropped, ledger.spooled) for ledger in spool.ledger()}
    assert counted == {REPORTS: (2, 1, 1), SAMPLES: (14, 7, 7)}
    spool.close()
