"""The agent's parts together: collecting at its interval, failing alone, stopping at once."""

import asyncio
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from pathlib import Path

import httpx
import msgspec
import pytest

from muster.agent.clock import Clock, system_clock
from muster.agent.collect.sample import sample
from muster.agent.collect.snapshot import Snapshot
from muster.agent.collecting import Collecting, to_batches
from muster.agent.link import Link
from muster.agent.runtime import Runtime, keep_running
from muster.agent.spool import Spool
from muster.agent.thread import in_thread
from muster.agent.ticks import seconds_to_tick
from muster.failpoints import ignore
from muster.model.batch import INVENTORY, REPORTS, SAMPLES, InventoryColumns, ReportColumns, SampleColumns
from muster.model.desired import Watch
from muster.model.ids import CommandId, Epoch, StreamName
from muster.model.inventory import Inventory, parse_inventory
from muster.model.link import Command
from muster.model.report import OsInfo, Ports, Report, parse_report
from muster.settings import AgentSettings

INVENTORY_OF_H = Inventory(ts_us=1, hostname="h", system="s", user="u", boot_time_s=0)
OS = OsInfo(machine="m", node="n", processor="", release="r", system="s", version="v")


def report(number: int) -> Report:
    return Report(
        boot_time=1,
        cpu=1.5,
        date=number,
        disk_space={"/": 10.0},
        id=f"r{number}",
        memory=2.5,
        os=OS,
        ports=Ports([80], [81]),
        process={"Init": [1]},
    )


class Collector:
    def __init__(self) -> None:
        self.made = 0
        self.failures = 0
        self.gate = threading.Event()
        self.gate.set()
        self.inside = 0
        self.most_inside = 0
        self.inventories: list[bool] = []

    def collect(self) -> Report:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            assert self.gate.wait(10)
            if self.failures:
                self.failures -= 1
                raise RuntimeError("no such device")
            self.made += 1
            return report(self.made)
        finally:
            self.inside -= 1

    def watch(self, watch: Watch) -> None:
        pass

    def look(self, *, with_inventory: bool) -> Snapshot:
        self.inventories.append(with_inventory)
        inventory = INVENTORY_OF_H if with_inventory else None
        return Snapshot(1, self.collect(), [sample("load.1m", 0.5), sample("load.5m", 2)], inventory)


class Sink:
    def __init__(self) -> None:
        self.written: list[str] = []
        self.full = False

    def write(self, report: Report) -> None:
        if self.full:
            raise OSError("disk full")
        self.written.append(report.id)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 the condition is in other threads' hands
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("since_s", "wait_s"), [(0.0, 10.0), (0.25, 9.75), (9.5, 0.5), (10.0, 10.0), (34.0, 6.0)]
)
def test_ticks_keep_their_rhythm_and_missed_ones_are_skipped(since_s: float, wait_s: float) -> None:
    assert seconds_to_tick(since_s, 10.0) == wait_s


class Scene:
    """Collecting with a clock that stops at each wait until it is told to go on."""

    def __init__(self, directory: Path) -> None:
        self.now_s = 0.0
        self.waits: list[float] = []
        self.go_on = asyncio.Event()
        self.collector = Collector()
        self.sink = Sink()
        self.spooled = 0
        self.spool = Spool(
            directory / "spool.db", epoch=Epoch("e" * 32), max_bytes=2**24, now_us=lambda: 0, reach=ignore
        )
        self.clock = Clock(lambda: 0, lambda: self.now_s, self.sleep, lambda: 0.0)
        self.collecting = Collecting(
            collector=self.collector,
            spool=self.spool,
            sink=self.sink,
            interval_s=10.0,
            inventory_interval_s=20.0,
            clock=self.clock,
            spooled=self.count,
        )

    def count(self, _: Collection[StreamName]) -> None:
        self.spooled += 1

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await self.go_on.wait()
        self.go_on.clear()
        self.now_s += seconds


