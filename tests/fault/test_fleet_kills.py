"""An agent is killed while it applies a configuration, and the server between a change and its delivery:
the fleet ends in what is wanted, and until then the server shows what the agent runs.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import MUSTER, Program, Site, wait_for

NAME = "memory"
API = "/v1/api"
FIRST_S, NEXT_S = 30, 60
"""Intervals of the two configurations."""

PATIENCE_S = 50.0
"""More than the 30 s for which the id of an agent that was killed is kept from its next process."""

pytestmark = [pytest.mark.fault, pytest.mark.timeout(180)]


class Agent:
    """A real agent with one runner."""

    def __init__(self, site: Site, number: int, token_file: Path) -> None:
        self.site = site
        self.data = site.directory / f"agent-{number}"
        self._log = site.directory / f"agent-{number}.log"
        self._token_file = token_file
        self.program = self.start()

    def start(self, crash_at: str = "") -> Program:
        argv = [*MUSTER, "agent", "--server", self.site.url, "--token-file", str(self._token_file)]
        environ = {"MUSTER_CRASH_AT": crash_at} if crash_at else {}
        self.program = Program([*argv, "--data", str(self.data)], self._log, environ)
        return self.program

    def stop(self) -> None:
        self.program.kill()

    @property
    def id(self) -> str:
        return str(json.loads((self.data / "agent.json").read_bytes())["agent_id"])

    def said_us(self) -> int:
        """Return when that configuration was changed which the agent says it runs, 0: it says nothing."""
        rows = self.site.get(f"{API}/runners?id={self.id}&name={NAME}").json()["runners"]
        status = rows[0]["status"]
        return int(status["config_us"]) if status and status["state"] == "running" else 0

    def kept_us(self) -> int:
        """Return the same of the configuration that the agent has on its disk."""
        return int(json.loads((self.data / "desired.json").read_bytes())["runners"][0]["config_us"])

    def runs_after(self, before_us: int) -> int:
        """Wait until the agent runs a newer configuration; return when that was changed."""
        wait_for("it runs a newer configuration", lambda: self.said_us() > before_us, PATIENCE_S)
        assert self.kept_us() == self.said_us()
        return self.kept_us()


class Fleet:
    """A server and agents that have the same configuration, first changed at `first_us`."""

    def __init__(self, site: Site, stack: contextlib.ExitStack, agents: int) -> None:
        self.site = site
        token_file = site.token_file("agent")
        self.agents = [Agent(site, number, token_file) for number in range(agents)]
        for agent in self.agents:
            stack.callback(agent.stop)
        online = f"{API}/agents?state=online"
        wait_for("the agents", lambda: site.get(online).json()["totalSize"] == agents, PATIENCE_S)
        self.ask("POST", f"/configs/{NAME}", _config(FIRST_S))
        self.ask("POST", f"/configs/{NAME}/agents", {"agent_ids": [agent.id for agent in self.agents]})
        (self.first_us,) = {agent.runs_after(0) for agent in self.agents}

    def ask(self, method: str, path: str, body: object, key: str = "") -> None:
        headers = {"Idempotency-Key": key} if key else {}
        self.site.http.request(method, f"{API}{path}", json=body, headers=headers).raise_for_status()

    def change(self, key: str = "") -> None:
        self.ask("PUT", f"/configs/{NAME}/config", _config(NEXT_S), key)

    def wanted_s(self) -> int:
        """Return the interval of the configuration that the server wants to run."""
        config = self.site.get(f"{API}/configs?name={NAME}").json()["configs"][0]["config"]
        return int(config["collect_interval"])

    def changes(self) -> int:
        """Count the revisions that changed the configuration."""
        revisions = self.site.get(f"{API}/revisions").json()["revisions"]
        return sum("change configuration" in revision["action"] for revision in revisions)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, "--open", "fleet") as site:
        site.start()
        yield site


def test_agents_that_are_killed_while_they_apply_a_change_end_in_what_is_wanted(site: Site) -> None:
    """One is killed before it has stored what is wanted, one after that and before it runs it."""
    with contextlib.ExitStack() as stack:
        fleet = Fleet(site, stack, 2)
        points = ("agent.desired.before_store", "agent.desired.after_store")
        for agent, point in zip(fleet.agents, points, strict=True):
            agent.program.kill()
            agent.start(crash_at=point)
        fleet.change()
        for agent, point in zip(fleet.agents, points, strict=True):
            assert wait_for(f"it dies at {point}", agent.program.process.poll, PATIENCE_S) == -9
            assert agent.said_us() == fleet.first_us, "what it said last is what is shown"
            assert (agent.kept_us() > fleet.first_us) is (point == points[1])
            agent.start()
        for agent in fleet.agents:
            agent.runs_after(fleet.first_us)
        assert (fleet.wanted_s(), fleet.changes()) == (NEXT_S, 1)


@pytest.mark.parametrize(
    ("point", "is_stored"), [("server.plan.before_commit", False), ("server.plan.after_commit", True)]
)
def test_a_server_that_is_killed_between_a_change_and_its_delivery_delivers_what_is_stored(
    site: Site, point: str, is_stored: bool
) -> None:
    with contextlib.ExitStack() as stack:
        fleet = Fleet(site, stack, 1)
        (agent,) = fleet.agents
        assert site.server is not None
        site.server.kill()
        server = site.start({"MUSTER_CRASH_AT": point})
        with pytest.raises(httpx.TransportError):
            fleet.change(key="once")
        assert wait_for(f"the server dies at {point}", server.process.poll) == -9
        assert agent.kept_us() == fleet.first_us
        site.start()
        assert (fleet.wanted_s(), fleet.changes()) == ((NEXT_S, 1) if is_stored else (FIRST_S, 0))
        if is_stored:
            agent.runs_after(fleet.first_us)
        fleet.change(key="once")
        agent.runs_after(fleet.first_us)
        assert (fleet.wanted_s(), fleet.changes()) == (NEXT_S, 1), "asked again with its key: made once"


def _config(interval_s: int) -> dict[str, Any]:
    return {"config": {"metric": [{"type": "mem"}], "collect_interval": interval_s}}
