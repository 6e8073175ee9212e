"""Log runners of made-up machines: real but for the files, which are functions of the time."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from muster.agent.simulated.lines import FILES, iter_lines
from muster.agent.simulated.log_kind import SimulatedSampling
from muster.agent.simulated.log_reader import LOOK_S, MadeUpReader, MadeUpRunner
from muster.agent.simulated.machine import SimulatedMachine
from muster.agent.simulated.story import FAILING, Story
from muster.cli.demo_story import CONFIGS, GATEWAY, tags_of
from muster.model.ids import CommandId
from muster.model.link import SAMPLE, Command
from muster.pipeline.readers.reader import Haul

NOW_S = 1_790_000_000
ACCESS = "/var/log/nginx/access.log"
MACHINES = [SimulatedMachine(number, story=Story(NOW_S)) for number in range(1, 13)]
WEB = MACHINES[4]


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = float(NOW_S)

    def __call__(self) -> float:
        return self.now_s


def reader(time: Time, until_s: float = NOW_S - 3_600) -> MadeUpReader:
    return MadeUpReader(WEB, ACCESS, until_s, time, time)


def lines_of(haul: Haul) -> list[str]:
    return [line for segment in haul.segments for line in segment.lines.to_list()]


def test_what_was_read_is_not_read_again_whatever_the_pieces() -> None:
    time = Time()
    whole = lines_of(reader(time).read(1 << 20))
    pieces: list[str] = []
    position = NOW_S - 3_600.0
    while haul := reader(time, position).read(2_000):
        if not haul.rows:
            break
        pieces += lines_of(haul)
        position = float(haul.positions["read_until_s"] or 0)
    assert len(whole) > 300
    assert pieces == whole


def test_a_file_goes_on_while_it_is_read() -> None:
    time = Time()
    one = reader(time)
    first = lines_of(one.read(1 << 20))
    assert not one.read(1 << 20).rows
    time.now_s += 60 + LOOK_S
    later = lines_of(one.read(1 << 20))
    assert later
    assert not set(first) & set(later)
    time.now_s -= 30
    assert not lines_of(reader(time, NOW_S + 60 + LOOK_S).read(1 << 20))


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.hostname)
def test_each_line_is_parsed_by_the_demos_configurations(machine: SimulatedMachine) -> None:
    tags = set(tags_of(machine.hostname))
    wanted = {
        name: config for name, (tag, _, config) in CONFIGS.items() if tag in tags and "reader" in config
    }
    assert wanted
    for name, config in wanted.items():

        def runner(config: dict[str, Any] = config) -> MadeUpRunner:
            now = datetime.fromtimestamp(NOW_S + 600, UTC)
            return MadeUpRunner(config, {}, machine=machine, since_s=NOW_S - 7_200, now=lambda: now, tags={})

        if name == "sign-ins":
            assert machine.hostname == GATEWAY
            with pytest.raises(PermissionError, match="Permission denied"):
                runner()
            continue
        opened = runner()
        haul = opened.reader.read(1 << 20)
        made = opened.make(haul)
        assert made.tally.read == haul.rows > 50
        assert made.tally.failed == made.tally.filtered == 0


def test_one_service_fails_from_its_change_on() -> None:
    failing = MACHINES[FAILING - 1]
    file = FILES["web"]["/var/log/shop/shop.log"]

    def errors(machine: SimulatedMachine, from_s: float) -> int:
        found = iter_lines(file, machine.file_key("shop"), from_s, from_s + 600, machine.fails)
        return sum('"level":"error"' in line for _, line in found)

    assert errors(failing, NOW_S + 120) > 100
    assert errors(failing, NOW_S - 3_600) < 5
    assert errors(WEB, NOW_S + 120) < 5


def test_a_draft_is_tried_with_lines_of_the_machine() -> None:
    def sample(path: str) -> Any:
        draft = {"config": {"reader": {"mode": "tailx", "log_path": path}}, "max_lines": 7}
        command = Command(id=CommandId("1"), kind=SAMPLE, argument=msgspec.json.encode(draft).decode())
        return asyncio.run(SimulatedSampling(WEB, lambda: NOW_S).run_command(command))

    said = msgspec.json.decode(sample(ACCESS).report)
    assert [(each["source"], len(each["lines"])) for each in said["lines"]] == [(ACCESS, 7)]
    assert not sample("/etc/passwd").ok
