"""The transform `case`."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from muster.pipeline.batch import as_text
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, Keys, TransformSpec, names_of

if TYPE_CHECKING:
    import polars


class CaseSpec(TransformSpec, frozen=True, kw_only=True):
    """Turns letters into capitals or small ones."""

    TYPES = ("case",)

    key: Keys
    mode: Annotated[Literal["upper", "lower"], Meta(description="What letters become")] = "lower"

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        keys = names_of(self.key)

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            for key in keys:
                if key in rows.columns:
                    text = as_text(rows.get_column(key)).str
                    rows = rows.with_columns(
                        text.to_uppercase() if self.mode == "upper" else text.to_lowercase()
                    )
            return rows

        return change
