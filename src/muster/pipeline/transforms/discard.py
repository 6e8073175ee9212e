"""The transform `discard`."""

from typing import TYPE_CHECKING

from muster.pipeline.batch import drop, fields_under
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, Keys, TransformSpec, names_of

if TYPE_CHECKING:
    import polars


class DiscardSpec(TransformSpec, frozen=True, kw_only=True):
    """Removes fields, and objects with all their fields."""

    TYPES = ("discard",)

    key: Keys

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        keys = names_of(self.key)

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            return drop(rows, [name for key in keys for name in fields_under(rows, key)])

        return change
