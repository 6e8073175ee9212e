"""From a block of bytes to whole lines, or entries of several lines, and how many bytes they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.pipeline.grok import engine
from muster.pipeline.readers.reader import to_lines, without_long
from muster.pipeline.transforms.transform import to_engine_regex

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, slots=True)
class Framed:
    """`lines` are in the first `size_bytes` of a block; `too_long` lines among those were left out."""

    lines: "polars.Series"
    size_bytes: int
    too_long: int = 0
    is_skipping: bool = False


class Framer:
    """Cuts blocks. Keeps nothing between two of them: what is not whole is cut again with more behind it.

    Raises PatternError for a head pattern that the engine cannot read, EngineMissing.
    """

    def __init__(self, *, encoding: str, max_line_bytes: int, head_pattern: str = "") -> None:
        self._encoding = encoding
        self._max_line_bytes = max_line_bytes
        self._head = ""
        if head_pattern:
            engine.probe()
            self._head = to_engine_regex(head_pattern, "head_pattern")
            engine.compile_check(self._head, "head_pattern")

    @property
    def has_heads(self) -> bool:
        """Whether entries may have more than one line."""
        return bool(self._head)

    @property
    def block_bytes(self) -> int:
        """How long a block must be at least, so that a line of the longest kind fits."""
        return self._max_line_bytes + 1

    def cut(self, block: bytes, *, is_skipping: bool, is_settled: bool, is_end: bool) -> Framed:
        """Return the whole lines of a block that begins with one, or inside one that is skipped.

        `is_settled`: nothing followed for a while, so that the last entry is whole. `is_end`: nothing
        will, so that the last line is, without a new line behind it.
        """
        start = 0
        if is_skipping:
            start = block.find(b"\n") + 1
            if not start:
                return Framed(to_lines(b"", "utf-8")[:0], len(block), is_skipping=not is_end)
        end = len(block) if is_end else block.rfind(b"\n") + 1
        if end <= start:
            if len(block) - start > self._max_line_bytes:
                return Framed(to_lines(b"", "utf-8")[:0], len(block), too_long=1, is_skipping=True)
            return Framed(to_lines(b"", "utf-8")[:0], start)
        if self._head:
            return self._entries(block, start, end, is_settled=is_settled or is_end)
        lines, too_long = without_long(to_lines(block[start:end], self._encoding), self._max_line_bytes)
        return Framed(lines, end, too_long)

    def _entries(self, block: bytes, start: int, end: int, *, is_settled: bool) -> Framed:
        """Join lines up to the next head; the last entry may go on, unless it is settled."""
        import polars

        lines = to_lines(block[start:end], self._encoding)
        heads = lines.str.contains(self._head)
        if not is_settled:
            at = heads.arg_true()
            last = at[-1] if len(at) else 0
            held = block[start:end].split(b"\n")[:-1][last:]
            held_bytes = sum(len(line) + 1 for line in held)
            if last or held_bytes <= self._max_line_bytes:
                lines, heads = lines[:last], heads[:last]
                end -= held_bytes
        if not len(lines):
            return Framed(lines, end)
        joined = (
            polars.DataFrame({"entry": heads.cum_sum(), "line": lines})
            .group_by("entry", maintain_order=True)
            .agg(polars.col("line").str.join("\n"))
            .get_column("line")
        )
        lines, too_long = without_long(joined, self._max_line_bytes)
        return Framed(lines, end, too_long)
