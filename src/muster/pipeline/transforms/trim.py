"""The transform `trim`."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from muster.pipeline.batch import as_text
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, LineSpec

if TYPE_CHECKING:
    import polars


class TrimSpec(LineSpec, frozen=True, kw_only=True):
    """Takes characters off the ends of a text."""

    TYPES = ("trim",)

    characters: Annotated[str, Meta(description="Which; without any: white space")] = ""
    place: Annotated[Literal["prefix", "suffix", "both"], Meta(description="At which end")] = "both"

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        if self.column not in rows.columns:
            return rows
        text = as_text(rows.get_column(self.column)).str
        characters = self.characters or None
        match self.place:
            case "prefix":
                return rows.with_columns(text.strip_chars_start(characters))
            case "suffix":
                return rows.with_columns(text.strip_chars_end(characters))
        return rows.with_columns(text.strip_chars(characters))
