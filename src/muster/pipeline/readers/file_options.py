"""What the readers of files have in common."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Literal

from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.component import Problem
from muster.pipeline.readers.following import Following, Found
from muster.pipeline.readers.framing import Framer
from muster.pipeline.readers.reader import Haul, Place, ReaderSpec
from muster.pipeline.transforms.transform import pattern_problems


class FileOptions(ReaderSpec, frozen=True, kw_only=True):
    """The options of every reader of files."""

    log_path: Annotated[str, Meta(min_length=1, description="Where the files are")]
    read_from: Annotated[
        Literal["oldest", "newest"],
        Meta(description="Whether the first start reads what is there already, or only what comes then"),
    ] = "oldest"
    head_pattern: Annotated[
        str, Meta(description="Where an entry of several lines begins: a regular expression, RE2")
    ] = ""
    meta_path: Annotated[str, Meta(description="No effect: positions are kept with the batches")] = ""
    encode_tag: Annotated[str, Meta(description="No effect: rows are UTF-8")] = ""
    reader_buf_size: Annotated[int, Meta(ge=0, description="No effect")] = 4096

    def problems(self) -> Iterator[Problem]:
        """Yield a path that is not absolute and an expression that cannot be read, too."""
        yield from ReaderSpec.problems(self)
        if not all(path.startswith("/") for path in self.paths()):
            yield Problem("log_path", "expected an absolute path")
        if self.head_pattern:
            yield from pattern_problems(self.head_pattern, "head_pattern")

    def paths(self) -> list[str]:
        """Return the paths that are looked for."""
        return [self.log_path]

    def sample(self, place: Place, max_bytes: int) -> Haul:
        """Return the last lines of the files. Raises as `open` does."""
        reader = self.open({}, place)
        try:
            return reader.sample(max_bytes) if isinstance(reader, Following) else Haul()
        finally:
            reader.close()

    def follow(
        self,
        find: Callable[[], Iterable[Found]],
        positions: Mapping[str, str],
        place: Place,
        *,
        expire_s: float = 0.0,
        max_open: int = 256,
        look_s: float = 1.0,
    ) -> Following:
        """Return what follows the files that are found, unless the agent's settings forbid them.

        Raises PatternError, EngineMissing.
        """
        framer = Framer(
            encoding=self.encoding,
            max_line_bytes=place.max_line_bytes,
            head_pattern=self.head_pattern or place.head_pattern,
        )
        return Following(
            lambda: [found for found in find() if place.allows(found.path)],
            framer,
            positions,
            sought=self.log_path,
            now_s=place.now_s,
            monotonic_s=place.monotonic_s,
            is_from_end=self.read_from == "newest",
            expire_s=expire_s,
            max_open=max_open,
            look_s=look_s,
        )


def check_allowed(path: str, place: Place) -> None:
    """Raise InvalidInput when the agent's own settings forbid a path."""
    if not place.allows(path):
        raise InvalidInput(f"{path}: the agent's own settings do not allow it (agent.allow_paths)")


def split_paths(text: str) -> list[str]:
    """Return the parts of a text with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def iter_dir(path: str) -> Iterator[str]:
    """Yield the paths in a directory, the file that was changed first first; nothing when it is gone."""
    try:
        with os.scandir(path) as entries:
            found = [(_changed_ns(entry), entry.path) for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from (entry_path for _, entry_path in sorted(found))


def _changed_ns(entry: "os.DirEntry[str]") -> int:
    try:
        return entry.stat().st_mtime_ns
    except OSError:
        return 0
