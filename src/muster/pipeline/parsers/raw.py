"""The parser `raw`: a line as it is."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import LINE, READ_AT
from muster.pipeline.component import Surroundings
from muster.pipeline.parsers.parser import Parse, Parsed, ParserSpec, no_reasons
from muster.pipeline.times import write_layout

if TYPE_CHECKING:
    import polars


class RawSpec(ParserSpec, frozen=True, kw_only=True):
    """Makes each line the field `raw`: the message of the row, in which a level is looked for."""

    TYPES = ("raw",)

    timestamp: Annotated[bool, Meta(description="Add when the line was read as `timestamp`")] = True

    def open(self, around: Surroundings) -> Parse:
        """Return what parses."""
        return self._parse

    def _parse(self, rows: "polars.DataFrame") -> Parsed:
        columns = [rows.get_column(LINE).alias("raw")]
        if self.timestamp:
            columns.append(write_layout(rows.get_column(READ_AT), "").alias("timestamp"))
        return Parsed(columns, no_reasons(rows.height))
