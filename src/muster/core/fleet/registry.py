"""The fleet's front door: enrolment, check-in, and the way to an agent by name."""

import asyncio
import hashlib
import itertools
import secrets
import time
from collections.abc import Callable, Iterable, Mapping

import msgspec

from muster.core.fleet.bells import Bells, Gone
from muster.core.fleet.commands import COLLECT, CommandDesk, CommandRecord, CommandStore, NoCommands
from muster.core.fleet.deliveries import Deliveries
from muster.core.fleet.desired import NOTHING, DesiredStates
from muster.core.fleet.enrolments import Enrolments
from muster.core.fleet.losses import Losses
from muster.core.fleet.plan import Plan
from muster.core.fleet.ports import AgentStore
from muster.core.fleet.presence import Presence
from muster.core.fleet.reported import NoRunners, Reported, RunnerStore
from muster.core.fleet.upgrades import NoUpgrades, Upgrades, UpgradeStore
from muster.errors import NotFound, ShutOut, Unauthenticated, Unavailable
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.link import (
    CheckinReply,
    CheckinRequest,
    CommandResult,
    EnrolReply,
    Facts,
    StreamLedger,
)

FLUSH_S = 10.0
"""Last-seen times are written this often, all at once."""


class Fleet:
    """All agents, in memory, with a store behind. Used on the event loop only."""

    def __init__(
        self,
        store: AgentStore,
        *,
        desired: DesiredStates | None = None,
        commands: CommandStore | None = None,
        runners: RunnerStore | None = None,
        upgrades: UpgradeStore | None = None,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        monotonic_s: Callable[[], float] = time.monotonic,
        new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._store = store
        self._now_us = now_us
        self._new_secret = new_secret
        self._new_id = new_id
        self._agents: dict[AgentId, Agent] = {}
        self._by_credential: dict[bytes, AgentId] = {}
        self._ledgers: dict[AgentId, list[StreamLedger]] = {}
        self._changed: set[AgentId] = set()
        self._bells = Bells()
        self._enrolments = Enrolments()
        self._commands = CommandDesk(commands or NoCommands(), new_id, now_us)
        self.reported = Reported(runners or NoRunners(), now_us)
        self.upgrades = Upgrades(upgrades or NoUpgrades())
        self.losses = Losses()
        self.deliveries = Deliveries()
        self.desired = desired or DesiredStates(Plan())
        self.presence = Presence(monotonic_s)

    async def load(self) -> None:
        """Read every agent from the store; call once, before anything else."""
        for agent in sorted(await self._store.load_agents(), key=lambda agent: agent.enrolled_us):
            self._remember(agent)
        self._ledgers = await self._store.load_ledgers()
        await self._commands.load()
        await self.reported.load()
        await self.upgrades.load()

    def agents(self) -> list[Agent]:
        """Return every agent that is not deleted, by hostname."""
        here = (agent for agent in self._agents.values() if self._is_here(agent.id))
        return sorted(here, key=lambda agent: (agent.hostname, agent.id))

    def get(self, agent_id: AgentId) -> Agent:
        """Return one agent. Raises NotFound when there is none, or it is deleted."""
        if not self._is_here(agent_id):
            raise NotFound(f"no agent {agent_id}")
        return self._agents[agent_id]

    def enrolled_by(self, token_id: str) -> list[AgentId]:
        """Return the agents that a token let in, also those that are deleted: their credentials count."""
        return self._enrolments.of(token_id)

    def newest_enrolled_by(self, token_id: str, limit: int) -> list[Agent]:
        """Return agents that a token let in and that are not deleted, the newest first."""
        here = filter(self._is_here, self._enrolments.iter_newest(token_id))
        return [self._agents[agent_id] for agent_id in itertools.islice(here, limit)]

    def known(self, agent_id: AgentId) -> Agent | None:
        """Return an agent, be it deleted; None when there never was one."""
        return self._agents.get(agent_id)

    def check_known(self, agent_id: AgentId) -> None:
        """Raise NotFound unless there is such an agent, be it deleted."""
        if agent_id not in self._agents:
            raise NotFound(f"no agent {agent_id}")

    def is_shut_out(self, agent_id: AgentId) -> bool:
        """Tell whether an agent's credential does not count."""
        return self.desired.plan.is_shut_out(agent_id)

    def ledger(self, agent_id: AgentId) -> list[StreamLedger]:
        """Return what the agent last said of its streams. Raises NotFound."""
        self.get(agent_id)
        return self._ledgers.get(agent_id, [])

    def named(self, name: str) -> frozenset[AgentId]:
        """Return the agents with this id, or with this hostname in any case; empty when there are none."""
        lower = name.lower()
        named = (a.id for a in self._agents.values() if a.id == name or a.hostname.lower() == lower)
        return frozenset(filter(self._is_here, named))

    def on_machine(self, hostname: str, machine_id: str) -> frozenset[AgentId]:
        """Return the agents that run, or ran, on this machine."""
        there = (a.id for a in self._agents.values() if (a.hostname, a.machine_id) == (hostname, machine_id))
        return frozenset(filter(self._is_here, there))

    async def enrol(self, facts: Facts, address: str, enrolled_by: str = "") -> EnrolReply:
        """Register a new agent; durable when it returns.

        `enrolled_by` is the id of a token. Raises Unauthenticated when that may enrol no more.
        """
        credential = self._new_secret()
        now_us = self._now_us()
        agent = Agent(
            id=AgentId(self._new_id()),
            hostname=facts.hostname,
            machine_id=facts.machine_id,
            platform=facts.platform,
            agent_version=facts.agent_version,
            credential_sha256=_sha256(credential),
            enrolled_us=now_us,
            last_seen_us=now_us,
            address=address,
            enrolled_by=enrolled_by,
        )
        await self._store.add_agent(agent)
        self._remember(agent)
        return EnrolReply(agent_id=agent.id, credential=credential)

    def authenticate(self, credential: str) -> Agent:
        """Return the agent with this credential, noting that it lives.

        Raises Unauthenticated for a credential that nobody has, ShutOut for one that does not count.
        The look-up is by hash, so its time tells nothing of the credential.
        """
        agent_id = self._by_credential.get(_sha256(credential))
        if agent_id is None:
            raise Unauthenticated("unknown agent credential; enrol anew")
        self.check_let_in(agent_id)
        self.presence.touch(agent_id)
        agent = msgspec.structs.replace(self._agents[agent_id], last_seen_us=self._now_us())
        self._agents[agent_id] = agent
        self._changed.add(agent_id)
        return agent

    def check_let_in(self, agent_id: AgentId) -> None:
        """Raise ShutOut when the agent is shut out, maybe only since its request came."""
        if self.is_shut_out(agent_id):
            raise ShutOut("an administrator shut this agent out; it goes on when it is let in again")

    def dismiss(self, agents: Iterable[AgentId]) -> None:
        """End at once what goes on with agents that were shut out: held check-ins, and waits for results."""
        for agent_id in agents:
            self.presence.forget(agent_id)
            self._commands.give_up(agent_id, self._why_shut_out(agent_id))
            self._bells.ring(agent_id)

    async def check_in(
        self, agent_id: AgentId, request: CheckinRequest, address: str, gone: Gone | None = None
    ) -> CheckinReply:
        """Take what the agent says; answer when there is something to tell, else after `wait_s`.

        Once it is `gone` it is told nothing, lest that is lost. Raises Conflict when another process
        uses the id, ShutOut when the agent was shut out meanwhile.
        """
        self.check_let_in(agent_id)
        self.presence.claim(agent_id, request.nonce)
        self._bells.is_back(agent_id)
        self._note(agent_id, request, address)
        self._commands.settle(agent_id, request.results)
        want_facts = not self._agents[agent_id].hostname
        has_news = self._commands.waits(agent_id, request.nonce) or self._has_news(agent_id, request)
        if not (want_facts or has_news or await self._bells.hold(agent_id, request.wait_s, gone)):
            self.presence.release(agent_id, request.nonce)
            return CheckinReply(server_us=self._now_us())
        self.check_let_in(agent_id)
        desired = self.desired.of(agent_id)
        self.deliveries.note(agent_id, request.nonce, desired.version, self._now_us())
        return CheckinReply(
            server_us=self._now_us(),
            next_s=1.0 if self._bells.is_stopped else 0.0,
            want_facts=want_facts,
            want_runners=not self.reported.knows(agent_id),
            desired=desired if desired.version != request.applied else None,
            commands=self._commands.take(agent_id, request.nonce),
        )

    def ring(self, agents: Iterable[AgentId]) -> None:
        """Answer the held check-ins of these agents, each when it is its turn."""
        self._bells.ring_in_turn(agents)

    async def collect(self, agent_id: AgentId, timeout_s: float) -> CommandResult:
        """Ask an agent for a report now. Raises Unavailable when it is offline or does not answer."""
        return await self.ask(agent_id, COLLECT, "", by="", timeout_s=timeout_s)

    async def ask(
        self, agent_id: AgentId, kind: str, argument: str, *, by: str, timeout_s: float
    ) -> CommandResult:
        """Ask an agent for something and wait. Raises Unavailable when it is offline or does not answer."""
        if self.is_shut_out(agent_id):
            raise Unavailable(self._why_shut_out(agent_id))
        if not self.presence.is_online(agent_id):
            raise Unavailable(f"{self.get(agent_id).hostname} is offline")
        record = await self._commands.order(agent_id, kind, argument, by=by, timeout_s=timeout_s)
        future = self._commands.result(record.id)
        if self.is_shut_out(agent_id):  # Meanwhile.
            self.dismiss([agent_id])
        self._bells.ring(agent_id)
        try:
            return await asyncio.wait_for(future, timeout_s)
        except TimeoutError:
            hostname = self.get(agent_id).hostname
            raise Unavailable(f"{hostname} did not answer within {timeout_s:g} s") from None
        finally:
            self._commands.forget(record, "nobody waits for it any more")

    async def order_all(
        self, kind: str, arguments: Mapping[AgentId, str], *, by: str, timeout_s: float
    ) -> None:
        """Ask agents for something, now or when they are back; durable on return. Raises NotFound."""
        for agent_id in arguments:
            self.get(agent_id)
        await self._commands.order_all(kind, arguments, by=by, timeout_s=timeout_s)
        self.ring(arguments)

    def is_ordered(self, agent_id: AgentId, kind: str, argument: str) -> bool:
        """Tell whether an agent was asked for exactly this, and has not answered yet."""
        return self._commands.is_open(agent_id, kind, argument)

    async def commands(self, agent_id: AgentId) -> list[CommandRecord]:
        """Return what an agent was asked to do, the newest first. Raises NotFound."""
        self.get(agent_id)
        return await self._commands.of_agent(agent_id)

    async def flush(self) -> None:
        """Write what changed: last-seen times, facts and ledgers in one transaction, runners, commands."""
        await self._commands.save()
        await self.reported.save()
        await self.upgrades.save()
        changed, self._changed = self._changed, set()
        if not changed:
            return
        try:
            await self._store.update_agents(
                [self._agents[a] for a in changed], {a: self._ledgers.get(a, []) for a in changed}
            )
        except BaseException:
            self._changed |= changed
            raise

    def stop(self) -> None:
        """Answer every held check-in now, and let none wait from here on."""
        self._bells.stop()

    def _is_here(self, agent_id: AgentId) -> bool:
        return agent_id in self._agents and self.desired.plan.tombstone(agent_id) is None

    def _why_shut_out(self, agent_id: AgentId) -> str:
        return f"{self._agents[agent_id].hostname} is shut out"

    def _has_news(self, agent_id: AgentId, request: CheckinRequest) -> bool:
        """Tell whether an agent should hear of its desired state at once.

        One that never says what it applied is older than desired states: it hears of each once.
        """
        version = self.desired.of(agent_id).version
        if request.applied:
            return version != request.applied
        return version != NOTHING and not self.deliveries.is_told(agent_id, request.nonce, version)

    def _remember(self, agent: Agent) -> None:
        self._agents[agent.id] = agent
        self._by_credential[agent.credential_sha256] = agent.id
        self._enrolments.note(agent)

    def _note(self, agent_id: AgentId, request: CheckinRequest, address: str) -> None:
        agent = self._agents[agent_id]
        facts = request.facts
        now_us = self._now_us()
        self._agents[agent_id] = msgspec.structs.replace(
            agent,
            hostname=facts.hostname if facts else agent.hostname,
            machine_id=facts.machine_id if facts else agent.machine_id,
            platform=facts.platform if facts else agent.platform,
            agent_version=facts.agent_version if facts else agent.agent_version,
            last_seen_us=now_us,
            address=address,
            skew_us=request.sent_us - now_us,
            nonce=request.nonce,
        )
        if request.ledger:
            self.losses.note(agent_id, self._ledgers.get(agent_id, []), request.ledger, now_us)
            self._ledgers[agent_id] = request.ledger
        self.reported.note(agent_id, request)
        self.upgrades.note(agent_id, request)
        self._changed.add(agent_id)


def _sha256(credential: str) -> bytes:
    return hashlib.sha256(credential.encode()).digest()
