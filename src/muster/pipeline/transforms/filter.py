"""The transform `filter`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from muster.pipeline.batch import as_text
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.grok import engine
from muster.pipeline.transforms.transform import Change, LineSpec, pattern_problems, to_engine_regex

if TYPE_CHECKING:
    import polars


class FilterSpec(LineSpec, frozen=True, kw_only=True):
    """Keeps or removes the rows whose field matches; a row without the field does not match."""

    TYPES = ("filter",)

    mode: Annotated[Literal["keep", "remove"], Meta(description="What becomes of rows that match")] = "remove"
    pattern: Annotated[str, Meta(min_length=1, description="A regular expression, RE2, found anywhere")]

    def problems(self) -> Iterator[Problem]:
        """Yield an expression that cannot be read, too."""
        yield from LineSpec.problems(self)
        yield from pattern_problems(self.pattern, "pattern")

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows. Raises PatternError, EngineMissing."""
        engine.probe()
        regex = to_engine_regex(self.pattern, "pattern")
        engine.compile_check(regex, "pattern")

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            if self.column not in rows.columns:
                return rows.clear() if self.mode == "keep" else rows
            matches = as_text(rows.get_column(self.column)).str.contains(regex).fill_null(False)
            return rows.filter(matches if self.mode == "keep" else ~matches)

        return change
