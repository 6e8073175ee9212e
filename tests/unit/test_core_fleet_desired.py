"""Desired states in check-ins: at once when there is news, held when there is none."""

import asyncio
from functools import partial

import msgspec
import pytest

from muster.core.fleet.desired import NOTHING, DesiredStates, version_of
from muster.core.fleet.edits import add_config, assign_config, delete_agents
from muster.core.fleet.plan import Plan
from muster.core.fleet.registry import Fleet
from muster.core.fleet.revisions import Revision
from muster.core.fleet.steering import Steering
from muster.errors import Conflict, InvalidInput, NotFound
from muster.model.desired import DesiredState, RunnerState, RunnerStatus
from muster.model.idempotency import IdempotencyKey
from muster.model.ids import AgentId
from muster.model.link import CheckinReply, CheckinRequest, EnrolReply
from tests.property.test_core_fleet_plan import MemoryPlan
from tests.unit.test_core_fleet import FACTS, FIRST, SECOND, Clock, MemoryAgents, request

SOON_S = 1.0


class Site:
    """A fleet with its steering, and one agent."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryAgents()
        self.fleet = Fleet(
            self.store,
            desired=DesiredStates(Plan()),
            now_us=lambda: int(self.clock.s * 1e6),
            monotonic_s=self.clock,
        )
        self.steering = Steering(MemoryPlan(), self.fleet, now_us=lambda: int(self.clock.s * 1e6))

    async def enrol(self) -> EnrolReply:
        return await self.fleet.enrol(FACTS, "")

    async def give(self, agent: AgentId, *names: str) -> None:
        for name in names:
            await self.steering.change(
                lambda draft, name=name: add_config(draft, name, "{}", note="", tags=[], now_us=1),
                by="",
                action="",
            )
            await self.steering.change(
                lambda draft, name=name: assign_config(draft, name, [agent]), by="", action="", agents=[agent]
            )

    async def check_in(self, agent: AgentId, message: CheckinRequest) -> CheckinReply:
        return await asyncio.wait_for(self.fleet.check_in(agent, message, ""), SOON_S)

    async def held(self, agent: AgentId, message: CheckinRequest) -> "asyncio.Task[CheckinReply]":
        task = asyncio.create_task(self.fleet.check_in(agent, message, ""))
        await asyncio.wait((task,), timeout=0)
        assert not task.done()
        return task


@pytest.fixture
def site() -> Site:
    return Site()


def test_the_version_names_the_state() -> None:
    state = DesiredState(version="x")  # type: ignore[arg-type]
    assert version_of(state) == NOTHING
    assert version_of(msgspec.structs.replace(state, metrics_interval_s=None)) != NOTHING
    assert len(NOTHING) <= 64


def test_a_change_ends_a_held_check_in_with_the_new_state(site: Site) -> None:
    async def run() -> None:
        agent = (await site.enrol()).agent_id
        first = await site.check_in(agent, request())
        assert first.desired is not None
        held = await site.held(agent, request(wait_s=25.0, applied=first.desired.version))
        await site.give(agent, "a")
        reply = await asyncio.wait_for(held, SOON_S)
        assert reply.desired is not None
        assert [runner.name for runner in reply.desired.runners] == ["a"]
        after = await site.held(agent, request(wait_s=25.0, applied=reply.desired.version))
        after.cancel()

    asyncio.run(run())


def test_a_state_that_was_not_applied_is_told_again_at_once(site: Site) -> None:
    async def run() -> None:
        agent = (await site.enrol()).agent_id
        await site.give(agent, "a")
        for _ in range(2):
            reply = await site.check_in(agent, request(wait_s=25.0, applied="old"))
            assert reply.desired is not None

    asyncio.run(run())


def test_an_agent_without_desired_states_hears_of_each_once(site: Site) -> None:
    async def run() -> None:
        agent = (await site.enrol()).agent_id
        await site.give(agent, "a")
        await site.check_in(agent, request(wait_s=25.0))
        held = await site.held(agent, request(wait_s=25.0))
        await site.give(agent, "b")
        assert (await asyncio.wait_for(held, SOON_S)).desired is not None
        site.fleet.presence.release(agent, FIRST)
        assert (await site.check_in(agent, request(SECOND, wait_s=25.0))).desired is not None

    asyncio.run(run())


def test_a_change_wakes_those_it_touches_only(site: Site) -> None:
    async def run() -> None:
        one, other = (await site.enrol()).agent_id, (await site.enrol()).agent_id
        held = await site.held(other, request(wait_s=25.0))
        await site.give(one, "a")
        await asyncio.wait((held,), timeout=0)
        assert not held.done()
        held.cancel()

    asyncio.run(run())


def test_a_deleted_agent_is_gone_until_another_process_comes(site: Site) -> None:
    async def run() -> None:
        reply = await site.enrol()
        agent = reply.agent_id
        await site.give(agent, "a")
        await site.check_in(agent, request(FIRST))
        await site.steering.change(
            lambda draft: delete_agents(draft, [(agent, FIRST)], now_us=1), by="", action=""
        )
        assert site.fleet.agents() == []
        assert site.fleet.named("web1") == frozenset()
        with pytest.raises(NotFound):
            site.fleet.get(agent)
        assert site.fleet.authenticate(reply.credential).id == agent
        await site.steering.welcome(agent, FIRST)
        desired = (await site.check_in(agent, request(FIRST))).desired
        assert desired is not None
        assert (desired.runners, desired.metrics_interval_s) == ([], None)
        assert site.fleet.agents() == []
        await site.steering.welcome(agent, SECOND)
        assert [each.id for each in site.fleet.agents()] == [agent]
        assert site.fleet.desired.of(agent).runners == []

    asyncio.run(run())


def test_an_agent_has_a_bounded_number_of_runners(site: Site) -> None:
    async def run() -> None:
        agent = (await site.enrol()).agent_id
        names = [f"c{number}" for number in range(1001)]

        def add(draft: object) -> None:
            for name in names:
                add_config(draft, name, "{}", note="", tags=["t"], now_us=1)  # type: ignore[arg-type]

        await site.steering.change(add, by="", action="")

        def assign(draft: object) -> None:
            for name in names:
                assign_config(draft, name, [agent])  # type: ignore[arg-type]

        with pytest.raises(InvalidInput, match="more than 1000 runners"):
            await site.steering.change(assign, by="", action="", agents=[agent])
        assert site.fleet.desired.of(agent).runners == []

    asyncio.run(run())


def test_changes_wait_for_each_other_and_one_that_fails_changes_nothing(site: Site) -> None:
    async def run() -> None:
        agent = (await site.enrol()).agent_id
        await asyncio.gather(*(site.give(agent, f"c{number}") for number in range(20)))
        assert len(site.fleet.desired.of(agent).runners) == 20
        with pytest.raises(NotFound):
            await site.steering.change(
                lambda draft: [assign_config(draft, name, [agent]) for name in ("c1", "nobody")] and None,
                by="",
                action="",
            )
        with pytest.raises(NotFound):
            await site.steering.change(lambda draft: None, by="", action="", agents=[AgentId("nobody")])

    asyncio.run(run())


def test_a_change_whose_caller_goes_is_stored_and_known(site: Site) -> None:
    async def run() -> None:
        store = site.steering.store
        assert isinstance(store, MemoryPlan)
        saving, go_on = asyncio.Event(), asyncio.Event()
        save = store.save_revision

        async def slow(revision: Revision, key: IdempotencyKey | None = None) -> int:
            saving.set()
            await go_on.wait()
            return await save(revision, key)

        store.save_revision = slow  # type: ignore[method-assign]
        edit = partial(add_config, name="a", config="{}", note="", tags=[], now_us=1)
        caller = asyncio.create_task(site.steering.change(edit, by="", action=""))
        await saving.wait()
        caller.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await caller
        with pytest.raises(Conflict):
            await asyncio.wait_for(site.steering.change(edit, by="", action=""), SOON_S)
        assert len(store.texts) == 1

    asyncio.run(run())


def test_what_an_agent_says_of_its_runners_is_kept(site: Site) -> None:
    async def run() -> None:
        agent = (await site.enrol()).agent_id
        assert (await site.check_in(agent, request())).want_runners is True
        status = RunnerStatus(name="a", state=RunnerState.FAILED, config_us=7, reason="no")  # type: ignore[arg-type]
        reply = await site.check_in(agent, request(applied="v", runners=[status]))
        assert reply.want_runners is False
        await site.check_in(agent, request(applied="v2"))
        assert site.fleet.reported.runners(agent) == {"a": status}
        assert site.fleet.reported.applied(agent) == "v2"

    asyncio.run(run())
