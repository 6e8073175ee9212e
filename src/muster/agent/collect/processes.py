"""Process names and their ids."""

import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import psutil

from muster.agent.collect.label import to_label

PROC = Path("/proc")
CUT_BYTES = 15
"""Linux keeps this much of a name; a longer one is completed from the command line."""
MAX_NAME = 255
"""Characters: file names are no longer, but a process may call itself anything."""
MAX_BYTES = 3 * 1024 * 1024
"""JSON of all names and pids: what surrounds them must fit into a report, too."""

_log = logging.getLogger("muster.agent.collect")


def shown_name(name: str) -> str:
    """Return a process name as reports write it: no `.exe`, first letter upper, the rest lower."""
    return to_label(to_label(name).removesuffix(".exe").capitalize(), MAX_NAME)


class ProcessNames:
    """Reads names with their pids; a name that was completed from the command line is not read again."""

    def __init__(self, proc: Path = PROC, max_bytes: int = MAX_BYTES) -> None:
        self._proc = proc
        self._max_bytes = max_bytes
        self._too_many = False
        self._completed: dict[tuple[int, bytes, bytes], str] = {}

    def read(self) -> dict[str, list[int]]:
        """Return pids, rising, by shown name. Processes that end meanwhile are left out.

        Those with the highest pids are left out when all would make more than `max_bytes` of JSON.
        Raises OSError or psutil.Error.
        """
        processes = sorted(self._linux() if (self._proc / "self").exists() else _portable())
        found, left_out = _by_name(processes, self._max_bytes)
        if left_out and not self._too_many:
            _log.warning("too many processes for a report: %d of %d are left out", left_out, len(processes))
        self._too_many = left_out > 0
        return found

    def _linux(self) -> Iterator[tuple[int, str]]:
        completed: dict[tuple[int, bytes, bytes], str] = {}
        for path in self._proc.iterdir():
            entry = path.name
            if not entry.isdecimal():
                continue
            pid = int(entry)
            try:
                stat = _read(f"{self._proc}/{entry}/stat")
                name, rest = _name_and_rest(stat)
                if len(name) < CUT_BYTES:
                    yield pid, name.decode(errors="replace")
                    continue
                key = pid, name, _started(rest)
                text = self._completed.get(key) or self._complete(entry, name)
            except (OSError, ValueError, IndexError):
                continue
            completed[key] = text
            yield pid, text
        self._completed = completed

    def _complete(self, entry: str, name: bytes) -> str:
        """Return a cut name in full, when the file name of the program begins with it.

        Whoever rewrites its command line leaves one text with spaces: its arguments, which may hold
        secrets, are no part of the name.
        """
        try:
            program, _, rest = _read(f"{self._proc}/{entry}/cmdline").partition(b"\0")
        except PermissionError:
            return name.decode(errors="replace")
        if not rest.strip(b"\0"):
            program = program.partition(b" ")[0]
        file = program.rpartition(b"/")[2]
        return (file if file.startswith(name) else name).decode(errors="replace")


def _by_name(processes: Iterable[tuple[int, str]], max_bytes: int) -> tuple[dict[str, list[int]], int]:
    """Return pids by shown name, within so much JSON, and how many processes did not fit."""
    found: dict[str, list[int]] = {}
    size = left_out = 0
    for pid, name in processes:
        shown = shown_name(name)
        size += len(str(pid)) + 1
        if shown not in found:
            size += len(msgspec.json.encode(shown)) + 4
        if size > max_bytes:
            left_out += 1
        else:
            found.setdefault(shown, []).append(pid)
    return found, left_out


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


def _name_and_rest(stat: bytes) -> tuple[bytes, bytes]:
    """Return field 2 of `/proc/PID/stat`, which may hold any character, and all after it.

    Raises ValueError.
    """
    first, last = stat.index(b"(") + 1, stat.rindex(b")")
    return stat[first:last], stat[last + 2 :]


def _started(rest: bytes) -> bytes:
    """Return field 22, the start time, of the fields from the third on. Raises IndexError."""
    return rest.split(None, 20)[19]


def _portable() -> Iterator[tuple[int, str]]:
    for process in psutil.process_iter(["name"]):
        yield process.pid, process.info["name"] or ""
