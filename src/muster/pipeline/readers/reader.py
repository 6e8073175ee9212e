"""What every reader has: options, how it is opened, and what it gives."""

import codecs
import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Protocol

from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.component import Problem, Spec

if TYPE_CHECKING:
    import polars

MAX_LINE_BYTES = 1024 * 1024
"""Bytes in a line at most, unless a runner asks for less; a longer one is counted and left out."""

Positions = Mapping[str, str | None]
"""Where a reader stands, by keys of its own, as JSON; None: to be forgotten."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines (String, none null) that came from one source."""

    source: str
    lines: "polars.Series"


@dataclass(slots=True)
class Haul:
    """What one look gave: the lines, and the positions behind them.

    Who has stored the lines stores the positions with them: neither is lost or repeated then. `too_long`
    lines were left out; `troubles` are for people. `size_bytes` is what was read. `waits_for` says why
    there is nothing yet, in words; empty: there is something, or nothing is missing.
    """

    segments: list[Segment] = field(default_factory=list)
    positions: dict[str, str | None] = field(default_factory=dict)
    size_bytes: int = 0
    too_long: int = 0
    troubles: list[str] = field(default_factory=list)
    waits_for: str = ""

    @property
    def rows(self) -> int:
        """How many lines there are."""
        return sum(len(segment.lines) for segment in self.segments)

    def add(self, later: "Haul") -> None:
        """Take over what a later look gave."""
        self.segments += later.segments
        self.positions |= later.positions
        self.size_bytes += later.size_bytes
        self.too_long += later.too_long
        self.troubles += later.troubles
        self.waits_for = later.waits_for


class Reader(Protocol):
    """A place where lines come from, opened at the positions that were stored last.

    Its methods are not called concurrently, but from any thread.
    """

    def read(self, max_bytes: int) -> Haul:
        """Return about so much of what is there; does not wait for more. Raises OSError."""
        ...

    def kept(self) -> None:
        """Learn that everything that was read is stored, durably."""
        ...

    def lag_bytes(self) -> int | None:
        """Return how much is there that was not read; None where nobody can know."""
        ...

    def close(self) -> None:
        """Let go of everything. May be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """What a reader may ask of the process that runs it.

    `allows` tells whether the process's own settings allow a path. `head_pattern` is where an entry of
    several lines begins, as the runner's parser knows it, for a reader that was not told.
    """

    max_line_bytes: int = MAX_LINE_BYTES
    head_pattern: str = ""
    allows: Callable[[str], bool] = lambda path: True
    now_s: Callable[[], float] = time.time
    monotonic_s: Callable[[], float] = time.monotonic
    stop: threading.Event = field(default_factory=threading.Event)


class ReaderSpec(Spec, frozen=True, kw_only=True):
    """The options of every reader."""

    name: Annotated[str, Meta(description="A name for people")] = ""
    datasource_tag: Annotated[
        str, Meta(description="Field that gets the file, socket or unit of each row; empty: none")
    ] = ""
    encoding: Annotated[str, Meta(description="How text is encoded: utf-8, gbk, latin-1 and others")] = (
        "utf-8"
    )

    def open(self, positions: Mapping[str, str], place: Place) -> Reader:
        """Return a reader that goes on where the positions say. Raises OSError, InvalidInput."""
        raise NotImplementedError

    def sample(self, place: Place, max_bytes: int) -> Haul:
        """Return lines that are there already, the newest last; nothing remembers that they were read.

        Raises OSError; InvalidInput for a reader that only has what comes.
        """
        raise InvalidInput(f"lines of {self.TYPES[0]} cannot be read twice; paste some", field="reader.mode")

    def problems(self) -> Iterator[Problem]:
        """Yield an encoding that is not known, or in which a new line is not one byte."""
        if not is_line_encoding(self.encoding):
            yield Problem("encoding", "expected an encoding in which a new line is one byte, such as utf-8")


def cannot_listen(address: str, error: OSError) -> str:
    """Return why nothing can be received at an address, in words."""
    return f"cannot listen at {address}: {error.strerror or error}"


def is_line_encoding(name: str) -> bool:
    """Tell whether text in an encoding can be cut at new lines before it is decoded."""
    try:
        return "\n".encode(name) == b"\n" and "a\n".encode(name) == b"a\n"
    except (LookupError, UnicodeError):
        return False


def to_lines(data: bytes, encoding: str) -> "polars.Series":
    """Return the lines of data that ends where a line does, without `\\n` and `\\r\\n`.

    What the encoding cannot be becomes U+FFFD.
    """
    import polars

    is_utf8 = encoding.lower().replace("-", "") == "utf8"
    if is_utf8 and data.endswith(b"\n"):
        with contextlib.suppress(polars.exceptions.ComputeError):
            return polars.read_lines(data.removeprefix(codecs.BOM_UTF8)).to_series()
    text = data.decode(encoding, "replace").removesuffix("\n")
    if is_utf8:
        text = text.removeprefix("\ufeff")
    lines = polars.Series([text], dtype=polars.String).str.split("\n").explode()
    return lines.str.strip_suffix("\r") if "\r" in text else lines


def without_long(lines: "polars.Series", max_bytes: int) -> "tuple[polars.Series, int]":
    """Return the lines that are not too long, and how many are."""
    is_long = lines.str.len_bytes() > max_bytes
    too_long = int(is_long.sum())
    return (lines.filter(~is_long), too_long) if too_long else (lines, 0)


def to_texts(texts: Sequence[str] | Collection[str]) -> "polars.Series":
    """Return texts as the lines of a segment."""
    import polars

    return polars.Series(list(texts), dtype=polars.String)
