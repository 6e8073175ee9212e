"""Rules of what agents collect: how they are put together, refused, undone, and whom they touch."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from muster.core.fleet.collect_rules import CollectRule, collected_by, rule_of, set_rule
from muster.core.fleet.collection import Collection, set_collection
from muster.core.fleet.desired import NOTHING
from muster.core.fleet.edits import delete_agents, delete_tags, tag_agents, untag_agents
from muster.core.fleet.plan import OF_AGENT, OF_ALL, OF_TAG
from muster.core.fleet.restoring import Side
from muster.core.fleet.steering import Edit, Outcome
from muster.errors import InvalidInput, MusterError, NotFound
from muster.model.desired import Watch
from muster.model.ids import AgentId
from tests.unit.test_core_fleet import request
from tests.unit.test_core_fleet_desired import Site

OFF = {"processes": False}


class Fleet(Site):
    """A site with two agents: `web` is tagged `web` and `x`, `db` is not."""

    async def fill(self) -> "Fleet":
        self.web, self.db = (await self.enrol()).agent_id, (await self.enrol()).agent_id
        await self.do(lambda draft: tag_agents(draft, ["web", "x"], [self.web], now_us=1))
        return self

    async def do(self, edit: Edit, *, dry_run: bool = False) -> Outcome:
        return await self.steering.change(edit, by="", action="", dry_run=dry_run)

    async def rule(self, scope: str, target: str = "", **rule: object) -> Outcome:
        made = CollectRule(**rule)  # type: ignore[arg-type]
        return await self.do(lambda draft: set_rule(draft, scope, target, made))

    def ports(self, agent: AgentId) -> tuple[str, ...] | None:
        return collected_by(self.steering.plan, agent).ports

    def off(self, agent: AgentId) -> tuple[str, ...]:
        return collected_by(self.steering.plan, agent).off

    def interval_s(self, agent: AgentId) -> float | None:
        return collected_by(self.steering.plan, agent).interval_s


def play(scene: Callable[[Fleet], Awaitable[None]]) -> None:
    async def run() -> None:
        await scene(await Fleet().fill())

    asyncio.run(run())


def test_nothing_is_said_while_nobody_has_said_anything() -> None:
    async def scene(fleet: Fleet) -> None:
        assert collected_by(fleet.steering.plan, fleet.web) == (0.0, None, ())
        assert fleet.fleet.desired.of(fleet.web).version == NOTHING

    play(scene)


def test_ports_of_all_rules_add_up() -> None:
    async def scene(fleet: Fleet) -> None:
        await fleet.rule(OF_ALL, ports=("22",))
        await fleet.rule(OF_TAG, "web", ports=("443", "22"))
        await fleet.rule(OF_AGENT, fleet.db, ports=("5432",))
        assert fleet.ports(fleet.web) == ("22", "443")
        assert fleet.ports(fleet.db) == ("22", "5432")
        await fleet.rule(OF_ALL, ports=())
        assert fleet.ports(fleet.web) == ("443", "22")

    play(scene)


def test_no_ports_is_another_thing_than_nothing_said() -> None:
    async def scene(fleet: Fleet) -> None:
        await fleet.rule(OF_ALL, ports=())
        assert fleet.ports(fleet.web) == ()
        assert fleet.fleet.desired.of(fleet.web).watch == Watch(ports=[])

    play(scene)


def test_the_nearest_rule_counts_for_groups_and_the_interval() -> None:
    async def scene(fleet: Fleet) -> None:
        await fleet.rule(OF_ALL, groups=OFF | {"tcp": False})
        await fleet.rule(OF_TAG, "web", groups={"processes": True}, interval_s=5)
        assert (fleet.off(fleet.web), fleet.interval_s(fleet.web)) == (("tcp",), 5)
        assert (fleet.off(fleet.db), fleet.interval_s(fleet.db)) == (("tcp", "processes"), 0)
        await fleet.rule(OF_AGENT, fleet.web, groups=OFF, interval_s=60)
        assert (fleet.off(fleet.web), fleet.interval_s(fleet.web)) == (("tcp", "processes"), 60)

    play(scene)


def test_of_tags_that_disagree_the_one_counts_that_collects_more() -> None:
    async def scene(fleet: Fleet) -> None:
        await fleet.rule(OF_TAG, "web", groups=OFF, interval_s=60)
        await fleet.rule(OF_TAG, "x", groups={"processes": True}, interval_s=30)
        assert (fleet.off(fleet.web), fleet.interval_s(fleet.web)) == ((), 30)

    play(scene)


def test_closed_is_closed_for_all() -> None:
    async def scene(fleet: Fleet) -> None:
        await fleet.rule(OF_AGENT, fleet.web, interval_s=60)
        await fleet.do(lambda draft: set_collection(draft, Collection(is_open=False)))
        assert fleet.interval_s(fleet.web) is None

    play(scene)


def test_a_rule_touches_those_it_is_for_and_they_hear_of_it() -> None:
    async def scene(fleet: Fleet) -> None:
        assert (await fleet.rule(OF_ALL, ports=("1",))).agents == sorted([fleet.web, fleet.db])
        held = await fleet.held(
            fleet.web, request(wait_s=25.0, applied=fleet.fleet.desired.of(fleet.web).version)
        )
        assert (await fleet.rule(OF_AGENT, fleet.db, ports=("2",))).agents == [fleet.db]
        await asyncio.wait((held,), timeout=0)
        assert not held.done()
        assert (await fleet.rule(OF_TAG, "web", ports=("3",))).agents == [fleet.web]
        reply = await asyncio.wait_for(held, 1)
        assert reply.desired is not None
        assert reply.desired.watch == Watch(ports=["1", "3"])

    play(scene)


def test_a_dry_run_writes_nothing() -> None:
    async def scene(fleet: Fleet) -> None:
        def edit(draft: object) -> None:
            set_rule(draft, OF_TAG, "web", CollectRule(ports=("1",)))  # type: ignore[arg-type]

        assert (await fleet.do(edit, dry_run=True)).agents == [fleet.web]
        assert fleet.ports(fleet.web) is None

    play(scene)


def test_a_rule_goes_with_its_tag_and_comes_back_with_it() -> None:
    async def scene(fleet: Fleet) -> None:
        await fleet.rule(OF_TAG, "web", ports=("1",))
        deleted = await fleet.do(lambda draft: delete_tags(draft, ["web"]))
        assert (deleted.agents, fleet.ports(fleet.web)) == ([fleet.web], None)
        assert deleted.revision is not None
        await fleet.steering.restore(deleted.revision, Side.BEFORE, by="")
        assert fleet.ports(fleet.web) == ("1",)

    play(scene)


def test_a_rule_goes_with_its_agent() -> None:
    async def scene(fleet: Fleet) -> None:
        made = await fleet.rule(OF_AGENT, fleet.db, ports=("1",))
        await fleet.do(lambda draft: delete_agents(draft, [(fleet.db, "")], now_us=1))
        assert rule_of(fleet.steering.plan, OF_AGENT, fleet.db) == CollectRule()
        assert made.revision is not None
        await fleet.steering.restore(made.revision, Side.AFTER, by="")
        assert rule_of(fleet.steering.plan, OF_AGENT, fleet.db) == CollectRule()

    play(scene)


def test_taking_a_tag_off_takes_its_rule_off() -> None:
    async def scene(fleet: Fleet) -> None:
        await fleet.rule(OF_TAG, "web", ports=("1",))
        await fleet.do(lambda draft: untag_agents(draft, "web", [fleet.web]))
        assert fleet.ports(fleet.web) is None

    play(scene)


def test_a_rule_that_says_nothing_is_gone() -> None:
    async def scene(fleet: Fleet) -> None:
        before = fleet.fleet.desired.of(fleet.web).version
        await fleet.rule(OF_TAG, "web", groups=OFF)
        assert fleet.fleet.desired.of(fleet.web).version != before
        await fleet.rule(OF_TAG, "web")
        assert fleet.fleet.desired.of(fleet.web).version == before

    play(scene)


@pytest.mark.parametrize(
    ("scope", "target", "rule", "error"),
    [
        (OF_TAG, "nobody", CollectRule(), NotFound("no tag nobody")),
        (
            OF_ALL,
            "",
            CollectRule(interval_s=5),
            InvalidInput("the interval of all agents is not part of a rule"),
        ),
        (OF_TAG, "web", CollectRule(interval_s=0.5), InvalidInput("expected 1-86400 seconds")),
        (OF_ALL, "", CollectRule(groups={"nothing": True}), InvalidInput("expected one of cpu, load")),
        (OF_ALL, "", CollectRule(ports=("70000",)), InvalidInput("expected a port or a range")),
        (OF_ALL, "", CollectRule(ports=("1-1001",)), InvalidInput("expected at most 1000 ports")),
    ],
)
def test_what_is_no_rule(scope: str, target: str, rule: CollectRule, error: MusterError) -> None:
    async def scene(fleet: Fleet) -> None:
        with pytest.raises(type(error), match=error.message):
            await fleet.do(lambda draft: set_rule(draft, scope, target, rule))
        assert fleet.fleet.desired.of(fleet.web).version == NOTHING

    play(scene)
