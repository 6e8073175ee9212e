"""The list of agents leaves the event loop to others while it is made."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from muster.api.console.agents import AT_ONCE, AgentLines, ConsoleAgents, agent_lines
from muster.core.fleet.edits import delete_agents
from muster.core.fleet.releases import Releases
from tests.unit.test_core_fleet import FACTS
from tests.unit.test_core_fleet_desired import Site

COUNT = 20 * AT_ONCE


async def no_releases() -> list[Any]:
    return []


async def lines_of(site: Site) -> AgentLines:
    parts = ConsoleAgents(site.steering, cast(Releases, SimpleNamespace(all=no_releases)))
    made: AgentLines = await agent_lines.fn(console_agents=parts)
    return made


def test_others_have_their_turn_and_who_is_deleted_meanwhile_is_left_out() -> None:
    async def work() -> None:
        site = Site()
        for number in range(COUNT):
            facts = msgspec.structs.replace(FACTS, hostname=f"host-{number:05}")
            last = (await site.fleet.enrol(facts, "")).agent_id
        listing = asyncio.create_task(lines_of(site))
        await asyncio.sleep(0)
        await site.steering.change(
            lambda draft: delete_agents(draft, [(last, "")], now_us=1), by="", action="", agents=[last]
        )
        assert not listing.done()
        names = [line.hostname for line in (await listing).agents]
        assert names == [f"host-{number:05}" for number in range(COUNT - 1)]

    asyncio.run(work())
