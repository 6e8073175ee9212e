"""Grok: lines to fields, by patterns that are tried in order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from muster.errors import InvalidInput
from muster.pipeline.grok import engine
from muster.pipeline.grok.dates import Dates
from muster.pipeline.grok.expand import Expanded, expand
from muster.pipeline.grok.library import Definition, parse_definitions
from muster.pipeline.grok.spans import Span, SpanFinder
from muster.pipeline.grok.values import DROP, STRING, common_type, convert, to_strings

if TYPE_CHECKING:
    import polars

MULTI = "multi"
MAX_PATTERNS = 100

_WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What came of a batch of lines.

    `fields`: one row for each line and one column for each field, in the order of the patterns, or no
    rows and columns where patterns have no fields; long is
    Int64, float Float64, date (RFC 3339) and string are String; null where a line has no such value.
    `matched`: Boolean, one for each line.
    """

    fields: "polars.DataFrame"
    matched: "polars.Series"


class Grok:
    """Patterns, ready to match. Immutable but for the engine's caches; threads may share it.

    `custom` has lines `NAME regex` that add to or replace the standard patterns. `timezone_offset_h` is
    added to every date. In mode `multi` line feeds are blanks. `now` gives dates without a year theirs.
    The first in a process tries the engine out in a process of its own, unless told that it works.
    Raises PatternError, with the text and the position of what is wrong; EngineMissing.
    """

    def __init__(
        self,
        patterns: Sequence[str],
        custom: str = "",
        *,
        timezone_offset_h: float = 0,
        mode: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        is_engine_tried: bool = False,
    ) -> None:
        if mode not in ("", MULTI):
            raise InvalidInput("expected multi or nothing", field="mode")
        if not 0 < len(patterns) <= MAX_PATTERNS:
            raise InvalidInput(f"expected 1-{MAX_PATTERNS} patterns", field="patterns")
        definitions = parse_definitions(custom, "custom pattern")
        if not is_engine_tried:
            engine.probe()
        for definition in definitions.values():
            definition.pieces()
        self._patterns = [_Pattern(each, definitions) for each in _named(patterns)]
        self._types = _column_types(self._patterns)
        self._multi = mode == MULTI
        self._dates = Dates(timezone_offset_h, now)

    @property
    def types(self) -> Mapping[str, str]:
        """The fields that can come out, and the type of each."""
        return dict(self._types)

    def match_one(self, line: str) -> dict[str, str] | None:
        """Return what the first pattern that matches captures, as it stands there; none if none does."""
        found = self.match_whole(line)
        return None if found is None else found[1]

    def match_whole(self, line: str) -> tuple[str, dict[str, str]] | None:
        """Return the part of the line that the pattern took, and what it captures."""
        import polars

        lines = self._prepared(polars.Series([line], dtype=polars.String))
        for pattern in self._patterns:
            row = engine.capture(lines, f"(?P<{_WHOLE}>{pattern.regex})").row(0, named=True)
            if row[engine.MARK] is not None:
                return row[_WHOLE], pattern.raw_fields(row)
        return None

    def extract(self, lines: "polars.Series") -> Extraction:
        """Return the typed fields of a column of lines (String). A null line does not match."""
        import polars

        lines = self._prepared(lines)
        first, *others = self._patterns
        text = first.capture(lines)
        matched = text.to_series(0).is_not_null()
        fields = self._typed(first, text)
        for pattern in others:
            if matched.all():
                break
            at = (~matched).arg_true()
            text = pattern.capture(lines.gather(at))
            hit = text.to_series(0).is_not_null()
            if hit.any():
                rows = at.filter(hit)
                fields = _scatter(fields, self._typed(pattern, text.filter(hit)), rows)
                matched = matched.scatter(rows, True)
        return Extraction(fields, matched.alias("matched").cast(polars.Boolean))

    def spans(self, lines: "polars.Series") -> list[list[Span]]:
        """Return where the captures of each line are, by the first pattern that matches it."""
        lines = self._prepared(lines)
        found: list[list[Span] | None] = [None] * len(lines)
        for pattern in self._patterns:
            rows = [row for row, spans in enumerate(found) if spans is None]
            if not rows:
                break
            for row, spans in zip(rows, pattern.find_spans(lines.gather(rows)), strict=True):
                found[row] = spans
        return [spans or [] for spans in found]

    def _prepared(self, lines: "polars.Series") -> "polars.Series":
        return lines.str.replace_all("\n", " ", literal=True) if self._multi else lines

    def _typed(self, pattern: "_Pattern", text: "polars.DataFrame") -> "polars.DataFrame":
        """Return every column of the result; those of other patterns are null."""
        import polars

        strings = [field for field in pattern.groups if pattern.types[field] == STRING]
        texts = to_strings([_first(text, pattern.groups[field]) for field in strings])
        found = dict(zip(strings, texts, strict=True))
        for field, groups in pattern.groups.items():
            if field not in found:
                found[field] = convert(_first(text, groups), pattern.types[field], self._dates)
        columns = []
        for field, kind in self._types.items():
            column = found.get(field)
            if column is None:
                column = polars.Series([None], dtype=_dtype(kind)).new_from_index(0, text.height)
            columns.append(column.cast(_dtype(kind)).alias(field))
        return polars.DataFrame(columns)


