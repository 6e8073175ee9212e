"""The reader `journald`: the journal of systemd, through `journalctl`."""

import contextlib
import os
import select
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.readers.reader import MAX_LINE_BYTES, Haul, Place, ReaderSpec, Segment, to_texts

CURSOR = "cursor"
LEVELS = ("critical", "critical", "critical", "error", "warning", "notice", "info", "debug")
"""The level of each syslog priority."""

FIELDS = {
    "_SYSTEMD_UNIT": "unit",
    "SYSLOG_IDENTIFIER": "identifier",
    "_PID": "pid",
    "_COMM": "command",
    "_TRANSPORT": "transport",
    "_HOSTNAME": "hostname",
}
"""Fields of the journal that a row gets, and their names there."""

WAIT_S = 0.05
END_S = 2.0

SAMPLED, SAMPLE_S = 1000, 3.0
"""So many entries are asked for in a sample, and so long it is waited for them."""


class JournaldSpec(ReaderSpec, frozen=True, kw_only=True):
    """Follows the journal of systemd from where it stood: each entry once, over restarts.

    Needs `journalctl`. Each entry is an object for the parser `json`: `timestamp`, `level`, `message`,
    `unit`, `identifier`, `pid`, `command`, `transport`, `hostname`. The source of a row is its unit.
    """

    TYPES = ("journald",)

    read_from: Annotated[
        Literal["oldest", "newest"],
        Meta(description="Whether the first start reads what is there already, or only what comes then"),
    ] = "newest"
    units: Annotated[str, Meta(description="Units that are read, joined by commas; empty: all")] = ""

    def open(self, positions: Mapping[str, str], place: Place) -> "Journal":
        """Return what reads. Raises InvalidInput where there is no `journalctl`."""
        command = self._command(self._program(), positions.get(CURSOR))
        sought = f"entries of {self.units}" if self.units else "entries of the journal"
        return Journal(command, positions.get(CURSOR) is None, sought)

    def sample(self, place: Place, max_bytes: int) -> Haul:
        """Return the last entries. Raises InvalidInput where there is no `journalctl`."""
        journal = Journal(self._command(self._program(), None, f"--lines={SAMPLED}"), True)
        haul = Haul()
        try:
            end_s = time.monotonic() + SAMPLE_S
            while time.monotonic() < end_s and haul.size_bytes < max_bytes:
                more = journal.read(max_bytes - haul.size_bytes)
                if haul.rows and not more.size_bytes:
                    break
                haul.add(more)
        finally:
            journal.close()
        return haul

    def _program(self) -> str:
        program = shutil.which("journalctl")
        if program is None:
            raise InvalidInput("there is no journalctl on this machine", field="reader.mode")
        return program

    def _command(self, program: str, cursor: str | None, first: str = "") -> list[str]:
        command = [program, "--output=json", "--follow", "--no-pager", "--quiet", "--all"]
        if cursor is not None:
            command.append(f"--after-cursor={cursor}")
        else:
            command.append(first or ("--lines=all" if self.read_from == "oldest" else "--lines=0"))
        units = (unit.strip() for unit in self.units.split(","))
        return command + [f"--unit={unit}" for unit in units if unit]


class Journal:
    """One `journalctl` that follows; `sought` says what, to people. Raises OSError when it ends."""

    def __init__(self, command: list[str], is_first: bool, sought: str = "") -> None:
        self._waits_for = f"waits for {sought}: there is none yet" if is_first else ""
        self._rest = b""
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self._process.stdout is not None  # noqa: S101 it is a pipe
        self._fd = self._process.stdout.fileno()
        os.set_blocking(self._fd, False)

    def read(self, max_bytes: int) -> Haul:
        """Return the next entries."""
        haul = Haul()
        entries: defaultdict[str, list[str]] = defaultdict(list)
        while haul.size_bytes < max_bytes:
            block = self._block(min(65_536, max_bytes))
            if not block:
                break
            haul.size_bytes += len(block)
            *lines, self._rest = (self._rest + block).split(b"\n")
            for line in lines:
                self._take(line, haul, entries)
        haul.segments = [Segment(source, to_texts(texts)) for source, texts in entries.items()]
        if haul.segments:
            self._waits_for = ""
        haul.waits_for = self._waits_for
        return haul

    def kept(self) -> None:
        """Do nothing: the cursor says it all."""

    def lag_bytes(self) -> None:
        """Return None: the journal does not tell."""

    def close(self) -> None:
        """End `journalctl`."""
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_S)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _block(self, size: int) -> bytes:
        """Return what is in the pipe. Raises OSError when nothing will be any more."""
        if not select.select([self._fd], [], [], WAIT_S)[0]:
            return b""
        block = os.read(self._fd, size)
        if not block:
            stderr = self._process.stderr
            reason = stderr.read(1000).decode(errors="replace").strip() if stderr else ""
            raise OSError(f"journalctl ended: {reason or self._process.wait()}")
        return block

    def _take(self, line: bytes, haul: Haul, entries: "defaultdict[str, list[str]]") -> None:
        try:
            entry = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            haul.troubles.append("journalctl wrote a line that is no JSON object")
            return
        row = to_row(entry)
        text = msgspec.json.encode(row).decode()
        if len(text) > MAX_LINE_BYTES:
            haul.too_long += 1
        else:
            entries[row.get("unit") or row.get("identifier") or "journal"].append(text)
        cursor = entry.get("__CURSOR")
        if isinstance(cursor, str):
            haul.positions[CURSOR] = cursor


def to_row(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of an entry of the journal as a row has them."""
    found = dict(_fields(entry))
    priority = _text(entry.get("PRIORITY"))
    if priority.isdigit() and int(priority) < len(LEVELS):
        found["level"] = LEVELS[int(priority)]
    return found


def _fields(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    stamp = _text(entry.get("__REALTIME_TIMESTAMP"))
    if stamp.isdigit():
        yield "timestamp", stamp
    yield "message", _text(entry.get("MESSAGE"))
    for name, known_as in FIELDS.items():
        if name in entry:
            yield known_as, _text(entry[name])


def _text(value: Any) -> str:
    """Return a value of the journal: bytes that are no text come as a list of numbers."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, int) and 0 <= each < 256 for each in value):
        return bytes(value).decode("utf-8", "replace")
    return "" if value is None else str(value)
