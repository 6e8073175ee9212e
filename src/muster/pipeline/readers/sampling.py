"""The last lines of files, read once for a try-out: nothing is followed, and no position is kept."""

import os
import stat
from collections.abc import Iterable
from typing import TYPE_CHECKING

from muster.pipeline.readers.framing import Framer
from muster.pipeline.readers.reader import Haul, Segment
from muster.pipeline.readers.standing import HEAD_BYTES

if TYPE_CHECKING:
    import polars

MAX_FILES = 100
"""Files that are opened at most, the last of those that are found first."""


def sample_files(paths: Iterable[str], framer: Framer, max_bytes: int) -> Haul:
    """Return the last whole lines of the last files, about so many bytes, in the order of the paths."""
    haul = Haul()
    for path in reversed(list(paths)[-MAX_FILES:]):
        left = max_bytes - haul.size_bytes
        if left <= 0:
            break
        try:
            lines = _last_lines(path, framer, left, haul)
        except FileNotFoundError:
            continue
        except OSError as error:
            haul.troubles.append(f"{path}: cannot read: {error.strerror}")
            continue
        if lines is None:
            haul.troubles.append(f"{path}: not text")
        elif len(lines):
            haul.segments.insert(0, Segment(path, lines))
    return haul


def _last_lines(path: str, framer: Framer, max_bytes: int, haul: Haul) -> "polars.Series | None":
    """Return the lines, None when it is no text; what was read is counted. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            raise OSError(0, "not a file")
        if b"\0" in os.pread(fd, HEAD_BYTES, 0).lstrip(b"\0"):
            return None
        start = max(0, info.st_size - max_bytes)
        block = os.pread(fd, max_bytes + 1, max(0, start - 1))
    finally:
        os.close(fd)
    if start:
        begin = block.find(b"\n") + 1
        block = block[begin:] if begin else b""
    framed = framer.cut(block, is_skipping=False, is_settled=True, is_end=False)
    haul.size_bytes += len(block)
    haul.too_long += framed.too_long
    return framed.lines[1:] if start and framer.has_heads else framed.lines
