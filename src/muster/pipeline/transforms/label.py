"""The transform `label`."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import first_of
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, TransformSpec

if TYPE_CHECKING:
    import polars


class LabelSpec(TransformSpec, frozen=True, kw_only=True):
    """Adds a field with the same value to every row."""

    TYPES = ("label",)

    key: Annotated[str, Meta(min_length=1, description="The field to add")]
    value: Annotated[str, Meta(description="Its value")]
    override: Annotated[bool, Meta(description="Replace what a row has under that name")] = False

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        import polars

        column = polars.Series(self.key, [self.value], dtype=polars.String).new_from_index(0, rows.height)
        if self.override or self.key not in rows.columns:
            return rows.with_columns(column)
        return rows.with_columns(first_of(rows.get_column(self.key), column))
