"""The transform `substring`."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import as_text, put
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, Key, New, TransformSpec

if TYPE_CHECKING:
    import polars


class SubstringSpec(TransformSpec, frozen=True, kw_only=True):
    """Takes a part of a text, in characters counted from 0."""

    TYPES = ("substring",)

    key: Key
    start: Annotated[int, Meta(ge=0, description="The first character of the part")] = 0
    end: Annotated[int, Meta(ge=-1, description="The first one behind it; -1: to the end")] = -1
    new: New = ""

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        if self.key not in rows.columns:
            return rows
        length = None if self.end < 0 else max(0, self.end - self.start)
        part = as_text(rows.get_column(self.key)).str.slice(self.start, length)
        return put(rows, self.new or self.key, part, override=not self.new)
