"""The parser `grok`: patterns with names for their parts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from muster.errors import MusterError
from muster.pipeline.batch import LINE
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.grok import Grok
from muster.pipeline.grok.expand import expand
from muster.pipeline.grok.library import Definition, parse_definitions
from muster.pipeline.grok.spans import FindSpans
from muster.pipeline.parsers.parser import Parse, Parsed, ZonedSpec, no_reasons, reasons_where

if TYPE_CHECKING:
    import polars

DEFAULT = "%{COMMON_LOG_FORMAT}"


class GrokSpec(ZonedSpec, frozen=True, kw_only=True):
    """Takes lines apart by grok patterns, the first that matches holds.

    `%{PATTERN:field:type}`; the types are long, float, date, string and drop. Matching takes time linear
    in the line: look-around and backreferences are refused.
    """

    TYPES = ("grok",)

    grok_patterns: Annotated[str, Meta(description="Patterns, separated by commas, tried in order")] = DEFAULT
    grok_custom_patterns: Annotated[str, Meta(description="Patterns of your own, lines `NAME regex`")] = ""
    grok_custom_pattern_files: Annotated[str, Meta(description="Files of such lines, by commas")] = ""
    grok_mode: Annotated[
        Literal["", "oneline", "multi"], Meta(description="`multi`: line feeds count as blanks")
    ] = ""

    def problems(self) -> Iterator[Problem]:
        """Yield patterns that cannot be read, too; whether the engine takes them shows when it starts."""
        yield from ZonedSpec.problems(self)
        try:
            custom = parse_definitions(self.grok_custom_patterns, "custom pattern")
            for definition in custom.values():
                definition.pieces()
        except MusterError as error:
            yield Problem("grok_custom_patterns", error.message)
            return
        if self.grok_custom_pattern_files:
            return
        try:
            for pattern in split_patterns(self.grok_patterns):
                expand(Definition("", pattern, "pattern"), custom)
        except MusterError as error:
            yield Problem("grok_patterns", error.message)

    def files(self) -> list[str]:
        """Return the files of patterns."""
        return [each.strip() for each in self.grok_custom_pattern_files.split(",") if each.strip()]

    def open(self, around: Surroundings) -> Parse:
        """Return what parses. Raises PatternError, EngineMissing, and InvalidInput for a missing file."""
        grok = self._grok(around)
        return lambda rows: _parse(grok, rows)

    def open_spans(self, around: Surroundings) -> FindSpans:
        """Return what finds the captures in lines. Raises as `open` does."""
        return self._grok(around).spans

    def _grok(self, around: Surroundings) -> Grok:
        custom = "\n".join([*(around.read_file(each) for each in self.files()), self.grok_custom_patterns])
        return Grok(
            split_patterns(self.grok_patterns or DEFAULT),
            custom,
            timezone_offset_h=self.offset_h,
            mode="multi" if self.grok_mode == "multi" else "",
            now=around.now,
        )


def split_patterns(text: str) -> list[str]:
    """Return the patterns of a list; a comma within braces, brackets or after a backslash is no end."""
    patterns, begin, depth, at = [], 0, 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] in "{[(":
            depth += 1
        elif text[at] in "}])":
            depth = max(0, depth - 1)
        elif text[at] == "," and depth == 0:
            patterns.append(text[begin:at])
            begin = at + 1
        at += 1
    patterns.append(text[begin:])
    return [each.strip() for each in patterns if each.strip()]


def _parse(grok: Grok, rows: "polars.DataFrame") -> Parsed:
    found = grok.extract(rows.get_column(LINE))
    if found.matched.all():
        return Parsed(found.fields.get_columns(), no_reasons(rows.height))
    return Parsed(found.fields.get_columns(), reasons_where(~found.matched, "no pattern matches"))
