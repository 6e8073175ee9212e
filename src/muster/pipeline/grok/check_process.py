"""A process of its own that tries patterns: `python -m muster.pipeline.grok.check_process`.

A pattern from outside may be built to cost time and memory; whoever started this process may end it.
It reads messages from standard input and writes one for each to standard output, each led by its length
(4 bytes, big endian), after an empty one that says that it is ready. It ends with its input.
"""

import contextlib
import resource
import signal
import sys
from typing import IO

import msgspec

from muster.errors import MusterError
from muster.pipeline.grok.matcher import Grok
from muster.pipeline.grok.trouble import NoMatch

MEMORY_BYTES = 1024**3
"""How much more than at its start the process may take."""


class CheckRequest(msgspec.Struct, frozen=True):
    """A line to hold against a pattern; `custom` has lines `NAME regex`."""

    line: str
    pattern: str
    custom: str


class Checked(msgspec.Struct, frozen=True):
    """The matched part and the raw captures, or what is wrong: its code and a message."""

    whole: str = ""
    fields: dict[str, str] = {}
    code: str = ""
    message: str = ""


def check(request: CheckRequest) -> Checked:
    """Try a pattern on a line."""
    try:
        grok = Grok([request.pattern], request.custom, is_engine_tried=True)
        found = grok.match_whole(request.line)
        if found is None:
            raise NoMatch("the pattern does not match the log")
    except MusterError as error:
        return Checked(code=error.code, message=error.message)
    return Checked(*found)


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Answer what is asked until there is no more."""
    decoder, encoder = msgspec.msgpack.Decoder(CheckRequest), msgspec.msgpack.Encoder()
    check(CheckRequest("a", "%{WORD:a}", ""))
    _limit_memory()
    _write(sink, b"")
    while len(head := source.read(4)) == 4:
        request = decoder.decode(source.read(int.from_bytes(head)))
        _write(sink, encoder.encode(check(request)))


def _write(sink: IO[bytes], message: bytes) -> None:
    sink.write(len(message).to_bytes(4) + message)
    sink.flush()


def _limit_memory() -> None:
    """Let allocations beyond the bound fail, where the system can: the process then ends."""
    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 read once, not a file
            pages = int(statm.read().split()[0])
        limit = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main() -> None:
    """Serve this process's standard streams; Ctrl-C is the server's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
