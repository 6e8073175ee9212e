"""Captured text to the type that a pattern gives a field."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars

LONG, FLOAT, DATE, STRING, DROP = "long", "float", "date", "string", "drop"

ToRfc3339 = Callable[[str], str | None]


def common_type(kinds: set[str]) -> str:
    """Return the type of a column that patterns give different types: float holds long, string all."""
    kinds = kinds - {DROP}
    if len(kinds) == 1:
        return next(iter(kinds))
    return FLOAT if kinds == {LONG, FLOAT} else STRING


def convert(text: "polars.Series", kind: str, to_rfc3339: ToRfc3339) -> "polars.Series":
    """Return a typed column: Int64, Float64 or String; null where the text is empty or no such value."""
    match kind:
        case "long":
            return _to_long(text)
        case "float":
            return _to_float(text)
        case "date":
            return _to_date(text, to_rfc3339)
    return _to_string(text)


def _to_long(text: "polars.Series") -> "polars.Series":
    import polars

    return text.cast(polars.Int64, strict=False)


def _to_float(text: "polars.Series") -> "polars.Series":
    import polars

    numbers = text.cast(polars.Float64, strict=False)
    return numbers.set(~numbers.is_finite(), None) if not numbers.is_finite().all() else numbers


def _to_date(text: "polars.Series", to_rfc3339: ToRfc3339) -> "polars.Series":
    """Convert each distinct text once: many lines share a second."""
    import polars

    different = text.drop_nulls().unique()
    times = [to_rfc3339(each) for each in different.to_list()]
    if len(different) == 0:
        return text
    return text.replace_strict(
        different, polars.Series(times, dtype=polars.String), default=None, return_dtype=polars.String
    )


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
