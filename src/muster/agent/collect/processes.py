"""Process names and their ids."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from muster.model.report import MAX_LABEL

PROC = Path("/proc")
CUT_BYTES = 15
"""Linux keeps this much of a name; a longer one is completed from the command line."""


def shown_name(name: str) -> str:
    """Return a process name as reports write it: no `.exe`, first letter upper, the rest lower."""
    text = name.encode(errors="replace").decode().replace("\0", "")
    return text.removesuffix(".exe").capitalize()[:MAX_LABEL]


class ProcessNames:
    """Reads names with their pids; what is known of a living process is not read again."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._completed: dict[tuple[int, bytes], str] = {}

    def read(self) -> dict[str, list[int]]:
        """Return pids, rising, by shown name. Processes that end meanwhile are left out. Raises OSError."""
        found: dict[str, list[int]] = {}
        source = self._linux() if (self._proc / "self").exists() else _portable()
        for pid, name in sorted(source):
            found.setdefault(shown_name(name), []).append(pid)
        return found

    def _linux(self) -> Iterator[tuple[int, str]]:
        completed: dict[tuple[int, bytes], str] = {}
        for path in self._proc.iterdir():
            entry = path.name
            if not entry.isdecimal():
                continue
            pid = int(entry)
            try:
                stat = _read(f"{self._proc}/{entry}/stat")
                name, started = _name_and_start(stat)
                if len(name) < CUT_BYTES:
                    yield pid, name.decode(errors="replace")
                    continue
                key = (pid, started)
                text = self._completed.get(key) or self._complete(entry, name)
                completed[key] = text
                yield pid, text
            except (OSError, ValueError):
                continue
        self._completed = completed

    def _complete(self, entry: str, name: bytes) -> str:
        """Return a cut name in full, when the program's file begins with it."""
        program = _read(f"{self._proc}/{entry}/cmdline").partition(b"\0")[0].rpartition(b"/")[2]
        return (program if program.startswith(name) else name).decode(errors="replace")


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


def _name_and_start(stat: bytes) -> tuple[bytes, bytes]:
    """Return fields 2 and 22 of `/proc/PID/stat`; a name may hold any character. Raises ValueError."""
    first, last = stat.index(b"(") + 1, stat.rindex(b")")
    return stat[first:last], stat[last + 2 :].split(None, 20)[19]


def _portable() -> Iterator[tuple[int, str]]:
    for process in psutil.process_iter(["name"]):
        yield process.pid, process.info["name"] or ""
