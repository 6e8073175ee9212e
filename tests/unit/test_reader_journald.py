"""The reader of the journal, with a program in place of journalctl."""

import json
import os
from pathlib import Path
from typing import Any, Literal

import pytest

from muster.errors import InvalidInput
from muster.pipeline.readers.journald import CURSOR, SAMPLED, Journal, JournaldSpec, to_row
from muster.pipeline.readers.reader import Haul, Place
from tests.processes import wait_for

ENTRY = {
    "__CURSOR": "s=1",
    "__REALTIME_TIMESTAMP": "1700000000000001",
    "PRIORITY": "3",
    "MESSAGE": "disk failed",
    "_SYSTEMD_UNIT": "disk.service",
    "_PID": "7",
    "_SOMETHING": "else",
}


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where to write what `journalctl` shows; its arguments are in `arguments` beside it."""
    program = tmp_path / "journalctl"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat {tmp_path}/shown\nexec sleep 60\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path / "shown"


def show(journal: Path, *entries: dict[str, Any]) -> None:
    journal.write_text("".join(json.dumps(each) + "\n" for each in entries))


def read(reader: Journal, rows: int) -> Haul:
    haul = Haul()

    def enough() -> bool:
        haul.add(reader.read(100_000))
        return haul.rows >= rows

    wait_for("entries", enough)
    return haul


def test_entries_become_objects_and_move_the_cursor(journal: Path) -> None:
    show(journal, ENTRY, {**ENTRY, "__CURSOR": "s=2", "_SYSTEMD_UNIT": "other.service"})
    reader = JournaldSpec(units="disk.service, other.service").open({}, Place())
    try:
        haul = read(reader, 2)
    finally:
        reader.close()
    assert [segment.source for segment in haul.segments] == ["disk.service", "other.service"]
    assert json.loads(haul.segments[0].lines[0]) == {
        "timestamp": "1700000000000001",
        "message": "disk failed",
        "unit": "disk.service",
        "pid": "7",
        "level": "error",
    }
    assert haul.positions == {CURSOR: "s=2"}
    arguments = (journal.parent / "arguments").read_text().split()
    assert {"--follow", "--output=json", "--lines=0", "--unit=disk.service"} <= set(arguments)


def test_an_empty_journal_is_waited_for(journal: Path) -> None:
    show(journal)
    reader = JournaldSpec(units="disk.service").open({}, Place())
    try:
        assert reader.read(100_000).waits_for == "waits for entries of disk.service: there is none yet"
    finally:
        reader.close()
    show(journal, ENTRY)
    reader = JournaldSpec().open({}, Place())
    try:
        assert read(reader, 1).waits_for == ""
    finally:
        reader.close()


def test_it_goes_on_behind_the_cursor(journal: Path) -> None:
    show(journal, ENTRY)
    reader = JournaldSpec().open({CURSOR: "s=0"}, Place())
    try:
        read(reader, 1)
    finally:
        reader.close()
    assert "--after-cursor=s=0" in (journal.parent / "arguments").read_text().split()


def test_the_end_of_journalctl_is_an_error(journal: Path) -> None:
    (journal.parent / "journalctl").write_text("#!/bin/sh\necho no journal >&2\nexit 1\n")
    reader = JournaldSpec().open({}, Place())
    try:
        with pytest.raises(OSError, match="no journal"):
            read(reader, 1)
    finally:
        reader.close()


def test_a_machine_without_journalctl_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InvalidInput, match="no journalctl"):
        JournaldSpec().open({}, Place())


def test_a_message_that_is_no_text_is_read() -> None:
    assert to_row({"MESSAGE": [104, 105, 255], "PRIORITY": "9"}) == {"message": "hi�"}


@pytest.mark.parametrize("read_from", ["oldest", "newest"])
def test_a_sample_is_of_the_last_entries(journal: Path, read_from: Literal["oldest", "newest"]) -> None:
    show(journal, ENTRY, {**ENTRY, "MESSAGE": "again"})
    haul = JournaldSpec(read_from=read_from).sample(Place(), 100_000)
    assert [json.loads(line)["message"] for line in haul.segments[0].lines] == ["disk failed", "again"]
    arguments = (journal.parent / "arguments").read_text().split()
    assert f"--lines={SAMPLED}" in arguments
