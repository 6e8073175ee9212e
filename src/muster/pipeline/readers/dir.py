"""The readers `dir` and `dirx`: the files of a directory, one after the other."""

import glob
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.readers.file_options import check_allowed, iter_dir, split_paths
from muster.pipeline.readers.following import Following, Found
from muster.pipeline.readers.reader import Place
from muster.pipeline.readers.tailx import ManyOptions

IGNORED = ".pid,.swap,.go,.conf,.tar.gz,.tar,.zip,.a,.o,.so"


class _Choice(ManyOptions, frozen=True, kw_only=True):
    """Which files of a directory are read."""

    expire: Annotated[
        str, Meta(description="A file is not begun when it was not changed for so long; 0s: at any age")
    ] = "0s"
    valid_file_pattern: Annotated[str, Meta(description="Names that are read, with wildcards")] = "*"
    ignore_hidden: Annotated[bool, Meta(description="Leave out names that begin with a point")] = True
    ignore_file_suffix: Annotated[str, Meta(description="Ends of names that are left out, by commas")] = (
        IGNORED
    )
    newfile_newline: Annotated[bool, Meta(description="No effect: a file ends where its last line does")] = (
        False
    )
    read_same_inode: Annotated[bool, Meta(description="No effect: a file is known by its content")] = False
    inode_sensitive: Annotated[Literal[True], Meta(description="Files are always known by their inodes")] = (
        True
    )

    def iter_files(self, directory: str) -> Iterator[Found]:
        """Yield the files of a directory in the order of their last change; only the last one is written."""
        paths = [path for path in iter_dir(directory) if self._is_chosen(Path(path))]
        for number, path in enumerate(paths, start=1):
            yield Found(path, is_live=number == len(paths))

    def _is_chosen(self, path: Path) -> bool:
        name = path.name
        if self.ignore_hidden and name.startswith("."):
            return False
        if any(name.endswith(suffix) for suffix in split_paths(self.ignore_file_suffix)):
            return False
        return fnmatch(name, self.valid_file_pattern) and not path.is_dir()


class DirSpec(_Choice, frozen=True, kw_only=True):
    """Reads the files of a directory in the order of their last change, as if they were one."""

    TYPES = ("dir",)

    def open(self, positions: Mapping[str, str], place: Place) -> Following:
        """Return what reads. Raises InvalidInput, PatternError, EngineMissing."""
        check_allowed(self.log_path, place)
        return self.follow_many(lambda: self.iter_files(self.log_path), positions, place)


class DirxSpec(_Choice, frozen=True, kw_only=True):
    """Reads every directory that matches a path with wildcards as `dir` reads one."""

    TYPES = ("dirx",)

    def open(self, positions: Mapping[str, str], place: Place) -> Following:
        """Return what reads. Raises PatternError, EngineMissing."""
        return self.follow_many(self._find, positions, place)

    def paths(self) -> list[str]:
        """Return the paths that are looked for."""
        return split_paths(self.log_path)

    def _find(self) -> Iterator[Found]:
        for pattern in split_paths(self.log_path):
            for path in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 a whole path
                if Path(path).is_dir() and not self.is_ignored(path):
                    yield from self.iter_files(path)


class FileautoSpec(DirxSpec, frozen=True, kw_only=True):
    """Chooses by the path: wildcards are read as by `tailx`, a directory as by `dir`, else as by `file`."""

    TYPES = ("fileauto",)

    def paths(self) -> list[str]:
        """Return the paths that are looked for; one without wildcards may have commas."""
        return split_paths(self.log_path) if glob.has_magic(self.log_path) else [self.log_path]

    def open(self, positions: Mapping[str, str], place: Place) -> Following:
        """Return what reads. Raises InvalidInput, PatternError, EngineMissing."""
        from muster.pipeline.readers.file import FileSpec
        from muster.pipeline.readers.tailx import TailxSpec

        if Path(self.log_path).is_dir():
            return DirxSpec.open(self, positions, place)
        kind = TailxSpec if glob.has_magic(self.log_path) else FileSpec
        if self.log_path.endswith((".zip", ".tar", ".gz")):
            raise InvalidInput(f"{self.log_path}: archives are not read", field="log_path")
        options = {name: getattr(self, name) for name in kind.__struct_fields__}
        return kind(**options).open(positions, place)
