"""A process of its own for what may cost time and memory: whoever started it may end it.

It reads messages from standard input and writes one for each to standard output, each led by its length
(4 bytes, big endian), after an empty one that says that it is ready. It ends with its input.
"""

import contextlib
import resource
import signal
import sys
from collections.abc import Callable
from typing import IO

MEMORY_BYTES = 1024**3
"""How much more than at its start the process may take."""


def serve(answer: Callable[[bytes], bytes], source: IO[bytes], sink: IO[bytes]) -> None:
    """Say that this process is ready, limit its memory, and answer what is asked until there is no more."""
    limit_memory()
    _write(sink, b"")
    while len(head := source.read(4)) == 4:
        _write(sink, answer(source.read(int.from_bytes(head))))


def run(answer: Callable[[bytes], bytes]) -> None:
    """Serve this process's standard streams; Ctrl-C is the business of who started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(answer, sys.stdin.buffer, sys.stdout.buffer)


def limit_memory() -> None:
    """Let allocations beyond the bound fail, where the system can: the process then ends."""
    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 read once, not a file
            pages = int(statm.read().split()[0])
        limit = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _write(sink: IO[bytes], message: bytes) -> None:
    sink.write(len(message).to_bytes(4) + message)
    sink.flush()
