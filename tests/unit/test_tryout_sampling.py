"""Lines that an agent lends: the newest of real files, within its own settings, and nothing moves."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from muster.pipeline.tryout.messages import Failure, Lines, Sampled
from muster.pipeline.tryout.sampling import Errand, answer


def ask(config: dict[str, Any], *, allow: str = "/", max_lines: int = 3) -> Sampled | Failure:
    said = answer(msgspec.json.encode(Errand(config, max_lines, [allow])))
    return msgspec.json.decode(said[1:], type=Sampled if said[:1] == b"+" else Failure)


def of_file(path: Path, **reader: Any) -> dict[str, Any]:
    return {"reader": {"mode": "file", "log_path": str(path), **reader}}


@pytest.mark.parametrize("read_from", ["oldest", "newest"])
def test_the_last_lines_of_a_long_file(tmp_path: Path, read_from: str) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"line {n}\n" for n in range(200_000)) + "not whole")
    found = ask(of_file(path, read_from=read_from))
    assert found == Sampled(lines=[Lines(str(path), [f"line {n}" for n in range(199_997, 200_000)])])


def test_entries_of_several_lines_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"{n} head\n  more\n" for n in range(100_000)))
    found = ask(of_file(path, head_pattern="^\\d"), max_lines=100_000)
    assert isinstance(found, Sampled)
    entries = found.lines[0].lines
    assert 1000 < len(entries) < 100_000
    assert {entry.partition(" ")[2] for entry in entries} == {"head\n  more"}
    assert entries[-1].startswith("99999 ")


def test_several_files_are_read_newest_last_and_odd_ones_named(tmp_path: Path) -> None:
    for at_s, name in enumerate(["old", "new"]):
        (tmp_path / f"{name}.log").write_text(f"{name} 1\n{name} 2\n")
        os.utime(tmp_path / f"{name}.log", (1e9 + at_s, 1e9 + at_s))
    (tmp_path / "binary.log").write_bytes(b"\1\0\2\n")
    os.mkfifo(tmp_path / "fifo.log")
    (tmp_path / "empty.log").touch()
    found = ask({"reader": {"mode": "tailx", "log_path": f"{tmp_path}/*.log"}})
    assert isinstance(found, Sampled)
    assert [(Path(x.source).name, x.lines) for x in found.lines] == [
        ("old.log", ["old 2"]),
        ("new.log", ["new 1", "new 2"]),
    ]
    assert sorted(note.removeprefix(f"{tmp_path}/") for note in found.notes) == [
        "binary.log: not text",
        "fifo.log: cannot read: not a file",
    ]


def test_nothing_there_is_said(tmp_path: Path) -> None:
    found = ask(of_file(tmp_path / "a.log"))
    assert found == Sampled(notes=[f"{tmp_path}/a.log: there is nothing to read, or no whole line"])


@pytest.mark.parametrize("mode", ["file", "tailx", "dir", "fileauto"])
def test_what_the_settings_forbid_is_refused(tmp_path: Path, mode: str) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.log").write_text("x\n")
    (tmp_path / "free").mkdir()
    (tmp_path / "free" / "link.log").symlink_to(secret / "a.log")
    paths = {"file": "free/link.log", "tailx": "free/*.log", "dir": "secret", "fileauto": "secret/*"}
    reader = {"mode": mode, "log_path": str(tmp_path / paths[mode])}
    found = ask({"reader": reader}, allow=str(tmp_path / "free"))
    assert isinstance(found, Failure)
    assert found.message.endswith("the agent's own settings do not allow it (agent.allow_paths)")


def test_other_files_of_the_configuration_come_along_if_they_may(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("x\n")
    (tmp_path / "patterns").write_text("MINE x")
    parser = {"type": "grok", "grok_patterns": "%{MINE:m}"}
    config = of_file(tmp_path / "a.log")
    own = {"parser": parser | {"grok_custom_pattern_files": str(tmp_path / "patterns")}}
    found = ask(config | own, allow=str(tmp_path))
    assert isinstance(found, Sampled)
    assert found.files == {str(tmp_path / "patterns"): "MINE x"}
    foreign = {"parser": parser | {"grok_custom_pattern_files": "/etc/passwd"}}
    refused = ask(config | foreign, allow=str(tmp_path))
    assert isinstance(refused, Failure)
    assert refused.message.startswith("/etc/passwd: the agent's own settings do not allow it")


def test_a_reader_of_what_comes_has_no_sample() -> None:
    found = ask({"reader": {"mode": "socket", "socket_service_address": "tcp://127.0.0.1:0"}})
    assert isinstance(found, Failure)
    assert "paste some" in found.message
