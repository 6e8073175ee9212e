"""The reader `tailx`."""

import glob
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from muster.pipeline.component import Problem
from muster.pipeline.durations import duration_problems, parse_duration_s
from muster.pipeline.readers.copies import ROTATED
from muster.pipeline.readers.file_options import FileOptions, split_paths
from muster.pipeline.readers.following import Following, Found
from muster.pipeline.readers.reader import Place


class ManyOptions(FileOptions, frozen=True, kw_only=True):
    """The options of readers that look for files."""

    ignore_log_path: Annotated[
        str, Meta(description="Files that are left out: wildcards, several joined by commas")
    ] = ""
    expire: Annotated[
        str, Meta(description="A file is not begun when it was not changed for so long; 0s: at any age")
    ] = "24h"
    max_open_files: Annotated[int, Meta(ge=1, description="Files that are held open at most")] = 256
    stat_interval: Annotated[str, Meta(description="How often new files are looked for")] = "1s"
    submeta_expire: Annotated[str, Meta(description="No effect: files that are gone are forgotten")] = "720h"

    def problems(self) -> Iterator[Problem]:
        """Yield what is no duration, too."""
        yield from FileOptions.problems(self)
        yield from duration_problems({"expire": self.expire, "stat_interval": self.stat_interval})

    def follow_many(
        self, find: Callable[[], Iterable[Found]], positions: Mapping[str, str], place: Place
    ) -> Following:
        """Return what follows the files that are found. Raises PatternError, EngineMissing."""
        return self.follow(
            find,
            positions,
            place,
            expire_s=parse_duration_s(self.expire),
            max_open=self.max_open_files,
            look_s=parse_duration_s(self.stat_interval),
        )

    def is_ignored(self, path: str) -> bool:
        """Tell whether a path is left out."""
        return any(fnmatch(path, pattern) for pattern in split_paths(self.ignore_log_path))


class TailxSpec(ManyOptions, frozen=True, kw_only=True):
    """Follows every file that matches a path with wildcards (`*`, `?`, `[...]`, `**` for directories).

    Several paths are joined by commas. Rotated files are known by what they are, not by their names: they
    are not read again.
    """

    TYPES = ("tailx",)

    def open(self, positions: Mapping[str, str], place: Place) -> Following:
        """Return what reads. Raises PatternError, EngineMissing."""
        return self.follow_many(self._find, positions, place)

    def paths(self) -> list[str]:
        """Return the paths that are looked for."""
        return split_paths(self.log_path)

    def _find(self) -> Iterator[Found]:
        paths: set[str] = set()
        for pattern in self.paths():
            paths.update(glob.iglob(pattern, recursive=True))  # noqa: PTH207 a whole path
        aged = sorted((_changed_ns(path), path) for path in paths if not self.is_ignored(path))
        for _, path in aged:
            if not Path(path).is_dir():
                yield Found(path, is_live=ROTATED.search(path) is None)


def _changed_ns(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0
