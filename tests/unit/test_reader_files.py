"""Readers of files: each line once, whatever is done to the files."""

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from muster.errors import MusterError
from muster.pipeline.readers.following import Following
from muster.pipeline.readers.reader import Haul, Place
from muster.pipeline.spec import READER, read_component


class Reading:
    """A reader, a clock that is set by hand, and the positions that were stored last."""

    def __init__(self, mode: str, path: object, **options: Any) -> None:
        self.options = {"mode": mode, "log_path": str(path), **options}
        self.positions: dict[str, str] = {}
        self.now_s = 2e9
        self.place = Place(max_line_bytes=100, now_s=lambda: self.now_s, monotonic_s=lambda: self.now_s)
        self.reader: Following | None = None
        self.troubles: list[str] = []
        self.too_long = 0

    def read(self, *, later_s: float = 1.0, max_bytes: int = 10_000) -> list[str]:
        """Return the lines of one look, after a time, stored with their positions."""
        self.now_s += later_s
        reader = self.reader = self.reader or self.open()
        haul = reader.read(max_bytes)
        self.store(haul)
        return [line for segment in haul.segments for line in segment.lines]

    def all(self) -> list[str]:
        """Return lines until there are no more, and files that ended are let go."""
        found = [line for _ in range(6) for line in self.read()]
        return found + self.read(later_s=10) + self.read()

    def open(self) -> Following:
        spec, problems = read_component(READER, self.options, "reader")
        assert not problems
        assert spec is not None
        return spec.open(self.positions, self.place)  # type: ignore[attr-defined, no-any-return]

    def store(self, haul: Haul) -> None:
        changed: Mapping[str, str | None] = haul.positions
        self.positions |= {key: text for key, text in changed.items() if text is not None}
        for key in (key for key, text in changed.items() if text is None):
            self.positions.pop(key, None)
        self.troubles += haul.troubles
        self.too_long += haul.too_long

    def restart(self) -> None:
        """Begin again from the stored positions, as after kill -9."""
        if self.reader is not None:
            self.reader.close()
        self.reader = None


def append(path: Path, *lines: str) -> None:
    with path.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


@pytest.fixture(params=[False, True], ids=["running", "restarted"])
def restarts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_lines_that_come_are_read_once(log: Path, restarts: bool) -> None:
    reading = Reading("file", log)
    assert reading.read() == []
    append(log, "a", "b")
    assert reading.read() == ["a", "b"]
    if restarts:
        reading.restart()
    with log.open("a") as file:
        file.write("c\nhalf")
    assert reading.read() == ["c"]
    assert reading.reader is not None
    assert reading.reader.lag_bytes() == 4
    append(log, " a line")
    assert reading.read(later_s=0.01) == ["half a line"]
    assert reading.read() == []


def test_a_renamed_file_is_finished_before_the_new_one(log: Path, restarts: bool) -> None:
    reading = Reading("file", log)
    append(log, "a")
    assert reading.read() == ["a"]
    append(log, "b")
    log.rename(f"{log}.1")
    append(log, "d")
    if restarts:
        reading.restart()
    with Path(f"{log}.1").open("a") as file:
        file.write("c without an end")
    assert sorted(reading.all()) == ["b", "c without an end", "d"]
    assert reading.troubles == []


def test_files_that_were_rotated_twice_are_read(log: Path, restarts: bool) -> None:
    reading = Reading("file", log)
    reading.now_s = log.parent.stat().st_mtime - 60
    append(log, "a")
    assert reading.read() == ["a"]
    if restarts:
        reading.restart()
    append(log, "b")
    log.rename(f"{log}.2")
    append(log, "c")
    log.rename(f"{log}.1")
    append(log, "d")
    assert sorted(reading.all()) == ["b", "c", "d"]


def test_rotated_files_from_before_are_not_read(log: Path) -> None:
    append(Path(f"{log}.1"), "old")
    os.utime(f"{log}.1", (1e9, 1e9))
    append(log, "a")
    assert Reading("file", log).all() == ["a"]


def test_an_emptied_file_is_begun_again_and_its_copy_finished(log: Path, restarts: bool) -> None:
    reading = Reading("file", log)
    append(log, "a")
    assert reading.read() == ["a"]
    append(log, "b")
    Path(f"{log}.1").write_bytes(log.read_bytes())
    if restarts:
        reading.restart()
    log.write_text("")
    append(log, "c")
    assert sorted(reading.all()) == ["b", "c"]
    assert reading.troubles == []