def test_collects_at_once_and_then_at_each_tick(tmp_path: Path) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path)
        task = asyncio.create_task(scene.collecting.run())
        for count in (1, 2, 3):
            await until(lambda count=count: len(scene.waits) == count)  # type: ignore[misc]
            assert scene.spooled == count
            scene.sink.full = count == 1
            scene.go_on.set()
        task.cancel()
        await asyncio.wait({task})
        assert scene.waits[:3] == [10.0, 10.0, 10.0]
        assert scene.sink.written == ["r1", "r3"]
        batch = scene.spool.oldest(REPORTS)
        assert batch is not None
        assert batch.rows == 1
        scene.spool.close()

    asyncio.run(scenario())


def test_without_an_interval_of_the_fleet_samples_keep_the_agents_own(tmp_path: Path) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path)
        task = asyncio.create_task(scene.collecting.run())
        await until(lambda: len(scene.waits) == 1)
        scene.collecting.set_samples_interval(0.0)
        scene.go_on.set()
        await until(lambda: len(scene.waits) == 2)
        scene.collecting.set_samples_interval(5.0)
        await until(lambda: len(scene.waits) == 3)
        scene.collecting.set_samples_interval(0.0)
        await until(lambda: len(scene.waits) == 4)
        task.cancel()
        await asyncio.wait({task})
        assert scene.waits == [10.0, 10.0, 5.0, 10.0]
        scene.spool.close()

    asyncio.run(scenario())


def test_a_snapshot_becomes_a_batch_of_each_stream() -> None:
    snapshot = Collector().look(with_inventory=True)
    reports, samples, inventory = to_batches(snapshot)
    assert [batch.stream for batch in (reports, samples, inventory)] == [REPORTS, SAMPLES, INVENTORY]
    assert [batch.rows for batch in (reports, samples, inventory)] == [1, 2, 1]
    (text,) = msgspec.msgpack.decode(reports.body, type=ReportColumns).report
    assert parse_report(text) == snapshot.report
    columns = msgspec.msgpack.decode(samples.body, type=SampleColumns)
    assert (columns.ts_us, columns.metrics, columns.labels) == (1, ["load.1m", "load.5m"], ["", ""])
    assert struct.unpack("<2d", columns.values) == (0.5, 2.0)
    (text,) = msgspec.msgpack.decode(inventory.body, type=InventoryColumns).inventory
    assert parse_inventory(text) == INVENTORY_OF_H


def test_a_snapshot_without_samples_and_inventory_is_a_report() -> None:
    (batch,) = to_batches(Snapshot(1, report(1), []))
    assert batch.stream == REPORTS


@pytest.mark.parametrize("late_s", [0.0, 0.3])
def test_an_inventory_is_made_with_the_ticks_that_are_nearest_to_its_interval(
    tmp_path: Path, late_s: float
) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path)
        task = asyncio.create_task(scene.collecting.run())
        for count in range(1, 6):
            await until(lambda count=count: len(scene.waits) == count)  # type: ignore[misc]
            scene.now_s += late_s if count == 2 else 0.0
            scene.go_on.set()
        await until(lambda: len(scene.waits) == 6)
        task.cancel()
        await asyncio.wait({task})
        assert scene.collector.inventories == [True, False, True, False, True, False]
        scene.spool.close()

    asyncio.run(scenario())


def test_a_command_waits_for_the_collection_that_runs(tmp_path: Path) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path)
        scene.collector.gate.clear()
        command = Command(id=CommandId("k"), kind="collect")
        both = asyncio.gather(scene.collecting.collect(), scene.collecting.run_command(command))
        await until(lambda: scene.collector.inside == 1)
        scene.collector.gate.set()
        first, result = await both
        assert scene.collector.most_inside == 1
        assert result.ok
        assert first.id == "r1"
        assert result.report is not None
        assert parse_report(result.report) == report(2)
        assert scene.spool.oldest(REPORTS) is None
        scene.spool.close()

    asyncio.run(scenario())


