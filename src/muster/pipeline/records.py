"""Objects as a line holds them (JSON and the like), from one for each line to typed columns."""

import math
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Any

import msgspec

from muster.pipeline.batch import to_field_name

if TYPE_CHECKING:
    import polars

MAX_DEPTH = 16
"""How deep objects are taken apart; what lies deeper is kept as JSON text."""

MAX_COLUMNS, MIN_COLUMNS, MAX_CELLS = 1000, 50, 2_000_000
"""Different fields in a batch, fewer when it has many rows; later ones are gathered as JSON in `MORE`."""

MORE = "more_fields"

_MAX_INTEGER = 2**63
_NESTED = frozenset({dict, list, NoneType})
_LONG = r"^-?(?:0|[1-9][0-9]{0,17})$"
_FLOAT = r"^-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]{1,2})?$"


def to_json(value: Any) -> str:
    """Return a value as JSON text."""
    try:
        return msgspec.json.encode(value).decode()
    except RecursionError:
        return "[nested too deep]"


def to_columns(records: Sequence[Mapping[str, Any] | None]) -> "list[polars.Series]":
    """Return one typed column for each field, in the order of first appearance; none: a row of nulls.

    Objects in an object become fields with dotted names, lists JSON text; null and empty objects are left
    out. A name with different kinds of values is text.
    """
    gathered = _Gathered(max(MIN_COLUMNS, min(MAX_COLUMNS, MAX_CELLS // (len(records) or 1))))
    gathered.add_objects(range(len(records)), records, "", 1)
    return gathered.columns(len(records))


class _Gathered:
    """Values by field, gathered from objects of the same keys together: most lines of a log are alike."""

    def __init__(self, max_columns: int) -> None:
        self._max_columns = max_columns
        self._found: dict[str, tuple[list[int], list[Any]]] = {}
        self._beyond: dict[int, dict[str, Any]] = {}

    def add_objects(
        self, rows: Sequence[int], objects: Sequence[Mapping[str, Any] | None], prefix: str, depth: int
    ) -> None:
        shapes: dict[tuple[str, ...], list[int]] = {}
        for place, each in enumerate(objects):
            if each:
                shapes.setdefault(tuple(each), []).append(place)
        for keys, places in shapes.items():
            alike = [rows[place] for place in places]
            columns = zip(*((objects[place] or {}).values() for place in places), strict=True)
            for key, values in zip(keys, columns, strict=True):
                self._add_values(to_field_name(prefix + key), alike, values, depth)

    def columns(self, height: int) -> "list[polars.Series]":
        if self._beyond:
            self._put(MORE, list(self._beyond), [to_json(each) for each in self._beyond.values()])
        return [_spread(name, rows, values, height) for name, (rows, values) in self._found.items()]

    def _add_values(self, name: str, rows: Sequence[int], values: Sequence[Any], depth: int) -> None:
        kinds = set(map(type, values))
        if dict in kinds and depth < MAX_DEPTH:
            places = [place for place, value in enumerate(values) if type(value) is dict]
            objects = [values[place] for place in places]
            self.add_objects([rows[place] for place in places], objects, f"{name}.", depth + 1)
        if kinds & _NESTED:
            leaves = [
                (row, to_json(value) if type(value) in _NESTED else value)
                for row, value in zip(rows, values, strict=True)
                if value is not None and (type(value) is not dict or depth >= MAX_DEPTH)
            ]
            rows, values = [row for row, _ in leaves], [value for _, value in leaves]
        if not rows:
            return
        if name in self._found or len(self._found) < self._max_columns:
            self._put(name, rows, values)
        else:
            for row, value in zip(rows, values, strict=True):
                self._beyond.setdefault(row, {})[name] = value

    def _put(self, name: str, rows: Sequence[int], values: Sequence[Any]) -> None:
        all_rows, all_values = self._found.setdefault(name, ([], []))
        all_rows += rows
        all_values += values


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


def _spread(name: str, rows: Sequence[int], values: Sequence[Any], height: int) -> "polars.Series":
    """Return the values in their rows; of several for one row the last."""
    different = dict(zip(rows, values, strict=True))
    column = to_column(name, list(different.values()))
    order = list(different)
    if len(order) == height and order == sorted(order):
        return column
    import polars

    empty = polars.Series(name, [None], dtype=column.dtype).new_from_index(0, height)
    return empty.scatter(order, column)
