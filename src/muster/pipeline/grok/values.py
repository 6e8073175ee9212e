"""Captured text to the type that a pattern gives a field."""

from collections.abc import Sequence
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
    return to_strings([text])[0]


def to_strings(texts: "Sequence[polars.Series]") -> "list[polars.Series]":
    """Return columns of text without one pair of double quotes, then without the white space around.

    What is left empty is null. All columns go through the engine together: a call costs as much as some
    hundred lines.
    """
    import polars

    if not texts:
        return []
    whole = polars.DataFrame([text.alias(str(at)) for at, text in enumerate(texts)])
    if quoted := columns_with(whole, polars.all().str.starts_with('"')):
        text = polars.col(quoted)
        is_quoted = text.str.starts_with('"') & text.str.ends_with('"') & (text.str.len_bytes() >= 2)
        inner = text.str.head(-1).str.tail(-1)
        whole = whole.with_columns_seq(polars.when(is_quoted).then(inner).otherwise(text))
    whole = whole.select_seq(polars.all().str.strip_chars())
    return blank_to_null(whole).get_columns()


def blank_to_null(whole: "polars.DataFrame") -> "polars.DataFrame":
    """Return columns of text, named by letters and digits, with null for empty text."""
    import polars

    empty = columns_with(whole, polars.all() == "")
    if not empty:
        return whole
    text = polars.col(empty)
    return whole.with_columns_seq(polars.when(text != "").then(text))


def columns_with(whole: "polars.DataFrame", condition: "polars.Expr") -> list[str]:
    """Return the names of the columns in which a condition on each holds for some row."""
    found = whole.select_seq(condition.any()).row(0, named=True)
    return [name for name, is_somewhere in found.items() if is_somewhere]


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
