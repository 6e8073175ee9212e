"""Which host a `?agent=` means."""

import asyncio
from typing import Any

import pytest

from muster.api.host_reports.service import HostReports, OwnMachine
from muster.api.http.live import Live
from muster.core.fleet.registry import Fleet
from muster.core.reports import EVERY_HOST, Hosts, unenrolled_id
from muster.errors import NotFound
from muster.model.ids import AgentId
from muster.model.link import Facts
from muster.settings import Settings
from tests.unit.test_core_fleet import MemoryAgents


class Imported:
    """A report store that holds imported reports of some hosts."""

    def __init__(self, *hostnames: str) -> None:
        self._ids = {unenrolled_id(hostname) for hostname in hostnames}

    async def count_imported(self, agent_id: AgentId) -> int:
        return int(agent_id in self._ids)


@pytest.fixture
def fleet() -> Fleet:
    return Fleet(MemoryAgents())


@pytest.fixture
def service(fleet: Fleet) -> HostReports:
    async def collect() -> Any:
        raise AssertionError("collected on the own machine")

    store: Any = Imported("Old-Host")
    return HostReports(store, fleet, OwnMachine("here", "m1", collect), Live(Settings()))


def enrol(fleet: Fleet, hostname: str, machine_id: str) -> AgentId:
    facts = Facts(hostname=hostname, machine_id=machine_id, platform="", agent_version="")
    return asyncio.run(fleet.enrol(facts, "")).agent_id


def hosts(service: HostReports, name: str | None) -> Hosts:
    return asyncio.run(service.hosts(name))


def test_without_a_name_it_is_the_own_machine_or_every_host(service: HostReports, fleet: Fleet) -> None:
    enrol(fleet, "there", "m2")
    assert hosts(service, None) == EVERY_HOST
    own = enrol(fleet, "here", "m1")
    assert hosts(service, None) == {own}


@pytest.mark.parametrize("name", ["there", "THERE"])
def test_a_hostname_means_its_agents_and_what_was_imported(
    service: HostReports, fleet: Fleet, name: str
) -> None:
    there = enrol(fleet, "there", "m2")
    assert hosts(service, name) == {there, unenrolled_id("there")}


@pytest.mark.parametrize("name", ["old-host", "OLD-HOST"])
def test_imported_reports_make_a_name_known(service: HostReports, name: str) -> None:
    assert hosts(service, name) == {unenrolled_id("old-host")}


def test_an_unknown_name_is_refused(service: HostReports) -> None:
    with pytest.raises(NotFound, match="no agent nope"):
        hosts(service, "nope")


def test_check_by_hostname_collects_here_and_by_id_asks_that_agent(
    service: HostReports, fleet: Fleet
) -> None:
    own, there = enrol(fleet, "here", "m1"), enrol(fleet, "there", "m2")
    assert service.remote_agent(None) is None
    assert service.remote_agent("HERE") is None
    assert service.remote_agent(own) == own
    assert service.remote_agent("There") == there
    with pytest.raises(NotFound):
        service.remote_agent("nope")
