"""Simulated agents: plausible machines, the real agent's conversation, and a transport for thousands."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

import httpx
import msgspec
import pytest
import zstandard

from muster.agent.identity import Identity
from muster.agent.outcome import Answer, Outcome
from muster.agent.simulated.fleet import SimulatedFleet
from muster.agent.simulated.keeping import Identities, KeptIdentity, LeanHomes
from muster.agent.simulated.machine import SimulatedMachine
from muster.agent.simulated.wire import Reply, SharedLink, StreamTransport
from muster.errors import SettingsError
from muster.model.batch import SampleColumns
from muster.model.ids import AgentId
from muster.model.inventory import parse_inventory
from muster.model.link import CheckinRequest, EnrolRequest
from muster.model.metric import Labels, is_counter, parse_labels, parse_metric
from muster.model.report import parse_report, to_json
from muster.settings import AgentSettings

NOON = 1_790_000_000.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 the condition is in other tasks' hands
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 4999])
def test_a_machine_is_one_that_a_server_takes(number: int) -> None:
    now_s = NOON
    machine = SimulatedMachine(number, seed=3, now_s=lambda: now_s)
    before: dict[tuple[str, Labels], float] = {}
    for _ in range(50):
        look = machine.look(with_inventory=True)
        assert look.inventory is not None
        assert parse_inventory(msgspec.json.encode(look.inventory)) == look.inventory
        assert parse_report(to_json(look.report).decode()) == look.report
        seen = {(one.metric, one.labels): one.value for one in look.samples}
        assert len(seen) == len(look.samples) > 40
        for (metric, labels), value in seen.items():
            parse_metric(metric)
            parse_labels(labels)
            assert value >= before.get((metric, labels), 0.0) or not is_counter(metric)
            assert not metric.endswith("_percent") or 0 <= value <= 100 * 16
        before = seen
        now_s += 977.0


def test_machines_differ_and_the_same_seed_makes_the_same_ones() -> None:
    facts = [SimulatedMachine(number, seed=1).facts() for number in range(1, 300)]
    assert len({one.machine_id for one in facts}) == len({one.hostname for one in facts}) == 299
    assert SimulatedMachine(7, seed=1).facts() == facts[6]
    assert SimulatedMachine(7, seed=2).facts().machine_id != facts[6].machine_id


class Server:
    """Enrols, wants one metric runner of everybody, and keeps what comes."""

    def __init__(self) -> None:
        self.enrolled: list[str] = []
        self.applied: dict[str, str] = {}
        self.running: dict[str, str] = {}
        self.labels: set[str] = set()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/agent/v1/enroll":
            hostname = msgspec.json.decode(request.content, type=EnrolRequest).facts.hostname
            self.enrolled.append(hostname)
            return httpx.Response(201, json={"agent_id": hostname.rjust(32, "0"), "credential": hostname})
        credential = request.headers["authorization"].removeprefix("Bearer ")
        if request.url.path == "/agent/v1/batches":
            self.keep(request)
            return httpx.Response(204)
        said = msgspec.json.decode(request.content, type=CheckinRequest)
        self.applied[credential] = said.applied
        for status in said.runners or []:
            self.running[credential] = status.state
        if said.applied == "v1":
            await asyncio.sleep(min(said.wait_s, 0.05))
            return httpx.Response(200, json={"server_us": 1})
        config = msgspec.json.encode({"metric": [{"type": "cpu"}], "collect_interval": 1}).decode()
        runner = {"name": "often", "config": config, "config_us": 1}
        return httpx.Response(200, json={"server_us": 1, "desired": {"version": "v1", "runners": [runner]}})

    def keep(self, request: httpx.Request) -> None:
        if request.url.params["stream"] == "samples":
            body = zstandard.ZstdDecompressor().decompress(request.content)
            self.labels |= set(msgspec.msgpack.decode(body, type=SampleColumns).labels)


class Wire(StreamTransport):
    """Leads to a server in this process."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    async def exchange(self, url: httpx.URL, request: bytes, timeout_s: float) -> Reply:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        assert int(headers["content-length"]) == len(body)
        asked = httpx.Request("POST", url.join(first.split(" ")[1]), headers=headers, content=body)
        answer = await self._server.answer(asked)
        return Reply(answer.status_code, dict(answer.headers), answer.content)


