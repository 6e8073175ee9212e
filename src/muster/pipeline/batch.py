"""Lines on their way through a pipeline: what was read of each, and the fields that it has so far.

A field is a whole number (Int64), a number (Float64), a truth value (Boolean) or text (String). What was
nested has dotted names (`request.method`); a list is kept as JSON text. A field that a line does not
have is null.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import polars

LINE, SOURCE, READ_AT, REASON = "\0line", "\0source", "\0read_at", "\0reason"
PLACE, ORIGIN = "\0place", "\0origin"
OWN = (LINE, SOURCE, READ_AT, REASON, ORIGIN)
"""Columns that are not fields: the text, the file, socket or unit it came from, when it was read, and
why it could not be parsed (null: it could). `ORIGIN` is there when somebody wants to know which row came
of which line, and `PLACE` is the order of rows that are taken apart for a while. No field can have such a
name."""

STASH, PARSE_ERROR, RAW_DATA = "pandora_stash", "parse_error", "raw_data"
"""Fields of a line that could not be parsed: the line and the reason; and the line when it is kept."""

MAX_NAME = 128
"""Characters in the name of a field."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of lines: `read + added == parsed rows + filtered + failed`.

    `added` are rows beyond the first that one line gave. `filtered` were dropped by intent, blank lines
    among them. `failed` could not be parsed; `dropped` of those were not kept.
    """

    read: int = 0
    added: int = 0
    filtered: int = 0
    failed: int = 0
    dropped: int = 0

    def __add__(self, other: Self) -> "Tally":
        return Tally(
            self.read + other.read,
            self.added + other.added,
            self.filtered + other.filtered,
            self.failed + other.failed,
            self.dropped + other.dropped,
        )


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Rows with the columns of `OWN` first and one for each field behind them; and the tally so far."""

    rows: "polars.DataFrame"
    tally: Tally

    @property
    def fields(self) -> list[str]:
        """The names of the fields."""
        return fields_of(self.rows)

    def with_rows(self, rows: "polars.DataFrame", tally: Tally = Tally()) -> "LineBatch":
        """Return a batch with other rows; `tally` is added."""
        return replace(self, rows=rows, tally=self.tally + tally)


def to_batch(
    lines: "Sequence[str] | polars.Series", source: "str | polars.Series", read_at: "datetime | polars.Series"
) -> LineBatch:
    """Return a batch of lines that were read; times are in UTC."""
    import polars

    text = polars.Series(LINE, lines, dtype=polars.String)
    whence = source if isinstance(source, polars.Series) else polars.lit(source, dtype=polars.String)
    utc = polars.Datetime("us", "UTC")
    when = read_at if isinstance(read_at, polars.Series) else polars.lit(read_at)
    rows = text.to_frame().with_columns_seq(
        whence.alias(SOURCE),
        when.cast(utc).alias(READ_AT),
        polars.lit(None, dtype=polars.String).alias(REASON),
    )
    return LineBatch(rows, Tally(read=rows.height))


def fields_of(rows: "polars.DataFrame") -> list[str]:
    """Return the names of the columns that are fields."""
    return [name for name in rows.columns if name not in OWN and name != PLACE]


def fields_under(rows: "polars.DataFrame", key: str) -> list[str]:
    """Return the field of this name, and those of the object of this name (`key.inner`)."""
    return [name for name in fields_of(rows) if name == key or name.startswith(f"{key}.")]


def to_field_name(text: str) -> str:
    """Return a name that a field can have: no control characters, 1-128 characters."""
    return _CONTROL.sub("_", text)[:MAX_NAME] or "_"


def as_text(column: "polars.Series") -> "polars.Series":
    """Return a field as text: numbers in decimal, `true` and `false`."""
    import polars

    return column if column.dtype == polars.String else column.cast(polars.String)


def first_of(column: "polars.Series", other: "polars.Series") -> "polars.Series":
    """Return each value of the column, and of the other where it is null; both as text if types differ."""
    if column.null_count() == 0:
        return column
    if column.null_count() == len(column):
        return other.alias(column.name)
    if column.dtype != other.dtype:
        column, other = as_text(column), as_text(other)
    return column.zip_with(column.is_not_null(), other)


def put(
    rows: "polars.DataFrame", name: str, column: "polars.Series", *, override: bool = False
) -> "polars.DataFrame":
    """Return the rows with a field set where the column is not null.

    A row that has the field already keeps it, and gets the new value under the name with the first
    number behind it that is free (`name1`); with `override` the new value replaces the old one.
    """
    number, base = 0, name
    while name in rows.columns:
        present = rows.get_column(name)
        if override:
            return rows.with_columns(first_of(column.alias(name), present))
        clash = present.is_not_null() & column.is_not_null()
        if not clash.any():
            return rows.with_columns(first_of(present, column))
        rows = rows.with_columns(first_of(present, column))
        column = column.set(~clash, None)
        number += 1
        name = f"{base}{number}"
    return rows.with_columns(column.alias(name))


def add_fields(batch: LineBatch, values: Mapping[str, str]) -> LineBatch:
    """Return the batch with fields added to the rows that lack them: labels, tags; data wins."""
    import polars

    rows = batch.rows
    if not values or rows.height == 0:
        return batch
    parsed = rows.get_column(REASON).is_null()
    for name, value in values.items():
        constant = polars.Series(name, [value], dtype=polars.String).new_from_index(0, rows.height)
        column = constant if parsed.all() else constant.set(~parsed, None)
        rows = rows.with_columns(first_of(rows.get_column(name), column) if name in rows.columns else column)
    return batch.with_rows(rows)


def add_source(batch: LineBatch, name: str) -> LineBatch:
    """Return the batch with a field that says where each row came from; data wins."""
    rows = batch.rows
    source = rows.get_column(SOURCE).alias(name)
    return batch.with_rows(
        rows.with_columns(first_of(rows.get_column(name), source) if name in rows.columns else source)
    )


def drop(rows: "polars.DataFrame", names: Iterable[str]) -> "polars.DataFrame":
    """Return the rows without these fields."""
    return rows.drop([name for name in names if name in rows.columns and name not in OWN])
