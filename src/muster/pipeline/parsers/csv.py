"""The parser `csv`: values between separators, named and typed by a schema."""

import csv
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from muster.pipeline.batch import LINE, as_text
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.grok.dates import Dates
from muster.pipeline.parsers.parser import Parse, Parsed, ZonedSpec, problem_of
from muster.pipeline.records import to_columns
from muster.pipeline.schema import ARRAY, MAP, STRING, Column, cast, cast_items, mapped, parse_schema

if TYPE_CHECKING:
    import polars

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
"""What Unicode calls so, as the engine does; Python's `strip` takes U+001C to U+001F away too."""


class CsvSpec(ZonedSpec, frozen=True, kw_only=True):
    """Splits lines at a separator. A value in double quotes may contain it, and quotes as `""`."""

    TYPES = ("csv",)

    csv_schema: Annotated[
        str,
        Meta(
            description="Names and types in order, `a long,b string,c date,d float,e jsonmap{k long,...}`;"
            " the types are long, float, date, string, bool, array and jsonmap"
        ),
    ]
    csv_splitter: Annotated[str, Meta(description="The separator; `\\t` is a tab")] = ","
    csv_allow_no_match: Annotated[
        bool, Meta(description="Take lines with more or fewer values than the schema has")
    ] = True
    csv_allow_more: Annotated[
        str,
        Meta(
            description="Name for values beyond the schema, with a number behind it; else they are left out"
        ),
    ] = ""
    csv_allow_more_start_number: Annotated[int, Meta(ge=0, description="The first of these numbers")] = 0
    csv_auto_rename: Annotated[bool, Meta(description="Write `_` for `-` in names")] = False
    csv_ignore_invalid: Annotated[
        bool, Meta(description="Leave out a value that is not of its type; else the line fails")
    ] = False
    csv_contain_splitter_key: Annotated[
        str, Meta(description="The field that takes the values that are too many, with their separators")
    ] = ""

    def problems(self) -> Iterator[Problem]:
        """Yield a schema that cannot be read, too."""
        yield from ZonedSpec.problems(self)
        found = list(problem_of(lambda: parse_schema(self.csv_schema, "csv_schema"), "csv_schema"))
        yield from found
        if not self.csv_splitter:
            yield Problem("csv_splitter", "expected a separator")
        names = () if found else {column.name for column in parse_schema(self.csv_schema, "csv_schema")}
        if self.csv_contain_splitter_key and not found and self.csv_contain_splitter_key not in names:
            yield Problem("csv_contain_splitter_key", "expected a name of the schema")

    def open(self, around: Surroundings) -> Parse:
        """Return what parses. Raises InvalidInput."""
        return _Csv(self, Dates(self.offset_h, around.now))


class _Csv:
    """A schema, ready to parse."""

    def __init__(self, spec: CsvSpec, dates: Dates) -> None:
        self._spec = spec
        self._to_text = dates.to_rfc3339
        self._splitter = spec.csv_splitter.replace("\\t", "\t")
        self._columns = parse_schema(spec.csv_schema, "csv_schema")
        names = [column.name for column in self._columns]
        wide = spec.csv_contain_splitter_key
        self._wide = names.index(wide) if wide else None

    def __call__(self, rows: "polars.DataFrame") -> Parsed:
        import polars

        values = self._split(rows.get_column(LINE))
        width = len(self._columns)
        count = values.list.len()
        reason = polars.Series([None], dtype=polars.String).new_from_index(0, rows.height)
        if not self._spec.csv_allow_no_match:
            wrong = count != width
            counts = "expected " + str(width) + " values, found " + count.cast(polars.String)
            reason = counts.set(~wrong, None)
        columns: list[polars.Series] = []
        for index, column in enumerate(self._columns):
            text = values.list.get(index, null_on_oob=True).alias(self._name(column.name))
            made, bad = self._typed(column, text)
            columns += made
            if bad is not None and bad.any() and not self._spec.csv_ignore_invalid:
                problem = f"{column.name}: not a {column.kind}: " + text.str.head(64)
                reason = reason.zip_with(reason.is_not_null() | ~bad, problem)
        columns += self._more(values, max(count.to_list()))
        failed = reason.is_not_null()
        if failed.any():
            columns = [column.set(failed, None) for column in columns]
        return Parsed(columns, reason)

    def _split(self, lines: "polars.Series") -> "polars.Series":
        """Return the values of each line, a List of String, without the white space around."""
        import polars

        if lines.str.contains('"', literal=True).any() or self._wide is not None:
            pieces = [self._joined(_split_quoted(each, self._splitter)) for each in lines.to_list()]
            return polars.Series("values", pieces, dtype=polars.List(polars.String))
        values = lines.str.strip_chars_end("\r\n").str.split(self._splitter)
        return values.list.eval(polars.element().str.strip_chars())

    def _joined(self, values: list[str]) -> list[str]:
        beyond = len(values) - len(self._columns)
        if self._wide is None or beyond <= 0:
            return values
        end = self._wide + beyond + 1
        return [*values[: self._wide], self._splitter.join(values[self._wide : end]), *values[end:]]

    def _name(self, name: str) -> str:
        return name.replace("-", "_") if self._spec.csv_auto_rename else name

    def _typed(
        self, column: Column, text: "polars.Series"
    ) -> "tuple[list[polars.Series], polars.Series | None]":
        """Return the columns of a value, and where it is not of its type."""
        if column.kind == MAP:
            return _from_map(column, text, self._to_text)
        empty = text.is_null() | (text == "")
        if column.kind == STRING:
            return [text], None
        if column.kind == ARRAY:
            made = mapped(text, lambda each: cast_items(each, column.item))
        else:
            made = cast(text, column.kind, self._to_text)
        return [made.set(empty, None)], made.is_null() & ~empty

    def _more(self, values: "polars.Series", most: int) -> "list[polars.Series]":
        prefix, start = self._spec.csv_allow_more, self._spec.csv_allow_more_start_number
        width = len(self._columns)
        if not prefix:
            return []
        return [
            values.list.get(index, null_on_oob=True).alias(f"{prefix}{start + index - width}")
            for index in range(width, min(most, width + 1000))
        ]


def _split_quoted(line: str, splitter: str) -> list[str]:
    """Return the values of a line; where its quotes do not close, they are characters like others."""
    if len(splitter) == 1 and splitter not in '"\r\n':
        try:
            values: Sequence[str] = next(csv.reader([line], delimiter=splitter, strict=True), [])
            return [each.strip(WHITE_SPACE) for each in values]
        except csv.Error:
            pass
    return [each.strip(WHITE_SPACE) for each in line.split(splitter)]


def _from_map(
    column: Column, text: "polars.Series", to_text: Any
) -> "tuple[list[polars.Series], polars.Series]":
    """Return the fields of JSON objects under the name of the column."""
    import polars

    records, bad = [], []
    for each in text.to_list():
        record = _object(each) if each else {}
        records.append(record and {text.name: record})
        bad.append(record is None)
    found = to_columns(records)
    if not column.inner:
        return found, polars.Series(bad, dtype=polars.Boolean)
    wanted = {f"{text.name}.{inner.name}": inner for inner in column.inner}
    columns = []
    for each in found:
        inner = wanted.get(each.name)
        if inner is not None:
            columns.append(cast(as_text(each), inner.kind, to_text))
        elif column.is_open:
            columns.append(each)
    return columns, polars.Series(bad, dtype=polars.Boolean)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
