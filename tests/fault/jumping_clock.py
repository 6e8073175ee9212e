"""Muster on a machine whose clock can be set: `python -m tests.fault.jumping_clock FILE ARGUMENTS...`.

FILE holds by how many seconds the time of day is ahead. What measures spans does not jump.
"""

import mmap
import struct
import sys
import time
from pathlib import Path

_AHEAD = struct.Struct("<q")


def set_ahead(file: Path, seconds: int) -> None:
    """Set the clock of the processes that run with `file`, now and when they start."""
    if not file.exists():
        file.write_bytes(bytes(_AHEAD.size))
    with file.open("r+b") as opened:
        opened.write(_AHEAD.pack(seconds))


def follow(file: Path) -> None:
    """Let this process's time of day be ahead as `file` says, from now on."""
    with file.open("rb") as opened:
        shared = mmap.mmap(opened.fileno(), _AHEAD.size, access=mmap.ACCESS_READ)
    true_ns = time.time_ns

    def now_ns() -> int:
        return true_ns() + int(_AHEAD.unpack_from(shared)[0]) * 1_000_000_000

    time.time_ns = now_ns
    time.time = lambda: now_ns() / 1e9


if __name__ == "__main__":
    follow(Path(sys.argv[1]))
    from muster.cli.main import run

    sys.exit(run(sys.argv[2:]))
