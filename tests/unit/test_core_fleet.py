"""Enrolment, presence and held check-ins, on a clock that the test owns."""

import asyncio

import pytest

from muster.core.fleet.plan import Exclusion, Key, Kind, Tombstone
from muster.core.fleet.registry import Fleet
from muster.errors import Conflict, NotFound, ShutOut, Unauthenticated, Unavailable
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.link import CheckinRequest, CommandResult, EnrolReply, Facts, StreamLedger

FACTS = Facts(hostname="web1", machine_id="m1", platform="Linux", agent_version="0.1.0")
FIRST, SECOND = "1" * 32, "2" * 32


class MemoryAgents:
    """An AgentStore in memory."""

    def __init__(self) -> None:
        self.agents: dict[AgentId, Agent] = {}
        self.ledgers: dict[AgentId, list[StreamLedger]] = {}
        self.updates = 0

    async def load_agents(self) -> list[Agent]:
        return list(self.agents.values())

    async def load_ledgers(self) -> dict[AgentId, list[StreamLedger]]:
        return dict(self.ledgers)

    async def add_agent(self, agent: Agent) -> None:
        self.agents[agent.id] = agent

    async def update_agents(self, agents: list[Agent], ledgers: dict[AgentId, list[StreamLedger]]) -> None:
        self.updates += 1
        self.agents |= {agent.id: agent for agent in agents}
        self.ledgers |= ledgers


class Clock:
    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> MemoryAgents:
    return MemoryAgents()


@pytest.fixture
def fleet(store: MemoryAgents, clock: Clock) -> Fleet:
    return Fleet(store, now_us=lambda: int(clock.s * 1e6), monotonic_s=clock)


def request(nonce: str = FIRST, wait_s: float = 0.0, **more: object) -> CheckinRequest:
    return CheckinRequest(nonce=nonce, sent_us=1_000_000_000, wait_s=wait_s, **more)  # type: ignore[arg-type]


async def enrolled(fleet: Fleet) -> EnrolReply:
    return await fleet.enrol(FACTS, "192.0.2.1")


def test_a_credential_leads_to_its_agent_and_no_other(fleet: Fleet) -> None:
    reply = asyncio.run(enrolled(fleet))
    assert fleet.authenticate(reply.credential).id == reply.agent_id
    with pytest.raises(Unauthenticated):
        fleet.authenticate(reply.credential + "x")


def test_agents_survive_a_restart(fleet: Fleet, store: MemoryAgents) -> None:
    reply = asyncio.run(enrolled(fleet))
    again = Fleet(store)
    asyncio.run(again.load())
    assert again.authenticate(reply.credential).hostname == "web1"
    assert reply.credential not in str(store.agents)


def test_a_second_live_process_is_refused_until_the_first_is_silent(fleet: Fleet, clock: Clock) -> None:
    async def run() -> None:
        agent = (await enrolled(fleet)).agent_id
        await fleet.check_in(agent, request(FIRST), "")
        with pytest.raises(Conflict) as refused:
            await fleet.check_in(agent, request(SECOND), "")
        assert refused.value.code == "nonce_conflict"
        assert refused.value.retry_after_s == 30
        clock.s += 30
        await fleet.check_in(agent, request(SECOND), "")
        with pytest.raises(Conflict):
            await fleet.check_in(agent, request(FIRST), "")

    asyncio.run(run())


def test_a_broken_connection_frees_the_id_at_once(fleet: Fleet) -> None:
    async def run() -> None:
        agent = (await enrolled(fleet)).agent_id
        await fleet.check_in(agent, request(FIRST), "")
        fleet.presence.release(agent, SECOND)
        with pytest.raises(Conflict):
            await fleet.check_in(agent, request(SECOND), "")
        fleet.presence.release(agent, FIRST)
        await fleet.check_in(agent, request(SECOND), "")

    asyncio.run(run())


def test_online_means_a_request_within_30_seconds(fleet: Fleet, clock: Clock) -> None:
    reply = asyncio.run(enrolled(fleet))
    assert not fleet.presence.is_online(reply.agent_id)
    fleet.authenticate(reply.credential)
    clock.s += 29.9
    assert fleet.presence.is_online(reply.agent_id)
    clock.s += 0.2
    assert not fleet.presence.is_online(reply.agent_id)


def test_a_command_ends_a_held_check_in_and_its_result_reaches_the_caller(fleet: Fleet) -> None:
    async def run() -> CommandResult:
        reply = await enrolled(fleet)
        fleet.authenticate(reply.credential)
        held = asyncio.create_task(fleet.check_in(reply.agent_id, request(wait_s=25.0), ""))
        asked = asyncio.create_task(fleet.collect(reply.agent_id, 5.0))
        (command,) = (await asyncio.wait_for(held, 1)).commands
        assert command.kind == "collect"
        result = CommandResult(id=command.id, ok=True, report="{}")
        after = await fleet.check_in(reply.agent_id, request(results=[result]), "")
        assert after.commands == []
        return await asyncio.wait_for(asked, 1)

    assert asyncio.run(run()).report == "{}"


def test_collect_from_an_offline_or_silent_agent_fails_and_leaves_no_command(fleet: Fleet) -> None:
    async def run() -> None:
        reply = await enrolled(fleet)
        with pytest.raises(Unavailable, match="web1 is offline"):
            await fleet.collect(reply.agent_id, 0.01)
        fleet.authenticate(reply.credential)
        with pytest.raises(Unavailable, match="did not answer"):
            await fleet.collect(reply.agent_id, 0.01)
        assert (await fleet.check_in(reply.agent_id, request(), "")).commands == []

    asyncio.run(run())


