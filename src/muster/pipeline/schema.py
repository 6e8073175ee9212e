"""Names and types of fields as one text: `a long,b string,c date,d float,e jsonmap{k long,...}`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from muster.errors import InvalidInput
from muster.pipeline.batch import MAX_NAME, as_text
from muster.pipeline.records import to_json, value_text

if TYPE_CHECKING:
    import polars

LONG, FLOAT, DATE, STRING, BOOL, MAP, ARRAY = "long", "float", "date", "string", "bool", "map", "array"

_ALIASES = {"jsonmap": MAP, "boolean": BOOL, "int": LONG, "double": FLOAT, "text": STRING, "": STRING}
_KINDS = frozenset({LONG, FLOAT, DATE, STRING, BOOL, MAP, ARRAY})
_ITEM = re.compile(r"\s*([^\s,{}()]{1,128})(?:\s+([a-z]+))?\s*(?:\(\s*([a-z]+)\s*\))?\s*")
MAX_DEPTH = 8

ToText = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A field: its name, its type, for an array that of its items; for a map the fields in it.

    `is_open`: the map may have other fields too (`...`).
    """

    name: str
    kind: str
    item: str = STRING
    inner: tuple["Column", ...] = ()
    is_open: bool = False


def parse_schema(text: str, field: str) -> tuple[Column, ...]:
    """Return the columns of a schema. Raises InvalidInput that names `field`."""
    columns, end, _ = _read(text, 0, field, 0)
    if end != len(text):
        raise InvalidInput(f"character {end + 1}: expected a comma and NAME TYPE", field=field)
    if len({column.name for column in columns}) != len(columns):
        raise InvalidInput("a name stands there twice", field=field)
    return columns


def _read(text: str, at: int, field: str, depth: int) -> tuple[tuple[Column, ...], int, bool]:
    columns: list[Column] = []
    is_open = False
    while at < len(text) and text[at] != "}":
        if depth and text.startswith("...", at):
            is_open, at = True, at + 3
        else:
            column, at = _column(text, at, field, depth)
            columns.append(column)
        if text.startswith(",", at):
            at += 1
        else:
            break
    return tuple(columns), at, is_open


def _column(text: str, at: int, field: str, depth: int) -> tuple[Column, int]:
    found = _ITEM.match(text, at)
    if found is None:
        raise InvalidInput(f"character {at + 1}: expected NAME TYPE", field=field)
    name, kind, item = found[1], _kind(found[2] or "", field), _kind(found[3] or "", field)
    if len(name) > MAX_NAME or (found[3] and kind != ARRAY):
        raise InvalidInput(f"character {at + 1}: only an array has a type of its items", field=field)
    end = found.end()
    if not text.startswith("{", end):
        return Column(name, kind, item, is_open=kind == MAP), end
    if kind != MAP or depth >= MAX_DEPTH:
        raise InvalidInput(f"character {end + 1}: unexpected {{", field=field)
    inner, end, is_open = _read(text, end + 1, field, depth + 1)
    if not text.startswith("}", end):
        raise InvalidInput(f"character {end + 1}: expected }}", field=field)
    while text.startswith(" ", end + 1):
        end += 1
    return Column(name, kind, inner=inner, is_open=is_open or not inner), end + 1


def _kind(word: str, field: str) -> str:
    kind = _ALIASES.get(word, word)
    if kind not in _KINDS:
        raise InvalidInput(f"unknown type {word}; there are {', '.join(sorted(_KINDS))}", field=field)
    return kind


def cast(column: "polars.Series", kind: str, to_text: ToText) -> "polars.Series":
    """Return a column of the type, null where a value is none of it. Dates become RFC 3339 text."""
    import polars

    match kind:
        case "long":
            return _to_long(column)
        case "float":
            found = column.cast(polars.Float64, strict=False)
            return found.set((~found.is_finite()).fill_null(False), None)
        case "bool":
            words = as_text(column).str.strip_chars().str.to_lowercase()
            known = words.is_in(["true", "false", "1", "0", "t", "f"])
            return words.is_in(["true", "1", "t"]).set(~known.fill_null(False), None).alias(column.name)
        case "date":
            return mapped(as_text(column), to_text)
    return as_text(column)


def mapped(column: "polars.Series", change: Callable[[str], str | None]) -> "polars.Series":
    """Return text changed by a function of Python, which is called once for each different one."""
    import polars

    different = column.drop_nulls().unique()
    if len(different) == 0:
        return column
    changed = polars.Series([change(each) for each in different.to_list()], dtype=polars.String)
    return column.replace_strict(different, changed, default=None, return_dtype=polars.String)


def cast_items(text: str, kind: str) -> str | None:
    """Return the JSON text of a list with its items as the type; none when it is no such list."""
    try:
        items = msgspec.json.decode(text)
        if not isinstance(items, list):
            return None
        return to_json([_item(each, kind) for each in items])
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def _item(value: Any, kind: str) -> Any:
    match kind:
        case "long":
            return int(float(value)) if isinstance(value, float) else int(value)
        case "float":
            return float(value)
        case "bool":
            return value_text(value).lower() in ("true", "1")
    return value_text(value)


def _to_long(column: "polars.Series") -> "polars.Series":
    import polars

    if column.dtype == polars.Float64:
        return column.cast(polars.Int64, strict=False)
    text = as_text(column).str.strip_chars()
    found = text.cast(polars.Int64, strict=False)
    rest = found.is_null() & text.is_not_null()
    if not rest.any():
        return found
    whole = text.set(~rest, None).cast(polars.Float64, strict=False).cast(polars.Int64, strict=False)
    return found.zip_with(~rest, whole)