class _Pattern:
    """One pattern, expanded: its expression, and which groups a field comes from."""

    def __init__(self, definition: Definition, custom: Mapping[str, Definition]) -> None:
        expanded = expand(definition, custom)
        self.regex = f"(?:{expanded.regex})"
        engine.compile_check(self.regex, definition.where)
        self._captures = expanded.captures
        self.types = _types(expanded)
        self.groups: dict[str, list[str]] = {}
        for capture in expanded.captures:
            if self.types[capture.field] != DROP:
                self.groups.setdefault(capture.field, []).append(capture.group)

    def capture(self, lines: "polars.Series") -> "polars.DataFrame":
        """Return the mark and the groups of the fields that are kept."""
        return engine.capture(lines, self.regex)

    def find_spans(self, lines: "polars.Series") -> list[list[Span] | None]:
        """Return where the captures of kept fields are; None for a line that does not match."""
        names = {x.group: x.field for x in self._captures if self.types[x.field] != DROP}
        return SpanFinder(self.regex, names).find(lines)

    def raw_fields(self, row: Mapping[str, str | None]) -> dict[str, str]:
        """Return the first capture of each field that is not empty."""
        found: dict[str, str] = {}
        for capture in self._captures:
            if text := row[capture.group]:
                found.setdefault(capture.field, text)
        return found


def _named(patterns: Sequence[str]) -> list[Definition]:
    if len(patterns) == 1:
        return [Definition("", patterns[0], "pattern")]
    return [Definition("", text, f"pattern {number}") for number, text in enumerate(patterns, 1)]


def _types(expanded: Expanded) -> dict[str, str]:
    """Return the type of each field: the first that is named for it, else string."""
    types: dict[str, str] = {}
    for capture in expanded.captures:
        types[capture.field] = types.get(capture.field) or capture.type
    return {field: kind or STRING for field, kind in types.items()}


def _column_types(patterns: Sequence[_Pattern]) -> dict[str, str]:
    kinds: dict[str, set[str]] = {}
    for pattern in patterns:
        for field in pattern.groups:
            kinds.setdefault(field, set()).add(pattern.types[field])
    return {field: common_type(each) for field, each in kinds.items()}


def _first(text: "polars.DataFrame", groups: Sequence[str]) -> "polars.Series":
    """Return the first of these captures that is not empty."""
    import polars

    column = text.get_column(groups[0])
    for group in groups[1:]:
        other = text.get_column(group)
        if other.null_count() < len(other):
            column = column.zip_with((column.is_not_null() & (column != "")).fill_null(False), other)
    return column if column.dtype == polars.String else column.cast(polars.String)


def _scatter(
    fields: "polars.DataFrame", found: "polars.DataFrame", rows: "polars.Series"
) -> "polars.DataFrame":
    import polars

    columns = [fields.get_column(name).scatter(rows, found.get_column(name)) for name in fields.columns]
    return polars.DataFrame(columns)


def _dtype(kind: str) -> "type[polars.DataType]":
    import polars

    return {"long": polars.Int64, "float": polars.Float64}.get(kind, polars.String)
