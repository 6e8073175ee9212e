"""Copies of files that are followed, such as `copytruncate` of logrotate makes before it empties a file."""

import enum
import os
import re
import stat
from collections.abc import Collection, Iterable
from pathlib import Path

from muster.pipeline.readers.standing import HEAD_BYTES, TAIL_BYTES, Standing

ROTATED = re.compile(r"[.\-_]\d[\d.\-_TZ:]*$")
"""How the name of a file that was rotated ends, behind its own name."""


class Verdict(enum.Enum):
    """What a file with a rotated name is. READ: a copy, and all that is in it was read from the original.

    LATER: a copy of what is not read yet; the original is, unless it is emptied before.
    """

    NO_COPY = enum.auto()
    READ = enum.auto()
    LATER = enum.auto()


def is_rotated_name(path: str, of: str) -> bool:
    """Tell whether a path is what rotation makes of another one: `app.log.1`, `app.log-20261101`."""
    return len(path) > len(of) and path.startswith(of) and ROTATED.fullmatch(path[len(of) :]) is not None


def is_there(standing: Standing) -> bool:
    """Tell whether a file is still where it was seen last."""
    try:
        info = Path(standing.path).stat()
    except OSError:
        return False
    return (info.st_dev, info.st_ino) == (standing.device, standing.inode)


def original_of(path: str, standings: Iterable[Standing], paths: Collection[str]) -> Standing | None:
    """Return the file of which a path may be a copy, if there is one; `paths` are those that are read."""
    match = ROTATED.search(path)
    if match is None:
        return None
    named = (each for each in standings if is_rotated_name(path, each.path) and not each.is_copy)
    known = next((each for each in named if is_there(each)), None)
    live = path[: match.start()]
    if known is not None or live not in paths:
        return known
    try:
        info = Path(live).stat()
    except OSError:
        return None
    return Standing(path=live, device=info.st_dev, inode=info.st_ino) if stat.S_ISREG(info.st_mode) else None


def judge(fd: int, size: int, original: Standing) -> Verdict:
    """Say whether an open file is a copy of another one. Raises OSError when that is gone.

    The original may have been emptied already: then its standing still says what it held.
    """
    live = os.open(original.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        live_size = os.fstat(live).st_size
        is_intact = original.is_of(live, live_size)
        if _begins_with(live, live_size, fd, size):
            return Verdict.READ if is_intact and original.offset >= size else Verdict.LATER
    finally:
        os.close(live)
    if is_intact or not is_of_head(fd, size, original):
        return Verdict.NO_COPY
    if size < original.offset:
        return Verdict.READ
    return Verdict.LATER if original.is_of(fd, size) else Verdict.NO_COPY


def is_of_head(fd: int, size: int, original: Standing) -> bool:
    """Tell whether a file begins as another one did."""
    compared = min(len(original.head), size)
    return compared > 0 and os.pread(fd, compared, 0) == original.head[:compared]


def to_copy(path: str, fd: int) -> Standing:
    """Return the standing of a file that is left alone as it is now."""
    info = os.fstat(fd)
    return Standing(
        path=path,
        device=info.st_dev,
        inode=info.st_ino,
        offset=info.st_size,
        head=os.pread(fd, min(HEAD_BYTES, info.st_size), 0),
        tail=os.pread(fd, min(TAIL_BYTES, info.st_size), max(0, info.st_size - TAIL_BYTES)),
        size=info.st_size,
        is_copy=True,
        changed_ns=info.st_mtime_ns,
    )


def _begins_with(live: int, live_size: int, fd: int, size: int) -> bool:
    """Tell whether a file begins with all that another one holds, by its first and last bytes."""
    if size > live_size:
        return False
    head, tail = min(HEAD_BYTES, size), min(TAIL_BYTES, size)
    is_same_head = os.pread(live, head, 0) == os.pread(fd, head, 0)
    return is_same_head and os.pread(live, tail, size - tail) == os.pread(fd, tail, size - tail)
