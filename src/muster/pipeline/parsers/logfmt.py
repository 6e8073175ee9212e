"""The parsers `logfmt` and `KV`: pairs `key=value`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import LINE
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.parsers.key_values import split_pairs
from muster.pipeline.parsers.parser import Parse, Parsed, ParserSpec, reasons_where
from muster.pipeline.records import guess, to_columns

if TYPE_CHECKING:
    import polars


class LogfmtSpec(ParserSpec, frozen=True, kw_only=True):
    """Reads pairs `key=value`; a value with blanks may stand in double quotes.

    What looks like a number or a truth value in every line of a batch becomes one.
    """

    TYPES = ("logfmt", "KV", "kv")

    splitter: Annotated[str, Meta(description="What stands between key and value")] = "="
    keep_string: Annotated[bool, Meta(description="Keep every value as text")] = False

    def problems(self) -> Iterator[Problem]:
        """Yield a splitter that cannot be one, too."""
        yield from ParserSpec.problems(self)
        if not self.splitter.strip() or '"' in self.splitter:
            yield Problem("splitter", "expected characters that are no blanks and no quotes")

    def open(self, around: Surroundings) -> Parse:
        """Return what parses."""
        return self._parse

    def _parse(self, rows: "polars.DataFrame") -> Parsed:
        import polars

        records = [split_pairs(line, self.splitter) or None for line in rows.get_column(LINE).to_list()]
        columns = to_columns(records)
        failed = polars.Series([record is None for record in records], dtype=polars.Boolean)
        reasons = reasons_where(failed, f"no pair KEY{self.splitter}VALUE")
        return Parsed(columns if self.keep_string else [guess(each) for each in columns], reasons)
