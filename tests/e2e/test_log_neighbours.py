"""Many log runners in one agent and on one server, and runners that must not harm the others."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_logs import LINE, PATTERN, Logs
from tests.processes import Site, wait_for

RUNNERS = 50
LINES = 40

Config = dict[str, Any]
Hazard = Callable[[Path], Config]

_serial = count()


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logs]:
    with Site(tmp_path_factory.mktemp("neighbours")) as site:
        site.start()
        logs = Logs(site, tmp_path_factory.mktemp("agent"))
        yield logs
        logs.stop()


def numbered(first: int, last: int) -> str:
    return "".join(LINE.format(number=number, host=number % 250) + "\n" for number in range(first, last))


def reading(path: Path, **options: Any) -> Config:
    return {
        "reader": {"mode": "file", "log_path": str(path), **options},
        "parser": {"type": "grok", "grok_patterns": PATTERN},
        "batch_interval": "1",
    }


def test_fifty_runners_of_one_agent_store_each_line_once(logs: Logs, tmp_path: Path) -> None:
    names = [f"many-{number:02}" for number in range(RUNNERS)]
    for name in names:
        (tmp_path / name).write_text(numbered(0, LINES))
        logs.push(name, reading(tmp_path / name))
    for name in names:
        with (tmp_path / name).open("a") as file:
            file.write(numbered(LINES, 2 * LINES))
    for name in names:
        wait_for(f"rows of {name}", lambda name=name: len(logs.rows(name)) >= 2 * LINES, 60)
    whole = Counter(range(2 * LINES))
    assert {name: found for name in names if (found := logs.numbers(name)) != whole} == {}


def hostile_pattern(path: Path) -> Config:
    """Return what takes an engine that goes back over the line longer than the world has."""
    path.write_text(("a" * 100_000 + "!\n") * 20)
    return reading(path) | {"parser": {"type": "grok", "grok_patterns": "^(?P<x>(?:(?:a|aa|a+)+)+)b$"}}


def endless_line(path: Path) -> Config:
    path.write_bytes(b"x" * 64 * 1024 * 1024)
    return reading(path)


def sparse_file(path: Path) -> Config:
    """Return five gigabytes that are mostly a hole."""
    path.write_text(numbered(0, 3))
    os.truncate(path, 5 * 10**9)
    return reading(path)


def binary_file(path: Path) -> Config:
    path.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9) + bytes(range(256)) * 40_000)
    return reading(path)


def fifo(path: Path) -> Config:
    os.mkfifo(path)
    return reading(path)


def vanished_directory(path: Path) -> Config:
    path.mkdir()
    (path / "a.log").write_text(numbered(0, 3))
    return reading(path) | {"reader": {"mode": "dir", "log_path": str(path)}}


HAZARDS = (hostile_pattern, endless_line, sparse_file, binary_file, fifo, vanished_directory)


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda each: each.__name__.replace("_", "-"))
def test_a_runner_in_trouble_harms_no_other(logs: Logs, tmp_path: Path, hazard: Hazard) -> None:
    serial = next(_serial)
    good, bad = f"good-{serial}", f"bad-{serial}"
    file = tmp_path / "good.log"
    file.write_text(numbered(0, LINES))
    logs.push(good, reading(file))
    logs.push(bad, hazard(tmp_path / "bad"))
    wait_for("the runner in trouble", lambda: logs.status(bad), 40)
    if hazard is vanished_directory:
        wait_for("its rows", lambda: len(logs.rows(bad)) == 3, 40)
        shutil.rmtree(tmp_path / "bad")
    with file.open("a") as more:
        more.write(numbered(LINES, 2 * LINES))
    wait_for("the other's rows", lambda: len(logs.rows(good)) >= 2 * LINES, 60)
    assert logs.numbers(good) == Counter(range(2 * LINES))
    assert logs.agent.alive


@pytest.mark.parametrize(
    ("hazard", "reason"), [(binary_file, "not text"), (fifo, "not a file")], ids=["binary-file", "fifo"]
)
def test_a_runner_says_why_it_leaves_a_file_alone(
    logs: Logs, tmp_path: Path, hazard: Hazard, reason: str
) -> None:
    name = f"told-{next(_serial)}"
    logs.push(name, hazard(tmp_path / "bad"))
    wait_for(f"the reason: {reason}", lambda: reason in str(logs.status(name)), 40)


def test_an_endless_line_is_counted_and_lines_behind_it_are_stored(logs: Logs, tmp_path: Path) -> None:
    name = f"endless-{next(_serial)}"
    path = tmp_path / "endless.log"
    logs.push(name, endless_line(path))
    wait_for("the line given up", lambda: (logs.status(name) or {}).get("failed") == 1, 60)
    with path.open("a") as file:
        file.write("\n" + numbered(0, LINES))
    wait_for("rows behind it", lambda: len(logs.rows(name)) >= LINES, 60)
    assert logs.numbers(name) == Counter(range(LINES))
