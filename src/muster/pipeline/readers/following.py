"""Files that grow, followed over renames, truncations and restarts: the core of the readers of files."""

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from muster.pipeline.readers.copies import (
    Verdict,
    is_of_head,
    is_rotated_name,
    is_there,
    judge,
    original_of,
    to_copy,
)
from muster.pipeline.readers.followed import Followed
from muster.pipeline.readers.framing import Framer
from muster.pipeline.readers.reader import Haul, Segment
from muster.pipeline.readers.sampling import sample_files
from muster.pipeline.readers.standing import HEAD_BYTES, Standing, parse_standing

LOOK_S = 1.0
"""Files are looked for so often at most."""

QUIET_S = 5.0
"""A file that nobody writes to under its own name any more ends when it did not grow for so long."""

FORGET_S = 7 * 86_400.0
"""A file that is gone for so long is forgotten."""

BEGUN = "begun"
"""The position that says when the runner read for the first time, in Unix seconds."""


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
    read of it is looked for in a copy beside it (`app.log.1`), which is not read otherwise. Spans are
    measured by `monotonic_s`; `now_s` is compared with the times of files. `sought` says what is looked
    for, to people.
    """

    def __init__(
        self,
        find: Callable[[], Iterable[Found]],
        framer: Framer,
        positions: Mapping[str, str],
        *,
        sought: str,
        now_s: Callable[[], float],
        monotonic_s: Callable[[], float],
        is_from_end: bool,
        expire_s: float = 0.0,
        max_open: int = 256,
        look_s: float = LOOK_S,
    ) -> None:
        self._find = find
        self._sought = sought
        self._waits_for = ""
        self._framer = framer
        self._now_s = now_s
        self._monotonic_s = monotonic_s
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
        self._paths: set[str] = set()
        self._haul = Haul()

    def read(self, max_bytes: int) -> Haul:
        """Return the next lines of the files."""
        haul = self._haul = Haul()
        now_s, at_s = self._now_s(), self._monotonic_s()
        if at_s - self._looked_s >= self._look_s:
            self._look(now_s, at_s)
            self._looked_s = at_s
        for file in list(self._files.values()):
            left = max_bytes - haul.size_bytes
            if left <= 0:
                break
            self._read_file(file, left, now_s, at_s)
        haul.waits_for = self._waits_for
        return haul

    def sample(self, max_bytes: int) -> Haul:
        """Return the last lines of what is found, whether or not it was read; nothing moves."""
        return sample_files(
            (each.path for each in self._find() if each.is_old_welcome), self._framer, max_bytes
        )

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

    def _look(self, now_s: float, at_s: float) -> None:
        """Find files, follow new ones, and let go of those that ended."""
        seen: dict[str, Followed] = {}
        every = list(self._find())
        self._paths = {found.path for found in every}
        for found in every:
            file = self._at(found, now_s)
            if file is not None:
                seen.setdefault(file.standing.key, file)
        renamed = {}
        for key, file in self._files.items():
            if key not in seen:
                file.is_live = False
                if file.is_quiet(at_s, QUIET_S) and not file.unread_bytes():
                    file.close()
                else:
                    renamed[key] = file
        self._files = renamed | seen
        self._waits_for = "" if self._files else self._missing(every)
        self._close_idle()
        self._forget(now_s)
        if self._begun_s is None:
            self._begun_s = now_s
            self._haul.positions[BEGUN] = repr(now_s)

    def _missing(self, every: Iterable[Found]) -> str:
        """Return why no file is followed; nothing when there are some, which were read to their ends."""
        live = [found.path for found in every if found.is_live]
        for path in live:
            if path in self._refused:
                return f"waits for {path}: {self._refused[path]}"
        if any(Path(path).exists() for path in live):
            return ""
        is_one = live == [str(Path(self._sought).absolute())]
        return f"waits for {self._sought}: {'it does not exist' if is_one else 'there is no such file'}"

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
            standing.path = found.path
            is_unchanged = (info.st_size, info.st_mtime_ns) == (standing.offset, standing.changed_ns)
            if is_unchanged:
                return None
        file = Followed(found.path, is_live=found.is_live, at_s=self._monotonic_s())
        is_kept = False
        try:
            is_kept = file.standing.key == key and self._is_followed(found, file, standing, info, now_s)
        finally:
            if not is_kept:
                file.close()
        return file if is_kept else None

    def _is_followed(
        self, found: Found, file: Followed, standing: Standing | None, info: os.stat_result, now_s: float
    ) -> bool:
        """Decide about an open file: go on with it where it stood, begin with it, or leave it alone."""
        original = original_of(found.path, self._standings.values(), self._paths)
        is_same = standing is not None and standing.is_of(file.fd, info.st_size)
        if standing is not None and not is_same and (standing.is_copy or original is not None):
            standing = None  # That file is gone, and its inode is used again.
        if standing is not None and not standing.is_copy:
            file.standing = standing
            return True
        verdict = Verdict.NO_COPY if original is None else judge(file.fd, info.st_size, original)
        if verdict is Verdict.READ:
            self._keep(to_copy(found.path, file.fd))
        if verdict is not Verdict.NO_COPY:
            return False
        if standing is not None:
            if info.st_size == standing.offset:
                standing.changed_ns = info.st_mtime_ns
                return False
            standing.is_copy = False
            file.standing = standing
            return True
        return self._is_begun(found, file, info, now_s)

    def _is_begun(self, found: Found, file: Followed, info: os.stat_result, now_s: float) -> bool:
        """Begin with a file that was never seen, if it is to be read."""
        if self._begun_s is None and not found.is_old_welcome:
            self._keep(to_copy(found.path, file.fd))
            return False
        if self._expire_s and now_s - info.st_mtime > self._expire_s:
            return False
        if b"\0" in os.pread(file.fd, HEAD_BYTES, 0).lstrip(b"\0"):
            self._refuse(found.path, "not text")
            return False
        if self._begun_s is None and self._is_from_end:
            file.skip_to_end()
        self._keep(file.standing)
        return True

    def _read_file(self, file: Followed, max_bytes: int, now_s: float, at_s: float) -> None:
        """Read a file on; what is wrong with it harms no other."""
        try:
            if file.is_other():
                self._begin_again(file)
                return
            found = file.read(self._framer, max_bytes, now_s, at_s=at_s, quiet_s=QUIET_S)
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

    def _begin_again(self, file: Followed) -> None:
        """Read a file that was emptied or replaced from its start, and what was left of it in its copy."""
        standing = file.standing
        copy, end = self._open_copy(standing)
        lost_bytes = max(0, standing.size - max(end or 0, standing.offset))
        if copy is not None:
            copy.standing.take_over(standing)
            self._keep(copy.standing)
            self._files = {copy.standing.key: copy, **self._files}
        if end is None or lost_bytes:
            trouble = f"{standing.path}: emptied or replaced"
            trouble += f"; {lost_bytes} bytes at least were gone before they were read" if lost_bytes else ""
            self._haul.troubles.append(trouble)
        standing.restart()
        self._keep(standing)

    def _open_copy(self, standing: Standing) -> tuple[Followed | None, int | None]:
        """Return the copy of a file that was emptied which goes on behind what was read, if there is one.

        Also where the longest copy ends. Those that do not go on are left alone from now on.
        """
        followed: Followed | None = None
        end: int | None = None
        for path in (found.path for found in self._find() if is_rotated_name(found.path, standing.path)):
            try:
                copy = Followed(path, is_live=False, at_s=self._monotonic_s())
            except OSError:
                continue
            known, size = self._standings.get(copy.standing.key), copy.size()
            if (known is None or known.is_copy) and is_of_head(copy.fd, size, standing):
                if size > standing.offset and followed is None and standing.is_of(copy.fd, size):
                    followed, end = copy, size
                    continue
                if size <= standing.offset:
                    self._keep(to_copy(path, copy.fd))
                    end = max(end or 0, size)
            copy.close()
        return followed, end

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
            if is_there(standing):
                standing.seen_s = now_s
            else:
                del self._standings[key]
                self._haul.positions[key] = None

    def _refuse(self, path: str, reason: str) -> None:
        """Say once why a file is left alone."""
        if self._refused.get(path) != reason:
            self._refused[path] = reason
            self._haul.troubles.append(f"{path}: {reason}")
