"""Processes: their names, ids, CPU time and memory, from one read of each (proc_pid_stat(5))."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

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

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Process(NamedTuple):
    """A process. `started` tells it apart from an earlier one with its pid; `name` is as reports write it."""

    pid: int
    name: str
    started: float
    cpu_s: float
    memory_bytes: int


def shown_name(name: str) -> str:
    """Return a process name as reports write it: no `.exe`, first letter upper, the rest lower."""
    return to_label(to_label(name).removesuffix(".exe").capitalize(), MAX_NAME)


class Processes:
    """Reads processes; a name that was completed from the command line is not read again."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._completed: dict[tuple[int, bytes, bytes], str] = {}

    def read(self) -> list[Process]:
        """Return the processes by rising pid; those that end meanwhile are left out.

        Raises OSError or psutil.Error.
        """
        return sorted(self._linux() if (self._proc / "self").exists() else _portable())

    def _linux(self) -> Iterator[Process]:
        completed: dict[tuple[int, bytes, bytes], str] = {}
        for entry in os.listdir(self._proc):  # noqa: PTH208 a Path for each process costs CPU
            if not entry.isdecimal():
                continue
            pid = int(entry)
            try:
                name, rest = _name_and_rest(_read(f"{self._proc}/{entry}/stat"))
                fields = rest.split(None, 22)
                started = fields[19]
                text = name.decode(errors="replace")
                if len(name) >= CUT_BYTES:
                    key = pid, name, started
                    text = completed[key] = self._completed.get(key) or self._complete(entry, name)
                cpu_s = (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
                yield Process(pid, shown_name(text), int(started), cpu_s, int(fields[21]) * _PAGE_BYTES)
            except (OSError, ValueError, IndexError):
                continue
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


def pids_by_name(
    processes: Iterable[Process], max_bytes: int = MAX_BYTES
) -> tuple[dict[str, list[int]], int]:
    """Return pids by name within so much JSON, and how many processes, the last ones, did not fit."""
    found: dict[str, list[int]] = {}
    size = left_out = 0
    for process in processes:
        size += len(str(process.pid)) + 1
        if process.name not in found:
            size += len(msgspec.json.encode(process.name)) + 4
        if size > max_bytes:
            left_out += 1
        else:
            found.setdefault(process.name, []).append(process.pid)
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


def _portable() -> Iterator[Process]:
    """Yield what psutil sees; what it may not see of a process is zero."""
    for process in psutil.process_iter(["name", "create_time", "cpu_times", "memory_info"]):
        info = process.info
        cpu, memory = info["cpu_times"], info["memory_info"]
        yield Process(
            process.pid,
            shown_name(info["name"] or ""),
            info["create_time"] or 0.0,
            cpu.user + cpu.system if cpu else 0.0,
            memory.rss if memory else 0,
        )
