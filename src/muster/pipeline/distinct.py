"""Costly conversions of text that repeats: times above all, which many lines share."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars


def map_distinct(
    text: "polars.Series", convert: "Callable[[polars.Series], polars.Series]"
) -> "polars.Series":
    """Return `convert(text)`, with equal values converted once.

    `convert` takes any column of texts and nulls, and looks at each value for itself. Runs of equal
    values are found at a third of the cost of equal values anywhere.
    """
    import polars

    runs = text.rle_id()
    if len(text) and 2 * (runs[-1] + 1) <= len(text):
        run = polars.col(runs.name)
        begins = runs.to_frame().select_seq(run.ne_missing(run.shift(1))).to_series()
        return _map_values(text.filter(begins), convert).gather(runs)
    return _map_values(text, convert)


def _map_values(
    text: "polars.Series", convert: "Callable[[polars.Series], polars.Series]"
) -> "polars.Series":
    different = text.unique()
    if 2 * len(different) > len(text):
        return convert(text)
    converted = convert(different)
    return text.replace_strict(different, converted, default=None, return_dtype=converted.dtype)
