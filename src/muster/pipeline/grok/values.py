"""Captured text to the type that a pattern gives a field."""

from typing import TYPE_CHECKING

from muster.pipeline.distinct import map_distinct
from muster.pipeline.grok.access_times import read_access_times
from muster.pipeline.grok.dates import Dates

if TYPE_CHECKING:
    import polars

LONG, FLOAT, DATE, STRING, DROP = "long", "float", "date", "string", "drop"


def common_type(kinds: set[str]) -> str:
    """Return the type of a column that patterns give different types: float holds long, string all."""
    kinds = kinds - {DROP}
    if len(kinds) == 1:
        return next(iter(kinds))
    return FLOAT if kinds == {LONG, FLOAT} else STRING


def convert(text: "polars.Series", kind: str, dates: Dates) -> "polars.Series":
    """Return a typed column: Int64, Float64 or String; null where the text is empty or no such value."""
    match kind:
        case "long":
            return _to_long(text)
        case "float":
            return _to_float(text)
        case "date":
            return _to_date(text, dates)
    return _to_string(text)


def _to_long(text: "polars.Series") -> "polars.Series":
    import polars

    return text.cast(polars.Int64, strict=False)


def _to_float(text: "polars.Series") -> "polars.Series":
    import polars

    numbers = text.cast(polars.Float64, strict=False)
    return numbers.set(~numbers.is_finite(), None) if not numbers.is_finite().all() else numbers


def _to_date(text: "polars.Series", dates: Dates) -> "polars.Series":
    """Convert each distinct text once: many lines share a second."""
    import polars

    def read(different: "polars.Series") -> "polars.Series":
        found = read_access_times(different) if not dates.is_moving else different.clear(len(different))
        at = (found.is_null() & different.is_not_null()).arg_true()
        others = [dates.to_rfc3339(each) for each in different.gather(at)]
        return found.scatter(at, polars.Series(others, dtype=polars.String)) if others else found

    return map_distinct(text, read)


def _to_string(text: "polars.Series") -> "polars.Series":
    """Take off one pair of double quotes, then the white space around; what is left empty is null."""
    import polars

    if text.str.starts_with('"').any():
        quoted = text.str.starts_with('"') & text.str.ends_with('"') & (text.str.len_bytes() >= 2)
        text = text.str.head(-1).str.tail(-1).zip_with(quoted, text) if quoted.any() else text
    return blank_to_null(text.str.strip_chars(), polars.String)


def blank_to_null(text: "polars.Series", dtype: "type[polars.DataType]") -> "polars.Series":
    """Return the column with null for empty text."""
    import polars

    empty = text == ""
    return text.set(empty, None) if empty.any() else text.cast(dtype) if text.dtype != polars.String else text
