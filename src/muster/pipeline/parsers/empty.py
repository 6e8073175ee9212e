"""The parser `empty`: reads lines and keeps none."""

from typing import TYPE_CHECKING

from muster.pipeline.component import Surroundings
from muster.pipeline.parsers.parser import Parse, Parsed, ParserSpec, no_reasons

if TYPE_CHECKING:
    import polars


class EmptySpec(ParserSpec, frozen=True, kw_only=True):
    """Drops every line, to measure a reader; the lines count as filtered."""

    TYPES = ("empty",)

    def open(self, around: Surroundings) -> Parse:
        """Return what parses."""
        return _parse


def _parse(rows: "polars.DataFrame") -> Parsed:
    import polars

    return Parsed((), no_reasons(0), polars.Series([], dtype=polars.UInt32))
