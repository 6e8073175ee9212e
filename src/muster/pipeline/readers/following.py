"""Files that grow, followed over renames, truncations and restarts: the core of the readers of files."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from muster.pipeline.readers.followed import Followed
from muster.pipeline.readers.framing import Framer
from muster.pipeline.readers.reader import Haul, Segment
from muster.pipeline.readers.standing import HEAD_BYTES, Standing, parse_standing

LOOK_S = 1.0
"""Files are looked for so often at most."""

QUIET_S = 5.0
"""A file that nobody writes to under its own name any more ends when it did not grow for so long."""

FORGET_S = 7 * 86_400.0
"""A file that is gone for so long is forgotten."""

BEGUN = "begun"
"""The position that says when the runner read for the first time, in Unix seconds."""

ROTATED = re.compile(r"[.\-_]\d[\d.\-_TZ:]*$")
"""How the name of a file that was rotated ends, behind its own name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A path where a file may be. `is_live`: it is written under this name, it was not renamed.

    `is_old_welcome`: it is read though it was there before the runner was.
    """

    path: str
    is_live: bool = True
    is_old_welcome: bool = True


class Following:
    """Reads what `find` finds, in its order. A file is known by its inode, its first and its last bytes.

    A renamed file is read to its end; one that was emptied or replaced is begun again, and what was not
    read of it is looked for in a copy beside it (`app.log.1`), which is not read otherwise.
    """

    def __init__(
        self,
        find: Callable[[], Iterable[Found]],
        framer: Framer,
        positions: Mapping[str, str],
        *,
        now_s: Callable[[], float],
        is_from_end: bool,
        expire_s: float = 0.0,
        max_open: int = 256,
        look_s: float = LOOK_S,
    ) -> None:
        self._find = find
        self._framer = framer
        self._now_s = now_s
        self._is_from_end = is_from_end
        self._expire_s = expire_s
        self._max_open = max_open
        self._look_s = look_s
        self._looked_s = float("-inf")
        begun = positions.get(BEGUN)
        self._begun_s = float(begun) if begun else None
        read = (parse_standing(text) for key, text in positions.items() if key != BEGUN)
        self._standings = {each.key: each for each in read if each is not None}
        self._files: dict[str, Followed] = {}
        self._refused: dict[str, str] = {}
        self._haul = Haul()

    def read(self, max_bytes: int) -> Haul:
        """Return the next lines of the files."""
        haul = self._haul = Haul()
        now_s = self._now_s()
        if now_s - self._looked_s >= self._look_s or now_s < self._looked_s:
            self._look(now_s)
            self._looked_s = now_s
        for file in list(self._files.values()):
            left = max_bytes - haul.size_bytes
            if left <= 0:
                break
            self._read_file(file, left, now_s)
        return haul

    def kept(self) -> None:
        """Do nothing: the positions say it all."""

    def lag_bytes(self) -> int:
        """Return how many bytes of the files are not read."""
        return sum(file.unread_bytes() for file in self._files.values())

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _look(self, now_s: float) -> None:
        """Find files, follow new ones, and let go of those that ended."""
        seen: dict[str, Followed] = {}
        for found in self._find():
            file = self._at(found, now_s)
            if file is not None:
                seen.setdefault(file.standing.key, file)
        renamed = {}
        for key, file in self._files.items():
            if key not in seen:
                file.is_live = False
                if file.is_quiet(now_s, QUIET_S) and not file.unread_bytes():
                    file.close()
                else:
                    renamed[key] = file
        self._files = renamed | seen
        self._close_idle()
        self._forget(now_s)
        if self._begun_s is None:
            self._begun_s = now_s
            self._haul.positions[BEGUN] = repr(now_s)

    def _at(self, found: Found, now_s: float) -> Followed | None:
        """Return the file at a path, followed; None when it is not to be read, now or at all."""
        try:
            info = Path(found.path).stat()
            if not stat.S_ISREG(info.st_mode):
                raise OSError(0, "not a file")
            return self._choose(found, info, now_s)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._refuse(found.path, f"cannot read: {error.strerror}")
            return None

    def _choose(self, found: Found, info: os.stat_result, now_s: float) -> Followed | None:
        """Return a file as it is known, or begin with it. Raises OSError."""
        key = Standing(path="", device=info.st_dev, inode=info.st_ino).key
        known = self._files.get(key)
        if known is not None:
            known.is_live = found.is_live
            known.standing.path = found.path
            return known
        standing = self._standings.get(key)
        if standing is not None:
            if standing.is_copy:
                return None
            standing.path = found.path
            is_unchanged = (info.st_size, info.st_mtime_ns) == (standing.offset, standing.changed_ns)
            return None if is_unchanged else self._reopen(found, standing, now_s)
        if self._is_copy(found, info, now_s) or not self._is_wanted(found, info, now_s):
            return None
        return self._begin(found, now_s)

    def _reopen(self, found: Found, standing: Standing, now_s: float) -> Followed:
        file = Followed(found.path, is_live=found.is_live, now_s=now_s)
        if file.standing.key == standing.key:
            file.standing = standing
        return file

    def _begin(self, found: Found, now_s: float) -> Followed | None:
        """Follow a file that was never seen."""
        file = Followed(found.path, is_live=found.is_live, now_s=now_s)
        if b"\0" in os.pread(file.fd, HEAD_BYTES, 0).lstrip(b"\0"):
            file.close()
            self._refuse(found.path, "not text")
            return None
        if self._begun_s is None and self._is_from_end:
            file.skip_to_end()
        self._keep(file.standing)
        return file

    def _is_wanted(self, found: Found, info: os.stat_result, now_s: float) -> bool:
        if self._expire_s and now_s - info.st_mtime > self._expire_s:
            return False
        if found.is_old_welcome:
            return True
        return self._begun_s is not None and info.st_mtime >= self._begun_s

    def _is_copy(self, found: Found, info: os.stat_result, now_s: float) -> bool:
        """Tell whether a new file is a copy, whole or being made, of one that is followed."""
        original = next(
            (
                each
                for each in self._standings.values()
                if is_rotated_name(found.path, each.path) and _is_there(each)
            ),
            None,
        )
        if original is None or not original.offset:
            return False
        fd = os.open(found.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            if original.is_of(fd, info.st_size):
                copy = Standing(path=found.path, device=info.st_dev, inode=info.st_ino, is_copy=True)
                self._keep(copy)
                return True
            head = os.pread(fd, len(original.head), 0)
        finally:
            os.close(fd)
        is_being_made = info.st_size < original.offset and abs(now_s - info.st_mtime) < QUIET_S
        return is_being_made and original.head.startswith(head)

    def _read_file(self, file: Followed, max_bytes: int, now_s: float) -> None:
        """Read a file on; what is wrong with it harms no other."""
        try:
            if file.is_other():
                self._begin_again(file, now_s)
                return
            found = file.read(self._framer, max_bytes, now_s, is_quiet=file.is_quiet(now_s, QUIET_S))
        except OSError as error:
            self._haul.troubles.append(f"{file.standing.path}: cannot read: {error.strerror}")
            del self._files[file.standing.key]
            file.close()
            return
        if found is None:
            return
        self._haul.size_bytes += found.size_bytes
        self._haul.too_long += found.too_long
        if len(found.lines):
            self._haul.segments.append(Segment(file.standing.path, found.lines))
        self._keep(file.standing)

    def _begin_again(self, file: Followed, now_s: float) -> None:
        """Read a file that was emptied or replaced from its start, and what was left of it in its copy."""
        standing = file.standing
        lost_bytes = max(0, standing.size - standing.offset)
        copy = self._open_copy(standing, now_s)
        if copy is not None:
            copy.standing.take_over(standing)
            self._keep(copy.standing)
            self._files = {copy.standing.key: copy, **self._files}
            lost_bytes = 0
        trouble = f"{standing.path}: emptied or replaced"
        if copy is None:
            trouble += f"; {lost_bytes} bytes at least were gone before they were read" if lost_bytes else ""
            self._haul.troubles.append(trouble)
        standing.restart()
        self._keep(file.standing)

    def _open_copy(self, standing: Standing, now_s: float) -> Followed | None:
        for found in self._find():
            if not is_rotated_name(found.path, standing.path):
                continue
            try:
                copy = Followed(found.path, is_live=False, now_s=now_s)
            except OSError:
                continue
            known = self._standings.get(copy.standing.key)
            if (known is None or known.is_copy) and standing.is_of(copy.fd, copy.size()):
                return copy
            copy.close()
        return None

    def _keep(self, standing: Standing) -> None:
        """Let the position of a file be stored with the lines of this look."""
        standing.seen_s = self._now_s()
        self._standings[standing.key] = standing
        self._haul.positions[standing.key] = standing.to_json()

    def _close_idle(self) -> None:
        """Close files that are read to their end, those that grew longest ago first, down to the bound."""
        idle = sorted((file.grown_s, key) for key, file in self._files.items() if not file.unread_bytes())
        for _, key in idle[: max(0, len(self._files) - self._max_open)]:
            self._files.pop(key).close()

    def _forget(self, now_s: float) -> None:
        """Forget files that are gone for long."""
        for key, standing in list(self._standings.items()):
            if key in self._files or now_s - standing.seen_s <= FORGET_S:
                continue
            if _is_there(standing):
                standing.seen_s = now_s
            else:
                del self._standings[key]
                self._haul.positions[key] = None

    def _refuse(self, path: str, reason: str) -> None:
        """Say once why a file is left alone."""
        if self._refused.get(path) != reason:
            self._refused[path] = reason
            self._haul.troubles.append(f"{path}: {reason}")


def is_rotated_name(path: str, of: str) -> bool:
    """Tell whether a path is what rotation makes of another one: `app.log.1`, `app.log-20261101`."""
    return len(path) > len(of) and path.startswith(of) and ROTATED.fullmatch(path[len(of) :]) is not None


def _is_there(standing: Standing) -> bool:
    """Tell whether a file is still where it was seen last."""
    try:
        info = Path(standing.path).stat()
    except OSError:
        return False
    return (info.st_dev, info.st_ino) == (standing.device, standing.inode)
