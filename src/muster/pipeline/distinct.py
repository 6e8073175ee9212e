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
    runs = text.rle_id()
    if len(text) and 2 * (runs[-1] + 1) <= len(text):
        begins = runs.ne_missing(runs.shift(1))
        return map_distinct(text.filter(begins), convert).gather(runs)
    different = text.unique()
    if 2 * len(different) > len(text):
        return convert(text)
    converted = convert(different)
    return text.replace_strict(different, converted, default=None, return_dtype=converted.dtype)
