"""Keeps the agent known to the server: enrolment, the long poll, what is wanted, commands and results."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from muster.agent.backoff import Backoff
from muster.agent.clock import Clock
from muster.agent.identity import Identity
from muster.agent.link import Link
from muster.agent.outcome import Answer, Outcome
from muster.agent.session import Session
from muster.agent.spool import Spool
from muster.agent.thread import in_thread
from muster.agent.trouble import Trouble
from muster.model.batch import STREAMS
from muster.model.desired import DesiredState, RunnerStatus
from muster.model.ids import CommandId, Epoch
from muster.model.link import (
    POLL_S,
    CheckinReply,
    CheckinRequest,
    Command,
    CommandResult,
    EnrolReply,
    EnrolRequest,
    Facts,
    StreamLedger,
)

BACKLOG_POLL_S = 2.0
"""While batches wait, the server learns this often how many."""

MIN_PERIOD_S = 1.0
"""A server that answers at once although nothing is new is not asked more often than this."""

TELL_S = 2.0
"""What runners do is told no more often than this, but for the answer to what the server wants."""

MAX_WAIT_S = 20.0
MAX_RESULTS = 64

CONFLICT_S = 45.0
"""A process that is gone loses its claim on an id sooner; one that holds it longer lives."""

COPIED = "made before this data directory was copied: the other copy sends it"

_log = logging.getLogger(__name__)

RunCommand = Callable[[Command], Awaitable[CommandResult]]


class Runs(Protocol):
    """What the server wants the agent to run, and what runs. Used on the event loop only.

    `applied` is the version that was taken over last; `news` is set when a runner's state changed.
    """

    applied: str
    news: asyncio.Event

    def statuses(self) -> list[RunnerStatus]:
        """Return what each runner does."""
        ...

    async def apply(self, desired: DesiredState) -> None:
        """Make it so; what cannot be done is said by the statuses."""
        ...


class CheckIn:
    """The conversation with the server: one request that it may hold, and beside it what cannot wait."""

    def __init__(
        self,
        *,
        server: str,
        nonce: Epoch,
        link: Link,
        session: Session,
        spool: Spool,
        clock: Clock,
        read_facts: Callable[[], Facts],
        read_token: Callable[[], str | None],
        run_command: RunCommand,
        runs: Runs,
    ) -> None:
        self._server = server
        self._nonce = nonce
        self._link = link
        self._session = session
        self._spool = spool
        self._clock = clock
        self._read_facts = read_facts
        self._read_token = read_token
        self._run_command = run_command
        self._backoff = Backoff(1.0, MAX_WAIT_S, clock.random)
        self._trouble = Trouble(_log)
        self._told_facts: Facts | None = None
        self._results: dict[CommandId, CommandResult] = {}
        self._runs = runs
        self._told_runners: list[RunnerStatus] | None = None
        self._told_s = -TELL_S
        self._is_urgent = False
        self._conflict_since_s: float | None = None

    async def run(self) -> None:
        """Check in until cancelled."""
        while True:
            pause_s = await self.step()
            if pause_s > 0:
                await self._clock.sleep(pause_s)

    async def step(self) -> float:
        """Enrol, or check in once; return the seconds to wait before the next step."""
        identity = self._session.identity
        if identity is None:
            return await self._enrol("not enrolled")
        asked_s = self._clock.monotonic_s()
        request = await self._request()
        answer = await self._link.check_in(identity.credential, request)
        if answer.outcome is not Outcome.DONE:
            self._told_runners, self._is_urgent = None, True
        match answer.outcome:
            case Outcome.DONE:
                return await self._listen(request, answer, asked_s)
            case Outcome.UNKNOWN:
                self._session.checked_in.clear()
                return await self._enrol(answer.message)
            case Outcome.ID_TAKEN:
                self._session.checked_in.clear()
                return await self._contend(answer)
            case Outcome.SHUT_OUT:
                self._session.checked_in.clear()
                return self._later(answer)
            case _:
                return self._later(answer)

    async def tell(self) -> None:
        """Say what became of runners and commands while a check-in is held, until cancelled."""
        while True:
            await self._runs.news.wait()
            await self._session.checked_in.wait()
            wait_s = self._told_s + TELL_S - self._clock.monotonic_s()
            if wait_s > 0 and not self._results:
                await self._clock.sleep(wait_s)
            self._runs.news.clear()
            identity = self._session.identity
            if identity is None or not (self._results or self._has_news()):
                continue
            request = await self._request(is_held=False)
            answer = await self._link.check_in(identity.credential, request)
            reply = _parse_reply(answer) if answer.outcome is Outcome.DONE else None
            if reply is None:
                self._told_runners = None
            elif await self._hear(request, reply):
                self._runs.news.set()

    def _has_news(self) -> bool:
        """Tell whether some runner's state is not told yet; counters can wait for the next check-in."""
        told = self._told_runners
        return told is None or _standings(told) != _standings(self._runs.statuses())

    async def _request(self, *, is_held: bool = True) -> CheckinRequest:
        """Return what to say now; the status of runners counts as told unless the request fails."""
        facts = self._read_facts()
        ledger = await in_thread(self._spool.ledger)
        runners: list[RunnerStatus] | None = self._runs.statuses()
        now_s = self._clock.monotonic_s()
        if runners == self._told_runners or not (self._is_urgent or now_s - self._told_s >= TELL_S):
            runners = None
        else:
            self._told_runners, self._told_s, self._is_urgent = runners, now_s, False
        return CheckinRequest(
            nonce=self._nonce,
            sent_us=self._clock.now_us(),
            wait_s=self._patience_s(ledger) if is_held else 0.0,
            facts=None if facts == self._told_facts else facts,
            applied=self._runs.applied,
            runners=runners,
            ledger=ledger,
            results=list(self._results.values())[:MAX_RESULTS],
        )

    def _patience_s(self, ledger: list[StreamLedger]) -> float:
        """Return how long the server may hold this request: not the first one, and briefly with a backlog."""
        if not self._session.checked_in.is_set():
            return 0.0
        return BACKLOG_POLL_S if any(stream.waiting for stream in ledger) else POLL_S

    async def _listen(self, request: CheckinRequest, answer: Answer, asked_s: float) -> float:
        """Take a reply: run its commands, so that the next request can carry their results."""
        reply = _parse_reply(answer)
        if reply is None:
            return self._later(Answer(Outcome.LATER, "check-in: the answer cannot be understood"))
        self._conflict_since_s = None
        self._backoff.reset()
        self._trouble.over(f"connected to {self._server}")
        self._session.checked_in.set()
        if await self._hear(request, reply) or request.wait_s == 0:
            return 0.0
        took_s = self._clock.monotonic_s() - asked_s
        return max(reply.next_s, MIN_PERIOD_S - took_s)

    async def _hear(self, request: CheckinRequest, reply: CheckinReply) -> bool:
        """Note what was told, do what the server wants, run its commands; tell whether it waits for more."""
        for result in request.results:
            self._results.pop(result.id, None)
        self._told_facts = None if reply.want_facts else request.facts or self._told_facts
        if reply.want_runners:
            self._told_runners, self._is_urgent = None, True
        desired = reply.desired
        is_new = desired is not None and desired.version != self._runs.applied
        if desired is not None and is_new:
            await self._runs.apply(desired)
            self._is_urgent = True
        for command in reply.commands:
            self._results[command.id] = await self._run_command(command)
        return bool(reply.commands or is_new)

    async def _enrol(self, reason: str) -> float:
        """Become a new agent of this server, if there is a token."""
        token = self._read_token()
        if token is None:
            return self._later(
                Answer(Outcome.LATER, f"{reason}; there is no enrolment token (--token-file): collecting on")
            )
        facts = self._read_facts()
        answer = await self._link.enrol(token, EnrolRequest(facts=facts))
        if answer.outcome is not Outcome.DONE:
            return self._later(answer)
        try:
            reply = msgspec.json.decode(answer.body, type=EnrolReply)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return self._later(Answer(Outcome.LATER, f"enrolment: the answer cannot be understood: {error}"))
        identity = Identity(agent_id=reply.agent_id, credential=reply.credential, server=self._server)
        self._session.adopt(identity)
        self._told_facts, self._told_runners = facts, None
        self._conflict_since_s = None
        self._backoff.reset()
        _log.info("enrolled at %s as agent %s", self._server, reply.agent_id)
        return 0.0

    async def _contend(self, answer: Answer) -> float:
        """Wait for a process that speaks for this id to go; become another agent when it stays."""
        now_s = self._clock.monotonic_s()
        if self._conflict_since_s is None:
            self._conflict_since_s = now_s
        if now_s - self._conflict_since_s < CONFLICT_S or self._read_token() is None:
            return self._later(answer)
        await in_thread(self._give_up_copies)
        return await self._enrol(answer.message)

    def _give_up_copies(self) -> None:
        """Leave batches of earlier starts to the other copy, lest both send them."""
        for stream in STREAMS:
            while (batch := self._spool.oldest(stream)) and batch.key.epoch != self._spool.epoch:
                self._spool.quarantine(batch, COPIED)
                _log.warning("batch %s is put in quarantine: %s", batch.key, COPIED)

    def _later(self, answer: Answer) -> float:
        self._trouble.met(answer.message)
        return self._backoff.next_s(answer.retry_after_s)


def _parse_reply(answer: Answer) -> CheckinReply | None:
    """Return the reply that an answer carries; None when it is not ours."""
    try:
        return msgspec.json.decode(answer.body, type=CheckinReply)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _standings(statuses: list[RunnerStatus]) -> list[tuple[object, ...]]:
    return [(one.name, one.state, one.reason, one.config_us, one.epoch) for one in statuses]
