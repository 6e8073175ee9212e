"""The transform `date`."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import as_text, first_of, put
from muster.pipeline.component import Surroundings
from muster.pipeline.log_times import read_times
from muster.pipeline.times import read_layout, write_layout
from muster.pipeline.transforms.transform import Change, Key, New, TransformSpec

if TYPE_CHECKING:
    import polars


class DateSpec(TransformSpec, frozen=True, kw_only=True):
    """Reads a time and writes it anew, in UTC; what is no time stays as it is.

    Layouts are those of Go (`2006-01-02 15:04:05 -0700`) or of strftime (`%Y-%m-%d`).
    """

    TYPES = ("date",)

    key: Key
    offset: Annotated[float, Meta(ge=-24, le=24, description="Hours to add")] = 0
    time_layout_before: Annotated[
        str, Meta(description="How it is written; without it, any usual way, or a number since 1970")
    ] = ""
    time_layout_after: Annotated[str, Meta(description="How to write it; without it, RFC 3339")] = ""
    new: New = ""

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        if self.key not in rows.columns:
            return rows
        field = rows.get_column(self.key)
        times = shifted(read_field(field, self.time_layout_before), self.offset)
        written = write_layout(times, self.time_layout_after)
        if self.new:
            return put(rows, self.new, written)
        return rows.with_columns(first_of(written.alias(self.key), as_text(field)))


def read_field(field: "polars.Series", layout: str) -> "polars.Series":
    """Return a field as times in UTC, null where it is none."""
    return read_layout(as_text(field), layout) if layout else read_times(field)


def shifted(times: "polars.Series", hours: float) -> "polars.Series":
    """Return times with hours added."""
    return times.dt.offset_by(f"{round(hours * 3600)}s") if hours else times
