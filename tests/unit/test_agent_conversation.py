"""Sender and check-in against a small server that keeps the real one's promises until told not to."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import msgspec
import pytest
import zstandard

from muster.agent.checkin import COPIED, CheckIn
from muster.agent.clock import Clock
from muster.agent.identity import Identity, IdentityFile
from muster.agent.link import Link
from muster.agent.sender import Sender
from muster.agent.session import Session
from muster.agent.spool import Spool
from muster.failpoints import ignore
from muster.model.batch import REPORTS, ReportColumns
from muster.model.desired import ConfigName, DesiredState, RunnerState, RunnerStatus
from muster.model.ids import AgentId, Epoch
from muster.model.link import CheckinRequest, Command, CommandResult, EnrolRequest, Facts

EPOCH = Epoch("e" * 32)
OLD_EPOCH = Epoch("0" * 32)
FACTS = Facts(hostname="h", machine_id="m", platform="p", agent_version="1")

Break = Callable[[httpx.Request], httpx.Response | None]


class FakeServer:
    """Stores batches by (epoch, sequence); `breaks` are used up first, one for each request."""

    def __init__(self) -> None:
        self.breaks: list[Break] = []
        self.lose_replies = 0
        self.credentials = {"Bearer c0"}
        self.token = "Bearer token"
        self.stored: dict[tuple[str, int], str] = {}
        self.rows: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.checkins: list[CheckinRequest] = []
        self.replies: list[dict[str, object]] = []
        self.enrolled = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((request.url.path, request.headers["authorization"]))
        if self.breaks:
            response = self.breaks.pop(0)(request)
            if response is not None:
                return response
        route = {
            "/agent/v1/enroll": self.enrol,
            "/agent/v1/checkin": self.check_in,
            "/agent/v1/batches": self.store,
        }
        response = route[request.url.path](request)
        if self.lose_replies:
            self.lose_replies -= 1
            raise httpx.ReadError("connection reset", request=request)
        return response

    def enrol(self, request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] != self.token:
            return fail(401, "unauthenticated")
        assert msgspec.json.decode(request.content, type=EnrolRequest).facts == FACTS
        self.enrolled += 1
        self.credentials.add(f"Bearer c{self.enrolled}")
        return httpx.Response(
            201, json={"agent_id": f"{self.enrolled:032x}", "credential": f"c{self.enrolled}"}
        )

    def check_in(self, request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] not in self.credentials:
            return fail(401, "unauthenticated")
        self.checkins.append(msgspec.json.decode(request.content, type=CheckinRequest))
        extra = self.replies.pop(0) if self.replies else {}
        return httpx.Response(200, json={"server_us": 1, **extra})

    def store(self, request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] not in self.credentials:
            return fail(401, "unauthenticated")
        assert request.headers["content-type"] == "application/msgpack"
        assert request.headers["content-encoding"] == "zstd"
        body = zstandard.ZstdDecompressor().decompress(request.content)
        query = request.url.params
        assert query["stream"] == "reports"
        assert query["sha256"] == hashlib.sha256(body).hexdigest()
        key = (query["epoch"], int(query["sequence"]))
        if key not in self.stored:
            self.stored[key] = query["sha256"]
            self.rows += msgspec.msgpack.decode(body, type=ReportColumns).report
        elif self.stored[key] != query["sha256"]:
            return fail(409, "sequence_conflict")
        return httpx.Response(204)


def fail(status: int, code: str = "", retry_after: str = "") -> httpx.Response:
    headers = {"retry-after": retry_after} if retry_after else {}
    return httpx.Response(status, json={"code": code, "message": "no"}, headers=headers)


def status(code: int, retry_after: str = "") -> Break:
    return lambda _: fail(code, "", retry_after)


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused", request=request)


class FakeRuns:
    """Takes over what is wanted at once, and says what it is told to say."""

    def __init__(self) -> None:
        self.applied = ""
        self.news = asyncio.Event()
        self.said: list[RunnerStatus] = []
        self.taken: list[DesiredState] = []

    def statuses(self) -> list[RunnerStatus]:
        return list(self.said)

    async def apply(self, desired: DesiredState) -> None:
        self.taken.append(desired)
        self.applied = desired.version


class Agent:
    """Sender and check-in with a clock on which waiting costs no time."""

    def __init__(self, directory: Path, server: FakeServer, *, identity: bool = True) -> None:
        self.server = server
        self.waits: list[float] = []
        self.now_s = 1000.0
        self.token: str | None = "token"
        self.commands: list[Command] = []
        clock = Clock(lambda: int(self.now_s * 1e6), lambda: self.now_s, self.sleep, lambda: 0.0)
        self.link = Link("http://server", transport=httpx.MockTransport(server.answer))
        file = IdentityFile(directory)
        if identity:
            file.save(Identity(agent_id=AgentId("a"), credential="c0", server="http://server"))
        self.session = Session(file)
        self.spool = Spool(
            directory / "spool.db", epoch=EPOCH, max_bytes=2**24, now_us=lambda: 0, reach=ignore
        )
        self.runs = FakeRuns()
        epochs = iter(Epoch(f"{number:032x}") for number in range(1, 100))
        self.sender = Sender(
            REPORTS,
            spool=self.spool,
            link=self.link,
            session=self.session,
            clock=clock,
            new_epoch=lambda: next(epochs),
            reach=ignore,
        )
        self.check_in = CheckIn(
            server="http://server",
            nonce=EPOCH,
            link=self.link,
            session=self.session,
            spool=self.spool,
            clock=clock,
            read_facts=lambda: FACTS,
            read_token=lambda: self.token,
            run_command=self.run_command,
            runs=self.runs,
        )

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now_s += seconds
        await asyncio.sleep(0)

    async def run_command(self, command: Command) -> CommandResult:
        self.commands.append(command)
        return CommandResult(id=command.id, ok=True, report="{}")

    def add(self, text: str) -> None:
        self.spool.append(REPORTS, 1, msgspec.msgpack.encode(ReportColumns([text])))
        self.sender.wake()

    def waiting(self) -> int:
        return sum(ledger.waiting for ledger in self.spool.ledger())

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.sender.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 the condition is in other threads' hands
                await asyncio.sleep(0.001)


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def agent(tmp_path: Path, server: FakeServer) -> Iterator[Agent]:
    agent = Agent(tmp_path, server)
    yield agent
    agent.spool.close()


@pytest.fixture
def newcomer(tmp_path: Path, server: FakeServer) -> Iterator[Agent]:
    agent = Agent(tmp_path, server, identity=False)
    yield agent
    agent.spool.close()


def send_all(agent: Agent, texts: list[str]) -> None:
    """Spool the texts and send until nothing waits."""

    async def scenario() -> None:
        for text in texts:
            agent.add(text)
        agent.session.checked_in.set()
        async with agent.sending():
            await agent.until(lambda: agent.waiting() == 0)

    asyncio.run(scenario())


def test_sends_in_order_and_deletes_what_is_stored(agent: Agent, server: FakeServer) -> None:
    send_all(agent, ["one", "two", "three"])
    assert server.rows == ["one", "two", "three"]
    assert list(server.stored) == [(EPOCH, 1), (EPOCH, 2), (EPOCH, 3)]
    assert agent.spool.ledger()[0].acknowledged == 3


def test_is_woken_by_a_new_batch(agent: Agent, server: FakeServer) -> None:
    async def scenario() -> None:
        agent.session.checked_in.set()
        async with agent.sending():
            for number in range(3):
                agent.add(f"{number}")
                await agent.until(lambda: agent.waiting() == 0)

    asyncio.run(scenario())
    assert server.rows == ["0", "1", "2"]


def test_sends_nothing_before_the_first_check_in(agent: Agent, server: FakeServer) -> None:
    async def scenario() -> None:
        agent.add("one")
        async with agent.sending():
            for _ in range(20):
                await asyncio.sleep(0)
            assert server.requests == []
            await agent.check_in.step()
            await agent.until(lambda: agent.waiting() == 0)

    asyncio.run(scenario())
    assert server.rows == ["one"]


def test_a_lost_reply_is_answered_by_the_same_batch_again(agent: Agent, server: FakeServer) -> None:
    server.lose_replies = 2
    send_all(agent, ["one", "two"])
    assert server.rows == ["one", "two"]
    assert len(server.requests) == 4


def test_waits_as_long_as_an_overloaded_server_asks(agent: Agent, server: FakeServer) -> None:
    server.breaks = [status(429, "7"), status(503, "11"), unreachable, status(500), status(408)]
    send_all(agent, ["one"])
    assert agent.waits == [7.0, 11.0, 0.5, 0.5, 0.5]
    assert server.rows == ["one"]


@pytest.mark.parametrize("code", [400, 413, 415, 422])
def test_what_is_refused_for_good_is_kept_aside_and_its_neighbours_go_on(
    agent: Agent, server: FakeServer, code: int
) -> None:
    server.breaks = [status(code)]
    send_all(agent, ["bad", "good"])
    assert server.rows == ["good"]
    (quarantined,) = agent.spool.quarantined()
    assert f"HTTP {code}" in quarantined.reason
    assert agent.spool.ledger()[0].quarantined == 1


def test_a_taken_sequence_moves_the_batch_to_a_new_epoch(agent: Agent, server: FakeServer) -> None:
    server.stored = {(EPOCH, 1): "other", (EPOCH, 2): "other"}
    send_all(agent, ["one", "two", "three"])
    assert sorted(server.rows) == ["one", "three", "two"]
    rescue = f"{1:032x}"
    assert list(server.stored)[2:] == [(EPOCH, 3), (rescue, 1), (rescue, 2)]


def test_an_unknown_credential_stops_sending_until_enrolled_anew(agent: Agent, server: FakeServer) -> None:
    async def scenario() -> None:
        server.credentials.clear()
        agent.session.checked_in.set()
        agent.add("one")
        async with agent.sending():
            await agent.until(lambda: not agent.session.checked_in.is_set())
            assert agent.waiting() == 1
            assert await agent.check_in.step() == 0.0
            await agent.check_in.step()
            await agent.until(lambda: agent.waiting() == 0)

    asyncio.run(scenario())
    assert server.rows == ["one"]
    assert server.enrolled == 1
    assert server.requests[-1] == ("/agent/v1/batches", "Bearer c1")


def steps(agent: Agent, count: int) -> list[float]:
    """Check in so many times, waiting in between; return the waits."""

    async def scenario() -> list[float]:
        waits = []
        for _ in range(count):
            waits.append(await agent.check_in.step())
            await agent.sleep(max(0.0, waits[-1]))
        return waits

    return asyncio.run(scenario())


def test_enrols_once_and_keeps_its_identity(newcomer: Agent, tmp_path: Path, server: FakeServer) -> None:
    steps(newcomer, 2)
    assert server.enrolled == 1
    identity = IdentityFile(tmp_path).load()
    assert identity == Identity(agent_id=AgentId(f"{1:032x}"), credential="c1", server="http://server")
    assert server.checkins[0].nonce == EPOCH


def test_the_first_check_in_is_not_held_and_facts_go_up_once(agent: Agent, server: FakeServer) -> None:
    server.replies = [{}, {}, {"want_facts": True}]
    steps(agent, 4)
    assert [checkin.wait_s for checkin in server.checkins] == [0.0, 25.0, 25.0, 25.0]
    assert [checkin.facts for checkin in server.checkins] == [FACTS, None, None, FACTS]
    assert server.checkins[0].sent_us == 1_000_000_000


def test_while_batches_wait_the_server_is_told_often(agent: Agent, server: FakeServer) -> None:
    agent.add("one")
    steps(agent, 3)
    assert [checkin.wait_s for checkin in server.checkins] == [0.0, 2.0, 2.0]
    assert server.checkins[0].ledger[0].waiting == 1


def test_facts_go_up_again_when_the_reply_was_lost(agent: Agent, server: FakeServer) -> None:
    server.lose_replies = 1
    steps(agent, 2)
    assert [checkin.facts for checkin in server.checkins] == [FACTS, FACTS]


def test_a_command_is_answered_by_the_next_check_in_at_once(agent: Agent, server: FakeServer) -> None:
    server.replies = [{}, {"commands": [{"id": "k", "kind": "collect"}]}]
    assert steps(agent, 2) == [0.0, 0.0]
    server.lose_replies = 1
    steps(agent, 3)
    result = [CommandResult(id="k", ok=True, report="{}")]
    assert [checkin.results for checkin in server.checkins] == [[], [], result, result, []]


def test_asks_as_slowly_as_the_server_wishes_and_never_in_a_tight_loop(
    agent: Agent, server: FakeServer
) -> None:
    server.replies = [{}, {"next_s": 30.0}, {"next_s": 0.0}]
    assert steps(agent, 3) == [0.0, 30.0, 1.0]


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'{"server_us": "x"}', b"\xff"])
def test_an_answer_that_is_not_ours_is_no_contact(agent: Agent, server: FakeServer, answer: bytes) -> None:
    server.breaks = [lambda _: httpx.Response(200, content=answer)]
    assert steps(agent, 1) == [1.0]
    assert not agent.session.checked_in.is_set()


def test_without_a_token_it_goes_on_asking_with_what_it_has(
    agent: Agent, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.credentials.clear()
    agent.token = None
    steps(agent, 5)
    assert server.enrolled == 0
    assert caplog.text.count("there is no enrolment token") == 1
    server.credentials.add("Bearer c0")
    steps(agent, 1)
    assert agent.session.checked_in.is_set()


def test_a_refused_token_is_told_once(newcomer: Agent, caplog: pytest.LogCaptureFixture) -> None:
    newcomer.token = "wrong"
    assert all(wait >= 1.0 for wait in steps(newcomer, 4))
    assert caplog.text.count("the server answered HTTP 401 to /agent/v1/enroll") == 1


def shut_out(_: httpx.Request) -> httpx.Response:
    return fail(401, "shut_out")


def test_one_that_is_shut_out_says_so_once_keeps_its_batches_and_enrols_not_anew(
    agent: Agent, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        agent.session.checked_in.set()
        agent.add("one")
        server.breaks = [shut_out] * 5
        async with agent.sending():
            await agent.until(lambda: not agent.session.checked_in.is_set())
            assert all([await agent.check_in.step() >= 1.0 for _ in range(4)])
            assert agent.waiting() == 1
            assert await agent.check_in.step() == 0.0
            await agent.until(lambda: agent.waiting() == 0)

    asyncio.run(scenario())
    assert server.rows == ["one"]
    assert server.enrolled == 0
    assert caplog.text.count("HTTP 401") == 1


def conflict(_: httpx.Request) -> httpx.Response:
    return fail(409, "nonce_conflict", "20")


def test_a_claim_that_ends_is_waited_for(agent: Agent, server: FakeServer) -> None:
    server.breaks = [conflict, conflict]
    assert steps(agent, 3) == [20.0, 20.0, 0.0]
    assert server.enrolled == 0
    assert agent.session.checked_in.is_set()


def test_a_claim_that_lasts_makes_a_copy_enrol_anew_and_leave_old_batches_to_the_other(
    tmp_path: Path, server: FakeServer
) -> None:
    path = tmp_path / "spool.db"
    old = Spool(path, epoch=OLD_EPOCH, max_bytes=2**24, now_us=lambda: 0, reach=ignore)
    old.append(REPORTS, 1, msgspec.msgpack.encode(ReportColumns(["of both"])))
    old.close()
    agent = Agent(tmp_path, server)
    agent.add("own")
    server.breaks = [conflict] * 4
    assert steps(agent, 4) == [20.0, 20.0, 20.0, 0.0]
    steps(agent, 1)
    assert server.enrolled == 1
    send_all(agent, [])
    assert server.rows == ["own"]
    assert [kept.reason for kept in agent.spool.quarantined()] == [COPIED]
    agent.spool.close()


def test_a_claim_that_lasts_without_a_token_keeps_asking(
    agent: Agent, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    agent.token = None
    server.breaks = [conflict] * 6
    steps(agent, 6)
    assert server.enrolled == 0
    assert caplog.text.count("nonce_conflict") == 1
    assert not agent.session.checked_in.is_set()


def status_of(name: str, state: RunnerState = RunnerState.RUNNING, *, read: int = 0) -> RunnerStatus:
    return RunnerStatus(name=ConfigName(name), state=state, config_us=1, read=read)


def wanted(version: str) -> dict[str, object]:
    return {"desired": {"version": version, "runners": []}}


def test_what_the_server_wants_is_applied_and_acknowledged_at_once(agent: Agent, server: FakeServer) -> None:
    agent.runs.said = [status_of("a")]
    server.replies = [{}, wanted("v1"), wanted("v1")]
    assert steps(agent, 4) == [0.0, 0.0, 1.0, 1.0]
    assert [state.version for state in agent.runs.taken] == ["v1"]
    assert [checkin.applied for checkin in server.checkins] == ["", "", "v1", "v1"]


def test_runners_go_up_when_they_changed_and_when_the_server_asks(agent: Agent, server: FakeServer) -> None:
    server.replies = [{"next_s": 5.0}, {"next_s": 5.0}, {"want_runners": True, "next_s": 5.0}]
    agent.runs.said = [status_of("a")]
    steps(agent, 4)
    told = [checkin.runners is not None for checkin in server.checkins]
    assert told == [True, False, False, True]


def test_counters_go_up_at_most_every_two_seconds(agent: Agent, server: FakeServer) -> None:
    for read in range(6):
        agent.runs.said = [status_of("a", read=read)]
        steps(agent, 1)
    told = [checkin.runners[0].read for checkin in server.checkins if checkin.runners]
    assert told == [0, 3, 5]


def test_what_a_failed_check_in_said_is_said_again(agent: Agent, server: FakeServer) -> None:
    agent.runs.said = [status_of("a")]
    server.breaks = [unreachable]
    steps(agent, 4)
    assert [checkin.runners is not None for checkin in server.checkins] == [True, False, False]


def test_a_new_agent_tells_its_runners_again(agent: Agent, server: FakeServer) -> None:
    steps(agent, 1)
    server.credentials.clear()
    steps(agent, 3)
    assert server.enrolled == 1
    assert server.checkins[1].runners == []


def test_a_change_of_state_is_told_while_a_check_in_is_held(agent: Agent, server: FakeServer) -> None:
    command = {"id": "k", "kind": "collect"}

    async def scenario() -> None:
        await agent.check_in.step()
        task = asyncio.create_task(agent.check_in.tell())
        agent.runs.said = [status_of("a", RunnerState.FAILED)]
        server.replies = [wanted("v1") | {"commands": [command]}]
        agent.runs.news.set()
        await agent.until(lambda: len(server.checkins) == 3)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    _, told, answer = server.checkins
    assert (told.wait_s, told.runners) == (0.0, [status_of("a", RunnerState.FAILED)])
    assert agent.waits[0] == 2.0
    assert (answer.wait_s, answer.applied, [result.id for result in answer.results]) == (0.0, "v1", ["k"])


def test_nothing_is_told_twice_and_counters_wait_beside_a_held_check_in(
    agent: Agent, server: FakeServer
) -> None:
    async def scenario() -> None:
        await agent.check_in.step()
        agent.runs.said = [status_of("a", read=1)]
        agent.now_s += 10.0
        await agent.check_in.step()
        agent.runs.said = [status_of("a", read=2)]
        agent.runs.news.set()
        task = asyncio.create_task(agent.check_in.tell())
        await agent.until(lambda: not agent.runs.news.is_set())
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert len(server.checkins) == 2
