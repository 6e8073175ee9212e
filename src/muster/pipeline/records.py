"""Objects as a line holds them (JSON and the like), from one for each line to typed columns."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from muster.pipeline.batch import to_field_name

if TYPE_CHECKING:
    import polars

MAX_DEPTH = 16
"""How deep objects are taken apart; what lies deeper is kept as JSON text."""

MAX_COLUMNS = 1000
"""Different fields in a batch; those that come later are gathered as JSON text in `MORE`."""

MORE = "more_fields"

_MAX_INTEGER = 2**63
_LONG = r"^-?(?:0|[1-9][0-9]{0,17})$"
_FLOAT = r"^-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]{1,2})?$"


def flatten(record: Mapping[str, Any], prefix: str = "", depth: int = 1) -> dict[str, Any]:
    """Return the values of an object with dotted names; lists as JSON text; null and empty objects not."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = prefix + key
        if isinstance(value, dict):
            if depth < MAX_DEPTH:
                flat |= flatten(value, f"{name}.", depth + 1)
            else:
                flat[to_field_name(name)] = to_json(value)
        elif isinstance(value, list):
            flat[to_field_name(name)] = to_json(value)
        elif value is not None:
            flat[to_field_name(name)] = value
    return flat


def to_json(value: Any) -> str:
    """Return a value as JSON text."""
    return msgspec.json.encode(value).decode()


def to_columns(records: Sequence[Mapping[str, Any] | None]) -> "list[polars.Series]":
    """Return one typed column for each name, in the order of first appearance; none: a row of nulls.

    The values are text, numbers and truth values. A name with different kinds of them is text.
    """
    rows_of: dict[str, list[int]] = {}
    values_of: dict[str, list[Any]] = {}
    for row, record in enumerate(records):
        if record is None:
            continue
        beyond: dict[str, Any] = {}
        for name, value in record.items():
            if name not in rows_of:
                if len(rows_of) >= MAX_COLUMNS:
                    beyond[name] = value
                    continue
                rows_of[name], values_of[name] = [], []
            rows_of[name].append(row)
            values_of[name].append(value)
        if beyond:
            rows_of.setdefault(MORE, []).append(row)
            values_of.setdefault(MORE, []).append(to_json(beyond))
    return [_spread(to_column(name, values_of[name]), rows_of[name], len(records)) for name in rows_of]


def to_column(name: str, values: Sequence[Any]) -> "polars.Series":
    """Return values, none of them null, as a column of the one type they have in common, else as text."""
    import polars

    kinds = set(map(type, values))
    if kinds == {str}:
        return polars.Series(name, values, dtype=polars.String)
    if kinds == {bool}:
        return polars.Series(name, values, dtype=polars.Boolean)
    if kinds == {int} and all(-_MAX_INTEGER <= value < _MAX_INTEGER for value in values):
        return polars.Series(name, values, dtype=polars.Int64)
    if kinds == {float} or (kinds == {int, float} and all(abs(value) < 2**53 for value in values)):
        return polars.Series(name, values, dtype=polars.Float64)
    return polars.Series(name, [value_text(value) for value in values], dtype=polars.String)


def value_text(value: Any) -> str:
    """Return a value as text, as a column of its type would be."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    return str(value)


def guess(column: "polars.Series") -> "polars.Series":
    """Return text as whole numbers, numbers or truth values if all of it is, and is written plainly.

    `007` and `1e400` stay text: nothing is lost by guessing.
    """
    import polars

    if column.dtype != polars.String or column.null_count() == len(column):
        return column
    if column.str.contains(_LONG).all():
        return column.cast(polars.Int64)
    if column.str.contains(_FLOAT).all():
        return column.cast(polars.Float64)
    if column.is_in(["true", "false"]).all():
        return (column == "true").alias(column.name)
    return column


def _spread(column: "polars.Series", rows: list[int], height: int) -> "polars.Series":
    if len(column) == height:
        return column
    import polars

    empty = polars.Series(column.name, [None], dtype=column.dtype).new_from_index(0, height)
    return empty.scatter(rows, column)
