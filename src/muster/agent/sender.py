"""Sends what waits in the spool, in order, one batch of the stream at a time."""

import asyncio
import logging
from collections.abc import Callable

from muster.agent.backoff import Backoff
from muster.agent.clock import Clock
from muster.agent.link import Link
from muster.agent.outcome import Answer, Outcome
from muster.agent.session import Session
from muster.agent.spool import Spool
from muster.agent.spooled import SpooledBatch
from muster.agent.thread import in_thread
from muster.agent.trouble import Trouble
from muster.failpoints import Reach
from muster.model.ids import Epoch, StreamName

MIN_WAIT_S = 0.5
MAX_WAIT_S = 20.0

_log = logging.getLogger(__name__)


class Sender:
    """One stream's way to the server. A batch is deleted only after the server said it is stored."""

    def __init__(
        self,
        stream: StreamName,
        *,
        spool: Spool,
        link: Link,
        session: Session,
        clock: Clock,
        new_epoch: Callable[[], Epoch],
        reach: Reach,
    ) -> None:
        self._stream = stream
        self._spool = spool
        self._link = link
        self._session = session
        self._clock = clock
        self._new_epoch = new_epoch
        self._reach = reach
        self._backoff = Backoff(MIN_WAIT_S, MAX_WAIT_S, clock.random)
        self._bell = asyncio.Event()
        self._trouble = Trouble(_log)
        self._rescue_epoch: Epoch | None = None

    def wake(self) -> None:
        """Tell that a batch was spooled."""
        self._bell.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._session.checked_in.wait()
            self._bell.clear()
            batch = await in_thread(lambda: self._spool.oldest(self._stream))
            if batch is None:
                await self._bell.wait()
            else:
                await self._deliver(batch)

    async def _deliver(self, batch: SpooledBatch) -> None:
        """Send one batch once and react to the answer."""
        identity = self._session.identity
        if identity is None:
            self._session.checked_in.clear()
            return
        self._reach("agent.send.before")
        answer = await self._link.send(identity.credential, batch)
        self._reach("agent.send.after_reply")
        await self._settle(batch, answer)

    async def _settle(self, batch: SpooledBatch, answer: Answer) -> None:
        match answer.outcome:
            case Outcome.DONE:
                await in_thread(lambda: self._spool.acknowledge(batch))
            case Outcome.SEQUENCE_TAKEN:
                await self._move(batch)
            case Outcome.REFUSED:
                _log.error("batch %s is refused and put in quarantine: %s", batch.key, answer.message)
                await in_thread(lambda: self._spool.quarantine(batch, answer.message))
            case Outcome.UNKNOWN | Outcome.ID_TAKEN:
                self._session.checked_in.clear()
                await self._wait(answer)
                return
            case Outcome.SHUT_OUT:
                self._session.checked_in.clear()
                await self._clock.sleep(self._backoff.next_s())
                return
            case Outcome.LATER:
                await self._wait(answer)
                return
        self._backoff.reset()
        self._trouble.over("sending again")

    async def _move(self, batch: SpooledBatch) -> None:
        """Give a batch whose sequence holds other data at the server an epoch that it cannot know."""
        if self._rescue_epoch is None or batch.key.epoch == self._rescue_epoch:
            self._rescue_epoch = self._new_epoch()
        epoch = self._rescue_epoch
        moved = await in_thread(lambda: self._spool.move_to_epoch(batch, epoch))
        _log.warning("the server holds another batch as %s: sending this one as %s", batch.key, moved)

    async def _wait(self, answer: Answer) -> None:
        self._trouble.met(f"cannot send: {answer.message}")
        await self._clock.sleep(self._backoff.next_s(answer.retry_after_s))
