"""The transform `pick`."""

from typing import TYPE_CHECKING

from muster.pipeline.batch import drop, fields_of, fields_under
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, Keys, TransformSpec, names_of

if TYPE_CHECKING:
    import polars


class PickSpec(TransformSpec, frozen=True, kw_only=True):
    """Keeps these fields, and objects with all their fields, and removes all others."""

    TYPES = ("pick",)

    key: Keys

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        keys = names_of(self.key)

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            picked = {name for key in keys for name in fields_under(rows, key)}
            return drop(rows, [name for name in fields_of(rows) if name not in picked])

        return change
