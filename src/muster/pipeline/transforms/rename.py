"""The transform `rename`."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import drop, fields_under, put, to_field_name
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, Key, TransformSpec

if TYPE_CHECKING:
    import polars


class RenameSpec(TransformSpec, frozen=True, kw_only=True):
    """Gives a field, or an object with all its fields, another name."""

    TYPES = ("rename",)

    key: Key
    new: Annotated[str, Meta(min_length=1, description="Its new name")]

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        for name in fields_under(rows, self.key):
            column = rows.get_column(name)
            rows = put(drop(rows, [name]), to_field_name(self.new + name.removeprefix(self.key)), column)
        return rows
