"""What every transform has: options, its stage, and how it is put over rows that were parsed."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from muster.errors import MusterError
from muster.pipeline.batch import LINE, OWN, PLACE, REASON, LineBatch, Tally
from muster.pipeline.component import Problem, Spec, Surroundings
from muster.pipeline.grok.expand import expand
from muster.pipeline.grok.library import Definition

if TYPE_CHECKING:
    import polars

Change = Callable[["polars.DataFrame"], "polars.DataFrame"]
"""Changes rows that were parsed: fields are added, changed and removed, rows only removed."""

BEFORE, AFTER = "before_parser", "after_parser"

Key = Annotated[str, Meta(min_length=1, description="The field")]
New = Annotated[str, Meta(description="The field for the result; without it the field itself")]
Keys = Annotated[str | list[str], Meta(description="Fields, separated by commas")]


class TransformSpec(Spec, frozen=True, kw_only=True):
    """The options of every transform. A row without the field is left as it is."""

    BEFORE_TOO: ClassVar[bool] = False
    """Whether it may also change lines before they are parsed."""

    FAILED_TOO: ClassVar[bool] = False
    """Whether it also changes lines that could not be parsed."""

    stage: Annotated[
        Literal["before_parser", "after_parser", ""], Meta(description="When it takes place")
    ] = ""

    @property
    def is_before(self) -> bool:
        """Whether it changes lines that are not parsed yet."""
        return self.stage == BEFORE

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows. Raises InvalidInput; EngineMissing where polars cannot run."""
        raise NotImplementedError

    def problems(self) -> Iterator[Problem]:
        """Yield a stage that it cannot have."""
        if self.stage == BEFORE and not self.BEFORE_TOO:
            yield Problem("stage", "only after_parser")


class LineSpec(TransformSpec, frozen=True, kw_only=True):
    """The options of a transform that can change lines, too."""

    BEFORE_TOO = True

    key: Annotated[str, Meta(description="The field; none before the parser: the line is changed")] = ""

    @property
    def column(self) -> str:
        """The column that is changed."""
        return LINE if self.is_before else self.key

    def problems(self) -> Iterator[Problem]:
        """Yield a missing field."""
        if not self.key and not self.is_before:
            yield Problem("key", "required")


class TransformStage:
    """The transforms of a runner that take place at one stage. Raises what `open` raises."""

    def __init__(self, specs: Sequence[TransformSpec], around: Surroundings) -> None:
        self._changes = [(spec.open(around), spec.FAILED_TOO) for spec in specs]

    def __call__(self, batch: LineBatch) -> LineBatch:
        """Return the batch changed; lines that failed pass as they are."""
        if not self._changes or batch.rows.height == 0:
            return batch
        reasons = batch.rows.get_column(REASON)
        if reasons.null_count() == batch.rows.height:
            rows, _ = self._run(batch.rows, batch.rows.clear())
            return batch.with_rows(rows, Tally(filtered=batch.rows.height - rows.height))
        return self._around_failed(batch)

    def _run(
        self, parsed: "polars.DataFrame", failed: "polars.DataFrame"
    ) -> "tuple[polars.DataFrame, polars.DataFrame]":
        for change, is_for_failed in self._changes:
            if parsed.height:
                parsed = change(parsed)
            if failed.height and is_for_failed:
                failed = change(failed)
        return parsed, failed

    def _around_failed(self, batch: LineBatch) -> LineBatch:
        import polars

        rows = batch.rows.with_row_index(PLACE)
        is_failed = rows.get_column(REASON).is_not_null()
        failed = rows.filter(is_failed)
        unused = [each.name for each in failed if each.name not in OWN and each.null_count() == len(each)]
        parsed, failed = self._run(rows.filter(~is_failed), failed.drop(unused))
        changed = polars.concat([parsed, failed], how="diagonal_relaxed").sort(PLACE).drop(PLACE)
        return batch.with_rows(changed, Tally(filtered=rows.height - changed.height))


def names_of(keys: str | list[str]) -> list[str]:
    """Return the fields of a list, or of a text with commas."""
    listed = keys.split(",") if isinstance(keys, str) else keys
    return [each.strip() for each in listed if each.strip()]


def to_engine_regex(pattern: str, option: str) -> str:
    """Return a regular expression of RE2 as the engine reads it. Raises PatternError."""
    return expand(Definition("", pattern, option), {}).regex


def pattern_problems(pattern: str, option: str) -> Iterator[Problem]:
    """Yield what is wrong with a regular expression."""
    try:
        to_engine_regex(pattern, option)
    except MusterError as error:
        yield Problem(option, error.message.removeprefix(option).lstrip(",: "))
