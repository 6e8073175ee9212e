"""The transform `timestamp`."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from muster.pipeline.batch import as_text, first_of, put
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.date import read_field, shifted
from muster.pipeline.transforms.transform import Change, Key, New, TransformSpec

if TYPE_CHECKING:
    import polars

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class TimestampSpec(TransformSpec, frozen=True, kw_only=True):
    """Turns a time into a number since 1970; what is no time stays as it is."""

    TYPES = ("timestamp",)

    key: Key
    layout: Annotated[str, Meta(description="How it is written, as in `date`; without it, any usual way")] = (
        ""
    )
    precision: Annotated[Literal["s", "ms", "us", "ns"], Meta(description="What is counted")] = "s"
    offset: Annotated[float, Meta(ge=-24, le=24, description="Hours to add")] = 0
    new: New = ""

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        import polars

        if self.key not in rows.columns:
            return rows
        field = rows.get_column(self.key)
        us = shifted(read_field(field, self.layout), self.offset).cast(polars.Int64)
        per_second = _PER_SECOND[self.precision]
        number = us * 1000 if per_second > 10**6 else us // (10**6 // per_second)
        if self.new:
            return put(rows, self.new, number)
        is_whole = number.null_count() == field.null_count()
        return rows.with_columns(
            number.alias(self.key) if is_whole else first_of(as_text(number).alias(self.key), as_text(field))
        )