@pytest.mark.parametrize("mode", ["file", "tailx"])
def test_a_copy_is_not_read_while_the_file_is_there(log: Path, mode: str) -> None:
    reading = Reading(mode, log if mode == "file" else f"{log}*", expire="0s" if mode == "tailx" else None)
    reading.options = {key: value for key, value in reading.options.items() if value is not None}
    append(log, "a", "b")
    assert reading.read() == ["a", "b"]
    Path(f"{log}.1").write_bytes(log.read_bytes())
    assert reading.all() == []
    append(log, "c")
    assert reading.all() == ["c"]


def test_what_an_emptied_file_lost_is_said(log: Path) -> None:
    reading = Reading("file", log)
    append(log, "a")
    with log.open("a") as file:
        file.write("never ended")
    assert reading.read() == ["a"]
    log.write_text("")
    append(log, "b")
    assert reading.all() == ["b"]
    assert reading.troubles == [
        f"{log}: emptied or replaced; 11 bytes at least were gone before they were read"
    ]


def test_other_content_in_the_same_file_is_read_from_its_start(log: Path, restarts: bool) -> None:
    reading = Reading("file", log)
    append(log, "first one", "first two")
    assert len(reading.read()) == 2
    if restarts:
        reading.restart()
    inode = log.stat().st_ino
    with log.open("r+") as file:
        file.truncate()
        file.writelines(f"second {n}\n" for n in range(5))
    assert log.stat().st_ino == inode
    assert reading.all() == [f"second {n}" for n in range(5)]


def test_a_hole_that_emptying_left_is_not_read(log: Path) -> None:
    reading = Reading("file", log)
    with log.open("w") as file:
        file.write("a\n")
        file.flush()
        assert reading.read() == ["a"]
        os.truncate(log, 0)
        file.write("b\n")
        file.flush()
    assert log.read_bytes() == b"\0\0b\n"
    assert reading.all() == ["b"]


@pytest.mark.parametrize(
    ("encoding", "data", "expected"),
    [
        ("utf-8", b"\xef\xbb\xbfa\r\n\xc3\xa4 \xff\n", ["a", "ä �"]),
        ("gbk", "日志\n错误\n".encode("gbk"), ["日志", "错误"]),
        ("latin-1", b"caf\xe9\n", ["café"]),
    ],
)
def test_text_is_decoded(log: Path, encoding: str, data: bytes, expected: list[str]) -> None:
    log.write_bytes(data)
    assert Reading("file", log, encoding=encoding).read() == expected


@pytest.mark.parametrize("encoding", ["utf-16", "no-such", "punycode"])
def test_an_encoding_that_cannot_be_cut_at_new_lines_is_refused(encoding: str) -> None:
    _, problems = read_component(READER, {"mode": "file", "log_path": "/x", "encoding": encoding}, "reader")
    assert [each.path for each in problems] == ["reader.encoding"]


def test_an_entry_of_several_lines_is_whole_when_the_next_begins_or_nothing_comes(
    log: Path, restarts: bool
) -> None:
    reading = Reading("file", log, head_pattern=r"^\d{4} ")
    append(log, "2026 a", "  at x", "  at y", "2026 b", "  at z")
    assert reading.read() == ["2026 a\n  at x\n  at y"]
    if restarts:
        reading.restart()
    append(log, "  at zz")
    assert reading.read(later_s=0.1) == []
    assert reading.read(later_s=6) == ["2026 b\n  at z\n  at zz"]
    append(log, "2026 c")
    assert reading.read() == []
    assert reading.read(later_s=6) == ["2026 c"]


def test_long_lines_are_left_out_and_counted_in_bounded_memory(log: Path, restarts: bool) -> None:
    reading = Reading("file", log)
    with log.open("w") as file:
        file.write("a\n" + "x" * 101 + "\nb\n" + "y" * 5000 + "\nc\n" + "z" * 5000)
    found: list[str] = []
    for _ in range(300):
        found += reading.read(max_bytes=50)
        if restarts:
            reading.restart()
    append(log, "end", "d")
    for _ in range(300):
        found += reading.read(max_bytes=50)
    assert found == ["a", "b", "c", "d"]
    assert reading.too_long == 3


def test_newest_begins_at_the_end_of_what_is_there(tmp_path: Path, restarts: bool) -> None:
    log = tmp_path / "app.log"
    append(log, "old", "older")
    reading = Reading("tailx", tmp_path / "*.log", read_from="newest", expire="0s")
    assert reading.read() == []
    if restarts:
        reading.restart()
    append(log, "new")
    append(tmp_path / "other.log", "all", "of it")
    assert sorted(reading.all()) == ["all", "new", "of it"]


