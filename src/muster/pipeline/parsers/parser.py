"""What every parser has: options, and how its result joins the lines it was made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from muster.errors import MusterError
from muster.pipeline.batch import (
    LINE,
    PARSE_ERROR,
    RAW_DATA,
    REASON,
    STASH,
    LineBatch,
    Tally,
    add_fields,
    as_text,
)
from muster.pipeline.component import Problem, Spec, Surroundings
from muster.pipeline.grok.spans import FindSpans

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of lines: columns of fields, and why a row is not parsed (String; null: it is).

    Without `origins` there is one row for each line. With it (UInt32) a row belongs to the line of that
    index, in rising order; a line that none belongs to was dropped on purpose.
    """

    columns: "Sequence[polars.Series]"
    reasons: "polars.Series"
    origins: "polars.Series | None" = None


Parse = Callable[["polars.DataFrame"], Parsed]
"""Parses rows: the columns of `batch.OWN` alone. Knows no state between two calls."""


class ParserSpec(Spec, frozen=True, kw_only=True):
    """The options of every parser."""

    HEAD_PATTERN: ClassVar[str] = ""
    """Where the lines of one entry begin, for the reader, when an entry has more than one."""

    name: Annotated[str, Meta(description="A name for people")] = ""
    labels: Annotated[str, Meta(description="Fields to add, `k v,k2 v2`; a field of the line wins")] = ""
    disable_record_errdata: Annotated[bool, Meta(description="Drop what cannot be parsed")] = False
    keep_raw_data: Annotated[bool, Meta(description="Keep the line in the field `raw_data`")] = False

    def open(self, around: Surroundings) -> Parse:
        """Return what parses. Raises InvalidInput; EngineMissing where polars cannot run."""
        raise NotImplementedError

    def open_spans(self, around: Surroundings) -> FindSpans | None:
        """Return what finds where in a line its fields are; None for a parser that cannot tell.

        Raises as `open` does.
        """
        return None

    def problems(self) -> Iterator[Problem]:
        """Yield labels that are none."""
        try:
            parse_labels(self.labels)
        except ValueError as error:
            yield Problem("labels", str(error))


class ZonedSpec(ParserSpec, frozen=True, kw_only=True):
    """The options of a parser that reads times."""

    timezone_offset: Annotated[str, Meta(description="Hours that are added to every time, `+8`, `-3`")] = ""

    @property
    def offset_h(self) -> float:
        """The hours to add."""
        return float(self.timezone_offset or 0)

    def problems(self) -> Iterator[Problem]:
        """Yield what is no number of hours, too."""
        yield from ParserSpec.problems(self)
        try:
            is_good = abs(self.offset_h) <= 24
        except ValueError:
            is_good = False
        if not is_good:
            yield Problem("timezone_offset", "expected hours, -24 to 24")


def parse_labels(text: str) -> Mapping[str, str]:
    """Return the fields of `k v,k2 v2`. Raises ValueError."""
    found: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in text.split(","))):
        name, _, value = pair.partition(" ")
        if not value.strip():
            raise ValueError(f"expected NAME VALUE, not {pair[:64]}")
        found[name] = value.strip()
    return found


class ParseStage:
    """A parser with what surrounds it: blank lines, failed lines, labels. Raises what `open` raises."""

    def __init__(self, spec: ParserSpec, around: Surroundings) -> None:
        self._spec = spec
        self._labels = parse_labels(spec.labels)
        self._parse = spec.open(around)

    def __call__(self, batch: LineBatch) -> LineBatch:
        """Return the batch with the fields of its lines. The rows have none before, and none failed."""
        is_text = batch.rows.get_column(LINE).str.contains(r"\S")
        rows = batch.rows if is_text.all() else batch.rows.filter(is_text)
        blank = batch.rows.height - rows.height
        if rows.height == 0:
            return batch.with_rows(rows, Tally(filtered=blank))
        parsed = self._parse(rows)
        added = skipped = 0
        if parsed.origins is not None:
            skipped = rows.height - parsed.origins.n_unique()
            added = len(parsed.origins) - rows.height + skipped
            rows = rows[parsed.origins]
        reasons = parsed.reasons.alias(REASON)
        rows = rows.with_columns_seq(reasons, *parsed.columns)
        failed = len(reasons) - reasons.null_count()
        dropped = failed if self._spec.disable_record_errdata else 0
        tally = Tally(added=added, filtered=blank + skipped, failed=failed, dropped=dropped)
        if dropped:
            rows = rows.filter(rows.get_column(REASON).is_null())
        elif failed:
            rows = _marked(rows)
        return add_fields(batch.with_rows(self._with_raw(rows), tally), self._labels)

    def _with_raw(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        return rows.with_columns(rows.get_column(LINE).alias(RAW_DATA)) if self._spec.keep_raw_data else rows


def _marked(rows: "polars.DataFrame") -> "polars.DataFrame":
    """Return the rows with the line and the reason as fields of those that failed."""
    reasons = rows.get_column(REASON)
    failed = reasons.is_not_null()
    for name, text in ((STASH, rows.get_column(LINE)), (PARSE_ERROR, reasons)):
        column = text.alias(name)
        if name in rows.columns:
            column = as_text(rows.get_column(name)).zip_with(~failed, column)
        else:
            column = column.set(~failed, None)
        rows = rows.with_columns(column)
    return rows


def no_reasons(height: int) -> "polars.Series":
    """Return reasons for rows that are all parsed."""
    import polars

    return polars.Series(REASON, [None], dtype=polars.String).new_from_index(0, height)


def reasons_where(failed: "polars.Series", reason: str) -> "polars.Series":
    """Return one reason for the rows that failed."""
    import polars

    column = polars.Series(REASON, [reason], dtype=polars.String).new_from_index(0, len(failed))
    return column.set(~failed, None)


def problem_of(check: Callable[[], object], path: str) -> Iterator[Problem]:
    """Yield what a check raises about an option."""
    try:
        check()
    except MusterError as error:
        yield Problem(path, error.message.removeprefix(f"{path}: "))
