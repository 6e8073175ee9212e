"""The transform `concat`."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import as_text, put
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, Keys, TransformSpec, names_of

if TYPE_CHECKING:
    import polars


class ConcatSpec(TransformSpec, frozen=True, kw_only=True):
    """Joins the texts of fields; those that a row does not have are left out."""

    TYPES = ("concat",)

    key: Keys
    new: Annotated[str, Meta(min_length=1, description="The field for the result")]
    joiner: Annotated[str, Meta(description="What goes between two texts")] = ""

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        keys = names_of(self.key)

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            import polars

            parts = [as_text(rows.get_column(key)) for key in keys if key in rows.columns]
            if not parts:
                return rows
            joined = polars.select(
                polars.when(polars.any_horizontal(*(polars.lit(part).is_not_null() for part in parts))).then(
                    polars.concat_str(
                        [polars.lit(part) for part in parts], separator=self.joiner, ignore_nulls=True
                    )
                )
            ).to_series()
            return put(rows, self.new, joined)

        return change
