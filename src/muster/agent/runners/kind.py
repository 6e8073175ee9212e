"""What a kind of runner is: the seam where metric runners and log pipelines plug in."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeVar

from muster.agent.clock import Clock
from muster.agent.runners import tallies
from muster.agent.runners.tallies import Tally
from muster.agent.spool import Spool
from muster.agent.spooled import NewBatch, PackedBatch, Spooled, SpooledBatch, SpoolKey
from muster.agent.thread import in_thread
from muster.model.desired import ConfigName
from muster.model.ids import StreamName

MAX_ERRORS = 20
MAX_TEXT = 4096

T = TypeVar("T")

Config = Mapping[str, object]
"""A runner's configuration, decoded."""


def to_text(text: str) -> str:
    """Return `text` as a status can hold it."""
    return text.encode(errors="replace").decode().replace("\0", "")[:MAX_TEXT]


class Met(NamedTuple):
    """How often an error was met, and when last (Unix microseconds)."""

    times: int
    last_us: int


class Job:
    """One runner's way to spool and count, over its restarts. On the event loop only.

    `tally` are its counters, `lag_bytes` what it knows of unread data, `waits_for` why a runner that runs
    has nothing to read yet, in words.
    """

    def __init__(self, name: ConfigName, *, spool: Spool, clock: Clock, spooled: Spooled) -> None:
        self.name = name
        self.clock = clock
        self.tally = Tally()
        self.lag_bytes: int | None = None
        self.waits_for = ""
        self._errors: dict[str, Met] = {}
        self._spool = spool
        self._spooled = spooled

    async def spool(
        self,
        batches: Sequence[NewBatch],
        counted: Tally,
        also: Callable[[sqlite3.Connection], None] | None = None,
    ) -> list[SpoolKey | None]:
        """Store batches, count `counted` and what was spooled, and do `also`, in one transaction.

        A key is None when there was no room for the batch; its rows count as failed. When the disk
        refuses all keys are None, and nothing of it was done.
        """
        whole = counted

        def count(db: sqlite3.Connection, keys: list[SpoolKey | None]) -> None:
            nonlocal whole
            whole = counted.plus(_outcome(batches, keys))
            tallies.add(db, self.name, whole)
            if also is not None:
                also(db)

        keys = await in_thread(lambda: self._spool.append_all(batches, count))
        self.tally = self.tally.plus(whole)
        if any(keys):
            self._spooled({batch.stream for batch in batches})
        if not all(keys):
            self.trouble("the spool has no room: samples or rows were dropped")
        return keys

    async def spool_whole(
        self,
        batches: Sequence[PackedBatch],
        counted: Tally,
        also: Callable[[sqlite3.Connection], None],
    ) -> None:
        """Store all batches, count them and `counted`, and do `also`, in one transaction; or nothing.

        Raises SpoolFull, sqlite3.OperationalError.
        """
        whole = counted.plus(Tally(spooled=sum(batch.rows for batch in batches)))

        def count(db: sqlite3.Connection, keys: list[SpoolKey | None]) -> None:
            tallies.add(db, self.name, whole)
            also(db)

        await in_thread(lambda: self._spool.append_whole(batches, count))
        self.tally = self.tally.plus(whole)
        if batches:
            self._spooled({batch.stream for batch in batches})

    @property
    def away_bytes(self) -> int:
        """So much may wait for other senders than the server."""
        return self._spool.away_bytes

    async def oldest(self, stream: StreamName) -> SpooledBatch | None:
        """Return the batch of a stream to hand over next."""
        return await in_thread(lambda: self._spool.oldest(stream))

    async def acknowledge(self, batch: SpooledBatch) -> None:
        """Delete a batch that was handed over."""
        await in_thread(lambda: self._spool.acknowledge(batch))

    async def quarantine(self, batch: SpooledBatch, reason: str) -> None:
        """Put a batch aside that nobody takes."""
        await in_thread(lambda: self._spool.quarantine(batch, reason))

    async def load(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `read` finds in the spool's database."""
        return await in_thread(lambda: self._spool.transact(read))

    async def take_over(self, epoch: int, forget: Callable[[sqlite3.Connection], None]) -> None:
        """Read the counters; when the epoch is a new one, `forget` what was read, in one transaction."""

        def work(db: sqlite3.Connection) -> Tally:
            tally, is_reset = tallies.take_over(db, self.name, epoch)
            if is_reset:
                forget(db)
            return tally

        self.tally = await in_thread(lambda: self._spool.transact(work))

    def trouble(self, message: str) -> None:
        """Note an error that does not end the runner; one that was met before is counted."""
        text = to_text(message)
        met = self._errors.pop(text, None)
        self._errors[text] = Met(met.times + 1 if met else 1, self.clock.now_us())
        while len(self._errors) > MAX_ERRORS:
            del self._errors[next(iter(self._errors))]

    @property
    def errors(self) -> list[str]:
        """The last errors, the newest last; one that was met again with how often, and when last."""
        return [_told(text, met) for text, met in self._errors.items()]

    def forget_errors(self) -> None:
        """Begin anew with no errors."""
        self._errors.clear()


def _told(text: str, met: Met) -> str:
    if met.times == 1:
        return text
    last = datetime.fromtimestamp(met.last_us // 1_000_000, UTC)
    more = f" ({met.times} times, last at {last:%Y-%m-%dT%H:%M:%SZ})"
    return text[: MAX_TEXT - len(more)] + more


def _outcome(batches: Sequence[NewBatch], keys: Sequence[SpoolKey | None]) -> Tally:
    rows = [(batch.rows, key is not None) for batch, key in zip(batches, keys, strict=True)]
    return Tally(
        failed=sum(count for count, is_kept in rows if not is_kept),
        spooled=sum(count for count, is_kept in rows if is_kept),
    )


class RunnerKind(Protocol):
    """How to run the configurations of some kinds. Its methods are called on the event loop."""

    kinds: frozenset[str]
    """What `kind_of` says of its configurations."""

    def check(self, config: Config) -> list[str]:
        """Return why this agent cannot run a configuration, in words; nothing when it can."""
        ...

    async def run(self, job: Job, config: Config) -> None:
        """Work until cancelled. Raises when it cannot go on: it is then started again after a while.

        Blocking work belongs into threads. Called once at a time for each job.
        """
        ...

    def forget(self, db: sqlite3.Connection, name: ConfigName) -> None:
        """Delete what a runner remembers of what it has read, in a transaction of the spool's database."""
        ...
