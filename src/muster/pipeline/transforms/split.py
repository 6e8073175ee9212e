"""The transform `split`."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import as_text, put
from muster.pipeline.component import Surroundings
from muster.pipeline.records import to_json
from muster.pipeline.schema import mapped
from muster.pipeline.transforms.transform import Change, Key, New, TransformSpec

if TYPE_CHECKING:
    import polars


class SplitSpec(TransformSpec, frozen=True, kw_only=True):
    """Splits a text into a list, which is kept as JSON text."""

    TYPES = ("split",)

    key: Key
    sep: Annotated[str, Meta(min_length=1, description="The separator")]
    new: New = ""

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        if self.key not in rows.columns:
            return rows
        lists = mapped(as_text(rows.get_column(self.key)), lambda text: to_json(text.split(self.sep)))
        return put(rows, self.new or self.key, lists, override=not self.new)