def test_a_fleet_enrols_applies_what_is_wanted_sends_and_is_the_same_next_time(tmp_path: Path) -> None:
    server = Server()

    async def scenario() -> None:
        stop = asyncio.Event()
        fleet = SimulatedFleet(
            AgentSettings(server="http://server"),
            count=3,
            read_token=lambda: "token",
            homes=LeanHomes(Identities(tmp_path / "ids.json")),
            wire=Wire(server),
        )
        running = asyncio.create_task(fleet.run(stop))
        await until(lambda: list(server.applied.values()) == ["v1"] * 3)
        await until(lambda: list(server.running.values()) == ["running"] * 3)
        await until(lambda: "runner=often" in server.labels and "" in server.labels)
        stop.set()
        await running

    asyncio.run(scenario())
    server.labels.clear()
    asyncio.run(scenario())
    assert sorted(server.enrolled) == ["demo-0001", "demo-0002", "demo-0003"]


def test_identities_are_kept_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "ids.json"
    identity = Identity(agent_id=AgentId("a"), credential="c", server="s")
    first = Identities(path)
    KeptIdentity(first, "demo-0001").save(identity)
    first.save()
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeptIdentity(Identities(path), "demo-0001").load() == identity
    assert KeptIdentity(Identities(path), "demo-0002").load() is None
    path.write_bytes(b"[")
    with pytest.raises(SettingsError, match="cannot be used"):
        Identities(path)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def exchange(serve: Serve, count: int) -> tuple[list[httpx.Response], int]:
    """Make so many requests one after the other; return the answers and how many connections they took."""
    connections = 0

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def scenario() -> list[httpx.Response]:
        server = await asyncio.start_server(counted, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, httpx.AsyncClient(transport=StreamTransport(), trust_env=False) as client:
            return [await client.post(f"http://127.0.0.1:{port}/p?q=1", content=b"abc") for _ in range(count)]

    return asyncio.run(scenario()), connections


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    return head + await reader.readexactly(3)


def test_a_connection_is_used_again() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append(await read_request(reader))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nhi")
            await writer.drain()

    answers, connections = exchange(serve, 2)
    assert [(answer.status_code, answer.content, answer.headers["x-a"]) for answer in answers] == [
        (200, b"hi", "b")
    ] * 2
    assert seen[0].startswith(b"POST /p?q=1 HTTP/1.1\r\n")
    assert seen[0].endswith(b"\r\n\r\nabc")
    assert connections == 1


def test_a_connection_that_the_server_ends_is_not() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()

    answers, connections = exchange(serve, 2)
    assert [answer.status_code for answer in answers] == [204, 204]
    assert connections == 2


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"]
)
def test_an_answer_that_is_none_is_an_error_of_the_transport(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer)
        await writer.drain()

    with pytest.raises(httpx.ReadError):
        exchange(serve, 1)


def test_a_shared_link_says_what_answers_mean_and_outlives_its_agents() -> None:
    class Grumpy(StreamTransport):
        replies: ClassVar[list[Reply | OSError]] = [
            Reply(200, {}, b"{}"),
            Reply(429, {"retry-after": "7"}, b""),
            Reply(401, {}, b'{"code": "unauthenticated", "message": "no"}'),
            TimeoutError(),
        ]

        async def exchange(self, url: httpx.URL, request: bytes, timeout_s: float) -> Reply:
            reply = self.replies.pop(0)
            if isinstance(reply, OSError):
                raise reply
            return reply

    async def scenario() -> list[Answer]:
        link = SharedLink("http://server", Grumpy())
        await link.close()
        facts = SimulatedMachine(1).facts()
        return [await link.enrol("t", EnrolRequest(facts=facts)) for _ in range(4)]

    done, later, unknown, lost = asyncio.run(scenario())
    assert (done.outcome, done.body) == (Outcome.DONE, b"{}")
    assert (later.outcome, later.retry_after_s) == (Outcome.LATER, 7.0)
    assert unknown.outcome is Outcome.UNKNOWN
    assert (lost.outcome, lost.message) == (Outcome.LATER, "no contact with http://server: TimeoutError")
