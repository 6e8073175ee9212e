"""Metric runners: what they send, and what becomes of a machine that cannot be read."""

import asyncio
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard

from muster.agent.clock import Clock
from muster.agent.collect.sample import Sample, sample
from muster.agent.runners.kind import Job
from muster.agent.runners.metric import MetricKind
from muster.agent.runners.parts import Look, open_look
from muster.agent.spool import Spool
from muster.failpoints import ignore
from muster.model.batch import SAMPLES, SampleColumns
from muster.model.desired import ConfigName
from muster.model.ids import Epoch
from muster.model.metric_types import METRIC_TYPES

SEEN = [
    sample("cpu.user_percent", 5.0),
    sample("cpu.system_percent", 6.0),
    sample("disk.used_percent", 50.0, mountpoint="/"),
    sample("disk.used_percent", 60.0, mountpoint="/var"),
    sample("tcp.connections", 3, state="listen"),
    sample("tcp.connections", 4, state="established"),
]


class Machine:
    """Shows `seen`; `gate` closed, a look hangs."""

    def __init__(self) -> None:
        self.types: list[str] = []
        self.seen: list[Sample] = SEEN
        self.broken: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.looks = 0

    def open(self, types: Iterable[str]) -> Callable[[], Look]:
        self.types = list(types)
        return self.look

    def look(self) -> Look:
        self.looks += 1
        assert self.gate.wait(10)
        return Look(9, self.seen, self.broken)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(
        tmp_path / "spool.db", epoch=Epoch("e" * 32), max_bytes=2**24, now_us=lambda: 0, reach=ignore
    )
    yield spool
    spool.close()


async def run(machine: Machine, spool: Spool, config: dict[str, object], *, looks: int = 1) -> Job:
    """Run until the machine was looked at so many times and the last look was waited for."""
    waits: list[float] = []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == looks:
            enough.set()
            await asyncio.Event().wait()

    clock = Clock(lambda: 0, lambda: 0.0, sleep, lambda: 0.0)
    job = Job(ConfigName("m,1"), spool=spool, clock=clock, spooled=lambda _: None)
    await job.take_over(0, lambda db: None)
    task = asyncio.create_task(MetricKind(machine.open, look_s=0.05).run(job, config))
    ready = asyncio.create_task(enough.wait())
    done, _ = await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    ready.cancel()
    if task in done:
        task.result()
    task.cancel()
    await asyncio.wait({task})
    assert set(waits) == {config.get("collect_interval", 30)}
    return job


def sent(spool: Spool) -> dict[tuple[str, str], float]:
    batch = spool.oldest(SAMPLES)
    assert batch is not None
    body = zstandard.ZstdDecompressor().decompress(batch.body)
    columns = msgspec.msgpack.decode(body, type=SampleColumns)
    values = struct.unpack(f"<{len(columns.metrics)}d", columns.values)
    return dict(zip(zip(columns.metrics, columns.labels, strict=True), values, strict=True))


def test_it_sends_what_is_asked_for_under_its_own_name(spool: Spool) -> None:
    machine = Machine()
    config: dict[str, object] = {
        "metric": [
            {"type": "cpu", "attributes": {"cpu_usage_system": False}},
            {"type": "disk", "config": {"mount_points": ["/var"]}},
            {"type": "netstat", "attributes": {"netstat_tcp_listen": "false"}},
            {"type": "mem", "attributes": {"mem_free": True}},
        ],
        "collect_interval": 3,
    }
    job = asyncio.run(run(machine, spool, config, looks=2))
    assert machine.types == ["cpu", "disk", "netstat", "mem"]
    assert sent(spool) == {
        ("cpu.user_percent", r"runner=m\,1"): 5.0,
        ("disk.used_percent", r"mountpoint=/var,runner=m\,1"): 60.0,
        ("tcp.connections", r"runner=m\,1,state=established"): 4.0,
    }
    assert (job.tally.read, job.tally.filtered, job.tally.spooled) == (12, 6, 6)
    assert job.errors == ["mem_free is not measured by this agent"]


def test_what_cannot_be_read_is_said_once_and_the_rest_goes_on(spool: Spool) -> None:
    machine = Machine()
    machine.broken = ["memory"]
    job = asyncio.run(run(machine, spool, {"metric": [{"type": "cpu"}, {"type": "mem"}]}, looks=3))
    assert job.errors == ["cannot read memory"]
    assert job.tally.spooled == 6


def test_a_runner_that_sees_nothing_fails(spool: Spool) -> None:
    machine = Machine()
    machine.seen, machine.broken = [], ["memory"]
    with pytest.raises(OSError, match="cannot read memory"):
        asyncio.run(run(machine, spool, {"metric": [{"type": "mem"}]}))


def test_a_machine_without_the_thing_is_no_failure(spool: Spool) -> None:
    machine = Machine()
    machine.seen = []
    job = asyncio.run(run(machine, spool, {"metric": [{"type": "battery"}]}))
    assert job.tally.spooled == 0


def test_a_look_that_hangs_fails_the_runner_and_is_not_repeated_beside_it(spool: Spool) -> None:
    machine = Machine()
    machine.gate.clear()
    kind = MetricKind(machine.open, look_s=0.05)
    clock = Clock(lambda: 0, lambda: 0.0, asyncio.sleep, lambda: 0.0)
    job = Job(ConfigName("m"), spool=spool, clock=clock, spooled=lambda _: None)

    async def scenario() -> None:
        for message in ("a look at the machine takes longer", "an earlier look at the machine"):
            with pytest.raises(TimeoutError, match=message):
                await kind.run(job, {"metric": [{"type": "cpu"}]})
        assert machine.looks == 1
        machine.gate.set()

    asyncio.run(scenario())


def test_types_without_a_collector_are_named() -> None:
    kind = MetricKind()
    assert kind.check({"metric": [{"type": "cpu"}]}) == []
    assert kind.check({"metric": [{"type": "http"}]}) == [
        "this agent has no collector for the metric type 'http'"
    ]
    assert "did you mean cpu" in kind.check({"metric": [{"type": "cpuu"}]})[0]


@pytest.mark.parametrize("name", [name for name in METRIC_TYPES if name not in ("temperature", "battery")])
def test_each_type_gives_metrics_of_its_table_on_this_machine(name: str) -> None:
    look = open_look([name])
    seen = look()
    assert seen.broken == []
    assert {one.metric for one in seen.samples} & METRIC_TYPES[name].metrics
