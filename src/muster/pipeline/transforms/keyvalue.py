"""The transform `keyvalue`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import as_text, put, to_field_name
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.parsers.key_values import split_pairs
from muster.pipeline.records import guess, to_columns
from muster.pipeline.transforms.transform import Change, Key, TransformSpec

if TYPE_CHECKING:
    import polars


class KeyvalueSpec(TransformSpec, frozen=True, kw_only=True):
    """Reads pairs `key=value` in a field, as the parser `logfmt` does in a line."""

    TYPES = ("keyvalue",)

    key: Key
    new: Annotated[str, Meta(description="The object for the pairs; without it they stand by themselves")] = (
        ""
    )
    splitter: Annotated[str, Meta(description="What stands between key and value")] = "="
    keep_string: Annotated[bool, Meta(description="Keep every value as text")] = False

    def problems(self) -> Iterator[Problem]:
        """Yield a splitter that cannot be one, too."""
        yield from TransformSpec.problems(self)
        if not self.splitter.strip() or '"' in self.splitter:
            yield Problem("splitter", "expected characters that are no blanks and no quotes")

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        if self.key not in rows.columns:
            return rows
        texts = as_text(rows.get_column(self.key)).to_list()
        records = [split_pairs(text, self.splitter) if text else None for text in texts]
        prefix = f"{self.new}." if self.new else ""
        for column in to_columns(records):
            typed = column if self.keep_string else guess(column)
            rows = put(rows, to_field_name(prefix + column.name), typed)
        return rows