def test_a_command_that_fails_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path)
        scene.collector.failures = 1
        result = await scene.collecting.run_command(Command(id=CommandId("k"), kind="collect"))
        assert (result.ok, result.message) == (False, "collecting failed: no such device")
        scene.spool.close()

    asyncio.run(scenario())


def test_a_command_of_a_newer_server_is_answered_not_understood(tmp_path: Path) -> None:
    async def scenario() -> None:
        scene = Scene(tmp_path)
        result = await scene.collecting.run_command(Command(id=CommandId("k"), kind="dance"))
        assert (result.ok, result.message) == (False, "this agent is too old for the command")

    asyncio.run(scenario())


def test_a_part_that_fails_is_started_again_after_a_while(caplog: pytest.LogCaptureFixture) -> None:
    waits: list[float] = []
    failures = iter([RuntimeError("one"), RuntimeError("two")])

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def part() -> None:
        error = next(failures, None)
        if error is None:
            raise asyncio.CancelledError
        raise error

    async def scenario() -> None:
        with pytest.raises(asyncio.CancelledError):
            await keep_running("part", part, Clock(lambda: 0, lambda: 0.0, sleep, lambda: 1.0))

    asyncio.run(scenario())
    assert waits == [2.0, 4.0]
    assert "part failed" in caplog.text


def test_what_a_thread_raises_is_raised_by_the_wait() -> None:
    def fail() -> None:
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        asyncio.run(in_thread(fail))
    assert asyncio.run(in_thread(lambda: 3)) == 3


def open_runtime(directory: Path, answer: Callable[[httpx.Request], object], collector: Collector) -> Runtime:
    return Runtime(
        settings=AgentSettings(interval_s=1),
        data=directory,
        link=Link("http://server", transport=httpx.MockTransport(answer)),  # type: ignore[arg-type]
        collector=collector,
        sink=None,
        read_token=lambda: "token",
        reach=ignore,
        clock=system_clock(),
    )


def test_a_whole_agent_enrols_collects_sends_and_stops_while_a_poll_is_held(tmp_path: Path) -> None:
    stored: list[str] = []
    held: list[bool] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/agent/v1/enroll":
            return httpx.Response(201, json={"agent_id": "a" * 32, "credential": "c"})
        if request.url.path == "/agent/v1/batches":
            stored.append(request.url.params["sequence"])
            return httpx.Response(204)
        if msgspec.json.decode(request.content)["wait_s"]:
            held.append(True)
            await asyncio.Event().wait()
        return httpx.Response(200, json={"server_us": 1})

    async def scenario() -> float:
        stop = asyncio.Event()
        collector = Collector()
        running = asyncio.create_task(open_runtime(tmp_path, answer, collector).run(stop))
        await until(lambda: bool(stored and held))
        collector.gate.clear()
        began_s = asyncio.get_running_loop().time()
        stop.set()
        await running
        collector.gate.set()
        return asyncio.get_running_loop().time() - began_s

    assert asyncio.run(scenario()) < 2.0
    assert stored[0] == "1"


def test_without_a_server_reports_wait_in_the_spool(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    async def scenario() -> None:
        stop = asyncio.Event()
        collector = Collector()
        running = asyncio.create_task(open_runtime(tmp_path, answer, collector).run(stop))
        await until(lambda: collector.made == 2)
        stop.set()
        await running

    asyncio.run(scenario())
    spool = Spool(
        tmp_path / "spool.db", epoch=Epoch("f" * 32), max_bytes=2**24, now_us=lambda: 0, reach=ignore
    )
    ledgers = spool.ledger()
    assert [ledger.stream for ledger in ledgers] == [INVENTORY, REPORTS, SAMPLES]
    assert all(ledger.waiting == ledger.collected > 0 for ledger in ledgers)
    spool.close()


def test_the_agent_loads_nothing_heavy() -> None:
    program = (
        "import sys, muster.cli.agent, muster.agent.outside, muster.agent.link, muster.agent.runtime\n"
        "heavy = {'rich', 'pygments', 'pyarrow', 'sqlalchemy', 'litestar', 'uvicorn', 'cryptography', 'h2'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