def test_what_is_no_text_file_harms_no_other(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    (tmp_path / "b").write_bytes(b"\x7fELF\0\1\2\n\0" * 100)
    (tmp_path / "c").mkdir()
    (tmp_path / "d").symlink_to("nowhere")
    append(tmp_path / "e", "line")
    reading = Reading("tailx", tmp_path / "*", expire="0s")
    assert reading.all() == ["line"]
    assert sorted(reading.troubles) == [f"{tmp_path}/a: cannot read: not a file", f"{tmp_path}/b: not text"]


def test_a_directory_that_goes_and_comes_back_is_read_again(tmp_path: Path) -> None:
    place = tmp_path / "logs"
    place.mkdir()
    append(place / "x", "one")
    reading = Reading("dir", place)
    assert reading.all() == ["one"]
    (place / "x").unlink()
    place.rmdir()
    assert reading.all() == []
    place.mkdir()
    append(place / "y", "two")
    assert reading.all() == ["two"]


def test_a_directory_is_read_in_the_order_of_changes(tmp_path: Path) -> None:
    for age, name in enumerate(("c", "a", ".hidden", "b", "x.gone.zip", "skip")):
        append(tmp_path / name, f"of {name}")
        os.utime(tmp_path / name, (1e9 + age, 1e9 + age))
    reading = Reading("dir", tmp_path, valid_file_pattern="[a-c.x]*")
    assert reading.read() == ["of c", "of a", "of b"]


def test_wildcards_leave_out_what_is_old_or_ignored(tmp_path: Path) -> None:
    reading = Reading("tailx", tmp_path / "*" / "*.log", expire="24h", ignore_log_path="*/skip.log")
    for name, age_s in (("a/new.log", 60), ("a/skip.log", 60), ("b/old.log", 90_000)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        append(tmp_path / name, name)
        os.utime(tmp_path / name, (reading.now_s - age_s,) * 2)
    assert reading.read() == ["a/new.log"]


def test_dirx_and_fileauto_choose(tmp_path: Path) -> None:
    for name in ("one/x", "two/y"):
        (tmp_path / name).parent.mkdir()
        append(tmp_path / name, name)
    assert sorted(Reading("dirx", tmp_path / "*").read()) == ["one/x", "two/y"]
    for path in ("one", "one/x", "one/*"):
        assert Reading("fileauto", tmp_path / path).read() == ["one/x"]
    with pytest.raises(MusterError, match="archives"):
        Reading("fileauto", tmp_path / "x.tar.gz").read()


def test_more_files_than_may_be_open_are_read(tmp_path: Path) -> None:
    reading = Reading("tailx", tmp_path / "*", expire="0s", max_open_files=3)
    for turn in range(3):
        for number in range(12):
            append(tmp_path / f"log-{number:02}x", f"{turn} {number}")
        assert sorted(reading.all()) == sorted(f"{turn} {number}" for number in range(12))
        opened = [each for each in Path("/proc/self/fd").iterdir() if is_in(each, tmp_path)]
        assert len(opened) <= 3


def is_in(fd: Path, directory: Path) -> bool:
    try:
        return str(fd.readlink()).startswith(str(directory))
    except OSError:
        return False


def test_a_forbidden_path_is_not_followed(tmp_path: Path) -> None:
    append(tmp_path / "a", "a")
    append(tmp_path / "b", "b")
    reading = Reading("tailx", tmp_path / "*", expire="0s")
    reading.place = replace(reading.place, allows=lambda path: path.endswith("a"))
    assert reading.all() == ["a"]


@pytest.mark.parametrize("is_read_before", [True, False])
def test_a_copy_that_ends_before_what_was_read_is_not_read(
    log: Path, restarts: bool, is_read_before: bool
) -> None:
    """The writer goes on between copying and emptying, and that is read."""
    reading = Reading("file", log)
    append(log, "a", "b")
    assert reading.read() == ["a", "b"]
    copy = Path(f"{log}.1")
    copy.write_bytes(log.read_bytes())
    append(log, "c")
    assert reading.read(later_s=1 if is_read_before else 0) == ["c"]
    os.truncate(log, 0)
    if restarts:
        reading.restart()
    append(log, "d")
    assert reading.all() == ["d"]


def test_a_copy_of_a_file_that_is_not_read_yet_is_not_read_too(log: Path, restarts: bool) -> None:
    reading = Reading("file", log)
    append(log, "a")
    assert reading.read() == ["a"]
    os.truncate(log, 0)
    append(log, "b", "c")
    copy = Path(f"{log}.1")
    copy.write_bytes(log.read_bytes())
    if restarts:
        reading.restart()
    assert reading.all() == ["b", "c"]
    append(log, "d")
    os.truncate(log, 0)
    append(log, "e")
    assert reading.all() == ["e"]


def test_a_copy_whose_file_was_emptied_before_it_was_read_is_read(log: Path) -> None:
    reading = Reading("file", log)
    append(log, "a")
    assert reading.read() == ["a"]
    os.truncate(log, 0)
    append(log, "b", "c")
    Path(f"{log}.1").write_bytes(log.read_bytes())
    assert reading.read(max_bytes=0) == []
    os.truncate(log, 0)
    append(log, "d")
    assert sorted(reading.all()) == ["b", "c", "d"]


def test_a_copy_whose_inode_is_used_again_is_another_file(log: Path) -> None:
    """What is rewritten while nobody has it open is the same to a reader."""
    reading = Reading("file", log)
    append(log, "a")
    copy = Path(f"{log}.1")
    assert reading.read() == ["a"]
    copy.write_bytes(log.read_bytes())
    assert reading.all() == []
    os.truncate(log, 0)
    append(log, "b")
    assert reading.all() == ["b"]
    reading.restart()
    copy.write_text("never seen\n")
    assert reading.all() == ["never seen"]
    reading.restart()
    copy.write_bytes(log.read_bytes())
    assert reading.all() == []


def test_a_clock_that_jumps_ends_no_line(log: Path) -> None:
    reading = Reading("file", log)
    at_s = 0.0
    reading.place = replace(reading.place, monotonic_s=lambda: at_s)
    append(log, "a")
    assert reading.read() == ["a"]
    log.rename(f"{log}.1")
    append(log, "c")
    renamed = Path(f"{log}.1")
    with renamed.open("a") as file:
        file.write("b")
    found = []
    for jump_s in (3600, -7200, 90_000):
        at_s += 1
        found += reading.read(later_s=jump_s)
    append(renamed, "ehind")
    at_s += 1
    found += reading.read()
    assert sorted(found) == ["behind", "c"]


@pytest.mark.parametrize("seed", range(40))
def test_a_file_that_is_copied_and_emptied_is_read_once(log: Path, seed: int) -> None:
    """What is written between copying and emptying may be missing, and nothing else."""
    chance = random.Random(seed)
    reading = Reading("file", log)
    written, found, destroyed = 0, reading.read(), set[str]()
    between: list[str] | None = None
    for number in range(80):
        match chance.choice(["write"] * 4 + ["read"] * 3 + ["restart", "rotate", "rotate"]):
            case "write":
                lines = [f"line {n}" for n in range(written, written + chance.randrange(1, 6))]
                append(log, *lines)
                written += len(lines)
                if between is not None:
                    between += lines
            case "read":
                found += reading.read(max_bytes=chance.choice([20, 1000]), later_s=chance.choice([0.1, 1, 6]))
            case "restart":
                reading.restart()
            case "rotate" if between is not None:
                destroyed.update(between)
                between = None
                os.truncate(log, 0)
            case "rotate" if log.exists() and log.stat().st_size:
                Path(f"{log}.{number}").write_bytes(log.read_bytes())
                between = []
    found += reading.all()
    assert len(found) == len(set(found))
    assert {f"line {n}" for n in range(written)} - set(found) <= destroyed


@pytest.mark.parametrize("seed", range(40))
def test_every_line_is_read_once_whatever_the_order_of_events(log: Path, seed: int) -> None:
    chance = random.Random(seed)
    rotation = chance.choice(["rename", "copy"])
    reading = Reading("file", log)
    reading.now_s = log.parent.stat().st_mtime - 3600
    written, found = 0, list[str]()
    found += reading.read()
    for number in range(60):
        match chance.choice(["write"] * 4 + ["read"] * 3 + ["restart", rotation]):
            case "write":
                count = chance.randrange(1, 6)
                append(log, *(f"line {n}" for n in range(written, written + count)))
                written += count
            case "read":
                found += reading.read(max_bytes=chance.choice([20, 1000]), later_s=chance.choice([0.1, 1, 6]))
            case "restart":
                reading.restart()
            case "rename" if log.exists():
                log.rename(f"{log}.{number}")
            case "copy" if log.exists():
                Path(f"{log}.{number}").write_bytes(log.read_bytes())
                os.truncate(log, 0)
    found += reading.all()
    assert sorted(found) == sorted(f"line {n}" for n in range(written))


def test_positions_are_small_and_forgotten(log: Path) -> None:
    reading = Reading("file", log)
    append(log, *(f"line {n}" for n in range(500)))
    assert len(reading.all()) == 500
    assert all(len(text) < 1000 for text in reading.positions.values())
    assert {type(msgspec.json.decode(text)) for text in reading.positions.values()} == {dict, float}
    log.unlink()
    reading.read(later_s=10)
    assert reading.read(later_s=8 * 86_400) == []
    assert list(reading.positions) == ["begun"]


@pytest.fixture(autouse=True)
def _close(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened: list[Reading] = []
    made = Reading.__init__

    def remember(self: Reading, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        opened.append(self)

    monkeypatch.setattr(Reading, "__init__", remember)
    yield
    for each in opened:
        each.restart()
