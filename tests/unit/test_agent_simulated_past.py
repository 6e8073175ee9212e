"""The past of made-up machines: whole, in the ledger, and never stored twice."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zstandard

from muster.agent.identity import Identity
from muster.agent.link import Link
from muster.agent.outcome import Answer, Outcome
from muster.agent.simulated.machine import SimulatedMachine
from muster.agent.simulated.past import CHUNK, Past, looks_first, plan
from muster.agent.simulated.story import FILLING, LEAKING, SPIKING, Story
from muster.agent.spooled import SpooledBatch
from muster.model.batch import SAMPLES, SampleColumns
from muster.model.ids import AgentId

SINCE_S = 1_790_000_000
DAY_S = 86_400
IDENTITY = Identity(agent_id=AgentId("a" * 32), credential="c", server="s")


class Crash(Exception):
    """The process ends."""


class Server(Link):
    """Keeps what comes, by its key; ends the process when it has stored `until` batches."""

    def __init__(self, until: int = 1 << 30) -> None:
        self.stored: dict[object, str] = {}
        self.times: list[int] = []
        self.rows = 0
        self.until = until

    async def send(self, credential: str, batch: SpooledBatch) -> Answer:
        await asyncio.sleep(0)
        if batch.key in self.stored:
            assert self.stored[batch.key] == batch.sha256
            return Answer(Outcome.DONE)
        self.stored[batch.key] = batch.sha256
        body = zstandard.ZstdDecompressor().decompress(batch.body)
        self.times.append(msgspec.msgpack.decode(body, type=SampleColumns).ts_us // 1_000_000)
        self.rows += batch.rows
        if len(self.stored) == self.until:
            raise Crash
        return Answer(Outcome.DONE)


def machine() -> SimulatedMachine:
    return SimulatedMachine(3, story=Story(SINCE_S))


def send(path: Path, server: Server) -> Past:
    past = Past(machine(), path, since_s=SINCE_S, days=2)
    asyncio.run(past.send(server, IDENTITY, is_dense=False))
    return past


def test_no_look_is_planned_twice_and_the_newest_are_first() -> None:
    drawn, dense = plan(SINCE_S, 7)
    times = [at_s for chunk in (*drawn, *dense) for at_s in chunk] + looks_first(SINCE_S)
    assert len(times) == len(set(times))
    assert max(times) < SINCE_S
    assert min(times) == SINCE_S - 7 * DAY_S
    assert max(drawn[0]) == SINCE_S - 10
    assert all(len(chunk) <= CHUNK for chunk in (*drawn, *dense))
    assert [max(chunk) for chunk in dense[:20]] == sorted((max(chunk) for chunk in dense[:20]), reverse=True)


@pytest.mark.parametrize(("span_s", "step_s"), [(900, 10), (3_600, 20), (21_600, 80), (DAY_S, 300)])
def test_each_place_of_a_chart_has_a_look(span_s: int, step_s: int) -> None:
    drawn, _ = plan(SINCE_S, 7)
    times = [at_s for chunk in drawn for at_s in chunk] + looks_first(SINCE_S)
    places = {(SINCE_S - at_s - 1) // step_s for at_s in times if at_s >= SINCE_S - span_s}
    assert places == set(range(span_s // step_s))


def test_a_past_that_was_interrupted_is_sent_again_and_stored_once(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    server = Server(until=250)
    with pytest.raises(Crash):
        send(path, server).close()
    send(path, server).close()
    drawn, _ = plan(SINCE_S, 2)
    assert sorted(server.times) == sorted(at_s for chunk in drawn for at_s in chunk)
    before = len(server.stored)
    past = send(path, server)
    assert len(server.stored) == before
    (ledger,) = [one for one in past._spool.ledger() if one.stream == SAMPLES]
    assert ledger.acknowledged == server.rows
    assert ledger.waiting == ledger.collected - ledger.acknowledged
    past.close()


def test_what_the_agent_sends_first_is_spooled_once(tmp_path: Path) -> None:
    def waiting() -> dict[str, int]:
        past = Past(machine(), tmp_path / "spool.db", since_s=SINCE_S, days=2)
        found = {str(one.stream): one.waiting for one in past._spool.ledger()}
        past.close()
        return found

    first = waiting()
    assert first["reports"] == 2 * DAY_S // 600
    assert first["inventory"] == 2 * DAY_S // (6 * 3_600)
    assert first["samples"] > 34 * 40
    assert waiting() == first


@pytest.mark.parametrize(
    ("number", "metric", "is_so"),
    [
        (SPIKING, "cpu.used_percent", lambda at: at(-60 * 60) > at(-40 * 60) + 30 < at(-60 * 60)),
        (FILLING, "disk.used_percent", lambda at: 90 < at(0) < 93 and at(-DAY_S) < at(0) - 1.5),
        (LEAKING, "memory.used_percent", lambda at: at(0) > at(-DAY_S) + 15),
    ],
)
def test_something_happens(
    number: int, metric: str, is_so: Callable[[Callable[[float], float]], bool]
) -> None:
    subject = SimulatedMachine(number, story=Story(SINCE_S))

    def at(since_s: float) -> float:
        (value,) = [one.value for one in subject.samples_at(SINCE_S + since_s) if one.metric == metric]
        return value

    assert is_so(at)
