"""The spool against a model: its ledger always balances, nothing comes back or changes place."""

import itertools
import random
import shutil
import tempfile
from pathlib import Path

import zstandard
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from muster.agent.spool import Spool
from muster.agent.spooled import SpooledBatch, SpoolKey
from muster.failpoints import ignore
from muster.model.batch import REPORTS, content_sha256
from muster.model.ids import Epoch

MAX_BYTES = 256 * 1024


class SpoolMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.epochs = (Epoch(f"{number:032x}") for number in itertools.count(1))
        self.spool = self.open()
        self.random = random.Random(1)
        self.order: list[Epoch] = []
        self.given: set[SpoolKey] = set()
        self.waiting: dict[SpoolKey, int] = {}
        self.appended = self.lost = self.thinned = self.acknowledged = self.refused = 0

    def open(self) -> Spool:
        path = self.directory / "spool.db"
        return Spool(path, epoch=next(self.epochs), max_bytes=MAX_BYTES, now_us=lambda: 7, reach=ignore)

    def give(self, key: SpoolKey, rows: int) -> None:
        assert key not in self.given, "a sequence is never used twice"
        self.given.add(key)
        self.waiting[key] = rows
        if key.epoch not in self.order:
            self.order.append(key.epoch)

    def first(self) -> SpoolKey:
        return min(self.waiting, key=lambda key: (self.order.index(key.epoch), key.sequence))

    def oldest(self) -> SpooledBatch:
        batch = self.spool.oldest(REPORTS)
        assert batch is not None
        assert batch.key == self.first()
        return batch

    @rule(rows=st.integers(1, 5), kilobytes=st.sampled_from([0, 1, 10, 40, 100, 400]))
    def append(self, rows: int, kilobytes: int) -> None:
        key = self.spool.append(REPORTS, rows, self.random.randbytes(kilobytes * 1024) + b"x")
        self.appended += rows
        if key is None:
            self.lost += rows
        else:
            assert key.epoch == self.spool.epoch
            self.give(key, rows)

    @precondition(lambda self: self.waiting)
    @rule(kilobytes=st.sampled_from([40, 100]), meanwhile=st.integers(0, 8))
    def acknowledge(self, kilobytes: int, meanwhile: int) -> None:
        batch = self.oldest()
        for _ in range(meanwhile):
            self.append(1, kilobytes)
        self.spool.acknowledge(batch)
        self.spool.acknowledge(batch)
        self.acknowledged += self.waiting.pop(batch.key)

    @precondition(lambda self: self.waiting)
    @rule()
    def quarantine(self) -> None:
        batch = self.oldest()
        self.spool.quarantine(batch, "refused")
        self.refused += self.waiting.pop(batch.key)
        assert self.spool.quarantined()[-1].batch == batch

    @precondition(lambda self: self.waiting)
    @rule()
    def move(self) -> None:
        batch = self.oldest()
        key = self.spool.move_to_epoch(batch, next(self.epochs))
        assert key is not None
        self.give(key, self.waiting.pop(batch.key))

    @rule()
    def restart(self) -> None:
        self.spool.close()
        self.spool = self.open()

    @invariant()
    def ledger_balances(self) -> None:
        stored = self.spool._db.execute(
            "SELECT e.epoch, b.sequence, b.rows, length(b.body) FROM batches b"
            " JOIN epochs e ON e.id = b.epoch_id"
        ).fetchall()
        keys = {SpoolKey(REPORTS, epoch, sequence) for epoch, sequence, _, _ in stored}
        assert keys <= self.waiting.keys()
        for key in self.waiting.keys() - keys:
            self.thinned += self.waiting.pop(key)
        for ledger in self.spool.ledger():
            assert ledger.collected == self.appended == ledger.spooled + ledger.dropped
            gone = ledger.acknowledged + ledger.thinned + ledger.quarantined
            assert ledger.spooled == ledger.waiting + gone
            assert ledger.waiting == sum(rows for _, _, rows, _ in stored)
            assert ledger.waiting_bytes == sum(size for _, _, _, size in stored)
            assert (ledger.dropped, ledger.thinned) == (self.lost, self.thinned)
            assert (ledger.acknowledged, ledger.quarantined) == (self.acknowledged, self.refused)

    def teardown(self) -> None:
        while self.waiting:
            batch = self.oldest()
            assert content_sha256(zstandard.ZstdDecompressor().decompress(batch.body)) == batch.sha256
            self.spool.acknowledge(batch)
            del self.waiting[batch.key]
        assert self.spool.oldest(REPORTS) is None
        self.spool.close()
        shutil.rmtree(self.directory)


TestSpool = SpoolMachine.TestCase
TestSpool.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