def test_one_that_is_shut_out_is_told_so_at_once_and_nobody_waits_for_it(fleet: Fleet) -> None:
    async def scenario() -> None:
        reply = await enrolled(fleet)
        fleet.authenticate(reply.credential)
        held = asyncio.create_task(fleet.check_in(reply.agent_id, request(wait_s=25.0), ""))
        await asyncio.sleep(0)
        asked = asyncio.create_task(fleet.collect(reply.agent_id, 25.0))
        assert len((await asyncio.wait_for(held, 1)).commands) == 1
        held = asyncio.create_task(fleet.check_in(reply.agent_id, request(wait_s=25.0), ""))
        await asyncio.sleep(0)
        fleet.desired.plan.put(Key(Kind.EXCLUSION, reply.agent_id), Exclusion(since_us=1))
        fleet.dismiss([reply.agent_id])
        with pytest.raises(ShutOut):
            await asyncio.wait_for(held, 1)
        with pytest.raises(Unavailable, match="web1 is shut out"):
            await asyncio.wait_for(asked, 1)
        with pytest.raises(ShutOut):
            fleet.authenticate(reply.credential)
        assert not fleet.presence.is_online(reply.agent_id)
        fleet.desired.plan.put(Key(Kind.EXCLUSION, reply.agent_id), None)
        assert fleet.authenticate(reply.credential).id == reply.agent_id

    asyncio.run(scenario())


def test_stop_answers_every_held_check_in_and_holds_no_more(fleet: Fleet) -> None:
    async def run() -> None:
        agents = [(await enrolled(fleet)).agent_id for _ in range(50)]
        held = [asyncio.create_task(fleet.check_in(a, request(wait_s=25.0), "")) for a in agents]
        await asyncio.wait(held, timeout=0)
        fleet.stop()
        replies = await asyncio.wait_for(asyncio.gather(*held), 1)
        assert all(reply.next_s > 0 for reply in replies)
        await asyncio.wait_for(fleet.check_in(agents[0], request(wait_s=25.0), ""), 1)

    asyncio.run(run())


def test_last_seen_skew_and_ledgers_are_flushed_together(
    fleet: Fleet, store: MemoryAgents, clock: Clock
) -> None:
    ledger = StreamLedger(
        stream="reports",  # type: ignore[arg-type]
        collected=3,
        dropped=0,
        spooled=3,
        thinned=0,
        quarantined=0,
        acknowledged=2,
        waiting=1,
        waiting_bytes=100,
    )

    async def run() -> None:
        agent = (await enrolled(fleet)).agent_id
        clock.s = 1010.0
        await fleet.check_in(agent, request(ledger=[ledger]), "192.0.2.7")
        await fleet.flush()
        await fleet.flush()
        assert store.updates == 1
        assert store.agents[agent].last_seen_us == 1_010_000_000
        assert store.agents[agent].skew_us == -10_000_000
        assert store.agents[agent].address == "192.0.2.7"
        assert store.ledgers[agent] == [ledger]

    asyncio.run(run())


def test_names_lead_to_agents_by_id_and_hostname(fleet: Fleet) -> None:
    first, second = asyncio.run(enrolled(fleet)), asyncio.run(enrolled(fleet))
    assert fleet.named("web1") == {first.agent_id, second.agent_id}
    assert fleet.named("WEB1") == {first.agent_id, second.agent_id}
    assert fleet.named(first.agent_id) == {first.agent_id}
    assert fleet.named("web2") == frozenset()
    assert fleet.on_machine("web1", "m1") == {first.agent_id, second.agent_id}
    assert fleet.on_machine("web1", "m2") == frozenset()
    with pytest.raises(NotFound):
        fleet.get(AgentId("nobody"))


def test_the_agents_that_a_token_let_in_are_known_newest_first_also_after_a_restart(
    fleet: Fleet, store: MemoryAgents, clock: Clock
) -> None:
    async def run() -> None:
        ids = []
        for token in ("t1", "t2", "t1", "t1"):
            clock.s += 1
            ids.append((await fleet.enrol(FACTS, "192.0.2.1", token)).agent_id)
        first, other, second, third = ids
        # A store answers in any order.
        store.agents = dict(sorted(store.agents.items()))
        again = Fleet(store, now_us=lambda: int(clock.s * 1e6), monotonic_s=clock)
        await again.load()
        for one in (fleet, again):
            assert [agent.id for agent in one.newest_enrolled_by("t1", 10)] == [third, second, first]
            assert [agent.id for agent in one.newest_enrolled_by("t1", 2)] == [third, second]
            assert [agent.id for agent in one.newest_enrolled_by("t3", 10)] == []
            assert one.enrolled_by("t1") == sorted([first, second, third])
            assert one.enrolled_by("t2") == [other]
            one.desired.plan.put(Key(Kind.TOMBSTONE, third), Tombstone(nonce=FIRST, deleted_us=1))
            assert [agent.id for agent in one.newest_enrolled_by("t1", 2)] == [second, first]
            assert one.enrolled_by("t1") == sorted([first, second, third])

    asyncio.run(run())
