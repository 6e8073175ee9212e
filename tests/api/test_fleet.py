"""The fleet surface of source 4: every shape, every effect on agents, every refusal."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import Client, TestAgent
from tests.processes import Site

API = "/v1/api"
CPU = {"metric": [{"type": "cpu", "attributes": {"cpu_usage_user": False}, "config": {}}]}
MEM = {"metric": [{"type": "mem"}]}


def name(kind: str = "n") -> str:
    return f"{kind}-{uuid.uuid4().hex[:8]}"


class Steered:
    """An agent that says what it applied, as a real one does."""

    def __init__(self, agent: TestAgent) -> None:
        self.agent = agent
        self.id = agent.id
        self.nonce = uuid.uuid4().hex
        self.applied = ""
        self.desired: dict[str, Any] = {"runners": []}

    def check_in(self, wait_s: float = 0.0, **more: Any) -> dict[str, Any]:
        body = {"nonce": self.nonce, "sent_us": 0, "wait_s": wait_s, "applied": self.applied, **more}
        answer = self.agent.http.post("/agent/v1/checkin", json=body)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        if reply["desired"] is not None:
            self.desired = reply["desired"]
            self.applied = self.desired["version"]
        return reply

    @property
    def runners(self) -> dict[str, dict[str, Any]]:
        """Ask for what is to run now."""
        self.check_in()
        return {runner["name"]: runner for runner in self.desired["runners"]}


@pytest.fixture
def enrol(site: Site, client: Client) -> Iterator[Callable[[], Steered]]:
    made: list[TestAgent] = []

    def make() -> Steered:
        made.append(TestAgent(site, client, f"host-{uuid.uuid4().hex[:12]}"))
        return Steered(made[-1])

    yield make
    for each in made:
        each.http.close()


@pytest.fixture
def steered(enrol: Callable[[], Steered]) -> Steered:
    return enrol()


@pytest.fixture
def api(client: Client) -> httpx.Client:
    return client("read", "write:fleet")


def done(answer: httpx.Response) -> None:
    """Assert what the document calls empty."""
    assert (answer.status_code, answer.content) == (200, b""), answer.text


def refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"code", "message"}
    assert body["code"] == f"L1{status}"
    return str(body["message"])


def test_a_tag_brings_its_configurations_and_takes_them_along(api: httpx.Client, steered: Steered) -> None:
    tag, config = name("tag"), name("config")
    done(api.post(f"{API}/configs/{config}", json={"config": CPU, "tags": [tag], "note": "first"}))
    assert steered.runners == {}
    done(api.post(f"{API}/agents/{steered.id}/tags/{tag}"))
    assert list(steered.runners) == [config]
    assert '"type":"cpu"' in steered.runners[config]["config"]
    done(api.delete(f"{API}/agents/{steered.id}/tags/{tag}"))
    assert steered.runners == {}
