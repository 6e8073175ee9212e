"""The transform `copy`."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import fields_under, put, to_field_name
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, Key, TransformSpec

if TYPE_CHECKING:
    import polars


class CopySpec(TransformSpec, frozen=True, kw_only=True):
    """Copies a field, or an object with all its fields."""

    TYPES = ("copy",)

    key: Key
    new: Annotated[str, Meta(min_length=1, description="The name of the copy")]
    override: Annotated[bool, Meta(description="Replace a field of that name")] = False

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        for name in fields_under(rows, self.key):
            copy = to_field_name(self.new + name.removeprefix(self.key))
            rows = put(rows, copy, rows.get_column(name), override=self.override)
        return rows
