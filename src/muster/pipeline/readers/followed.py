"""One open file that is read on, and the signs that it is not the same any more."""

import contextlib
import os
import stat
from dataclasses import replace

from muster.pipeline.readers.framing import Framed, Framer
from muster.pipeline.readers.standing import TAIL_BYTES, Standing

RACY_NS = 2_000_000_000
"""Two changes that are nearer to each other may have the same time."""


class Followed:
    """An open file and where reading of it stands. `is_live`: it is written under its own name.

    `grown_s` is when it grew last, as far as anyone looked, by a clock that does not jump. Raises
    OSError when it cannot be opened or is no file.
    """

    def __init__(self, path: str, *, is_live: bool, at_s: float) -> None:
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        info = os.fstat(self.fd)
        if not stat.S_ISREG(info.st_mode):
            self.close()
            raise OSError(0, "not a file")
        self.standing = Standing(path=path, device=info.st_dev, inode=info.st_ino)
        self.is_live = is_live
        self.grown_s = at_s

    @property
    def is_open(self) -> bool:
        """Whether it can be read."""
        return self.fd >= 0

    def close(self) -> None:
        """Close it; may be called twice."""
        if self.fd >= 0:
            fd, self.fd = self.fd, -1
            with contextlib.suppress(OSError):
                os.close(fd)

    def size(self) -> int:
        """Return how long it is now."""
        return os.fstat(self.fd).st_size if self.is_open else 0

    def unread_bytes(self) -> int:
        """Return how much of it was not read."""
        return max(0, self.size() - self.standing.offset)

    def is_quiet(self, at_s: float, quiet_s: float) -> bool:
        """Tell whether it did not grow for so long."""
        return at_s - self.grown_s >= quiet_s

    def skip_to_end(self) -> None:
        """Stand behind the last whole line that is there."""
        size = self.size()
        at = size
        while at > 0:
            start = max(0, at - 65_536)
            end = os.pread(self.fd, at - start, start).rfind(b"\n") + 1
            if end:
                at = start + end
                break
            at = start
        standing = self.standing
        standing.head = os.pread(self.fd, min(256, at), 0)
        standing.offset = at
        standing.tail = os.pread(self.fd, min(TAIL_BYTES, at), max(0, at - TAIL_BYTES))

    def is_other(self) -> bool:
        """Tell whether it holds something else than what was read of it."""
        standing = self.standing
        return standing.offset > 0 and not standing.is_of(self.fd, self.size())

    def read(
        self, framer: Framer, max_bytes: int, now_s: float, *, at_s: float, quiet_s: float
    ) -> Framed | None:
        """Return the next whole lines and stand behind them; None when there is nothing new.

        Call it when `is_other` says no. `now_s` is the time of day, `at_s` that of a clock that does not
        jump; what did not grow for `quiet_s` is whole. Raises OSError.
        """
        standing = self.standing
        info = os.fstat(self.fd)
        size = info.st_size
        is_settled = abs(now_s * 1e9 - info.st_mtime_ns) > RACY_NS
        standing.changed_ns = info.st_mtime_ns if is_settled else 0
        if size != standing.size:
            self.grown_s = at_s
        is_quiet = self.is_quiet(at_s, quiet_s)
        standing.size = size
        if size <= standing.offset:
            return None
        want = max(max_bytes, 1)
        while True:
            framed = self._cut(framer, want, size, is_quiet=is_quiet)
            if framed.size_bytes:
                return framed
            if want > framer.block_bytes or standing.offset + want >= size:
                return None
            want = min(want * 8, max(want, framer.block_bytes) + 1)

    def _cut(self, framer: Framer, want: int, size: int, *, is_quiet: bool) -> Framed:
        """Read a block and stand behind what is whole in it, and behind a hole that emptying left."""
        standing = self.standing
        block = os.pread(self.fd, want, standing.offset)
        hole = len(block) - len(block.lstrip(b"\0"))
        is_settled = is_quiet and size == standing.offset + len(block)
        framed = framer.cut(
            block[hole:],
            is_skipping=standing.is_skipping,
            is_settled=is_settled,
            is_end=is_settled and not self.is_live,
        )
        whole = replace(framed, size_bytes=framed.size_bytes + hole)
        standing.advance(block[: whole.size_bytes])
        standing.is_skipping = framed.is_skipping
        return whole
