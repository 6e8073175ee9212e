"""The transform `json`."""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from muster.pipeline.batch import as_text, drop, put
from muster.pipeline.component import Surroundings
from muster.pipeline.records import to_columns
from muster.pipeline.transforms.transform import Change, Key, TransformSpec

if TYPE_CHECKING:
    import polars


class JsonSpec(TransformSpec, frozen=True, kw_only=True):
    """Reads the JSON in a field; what is no JSON stays as it is."""

    TYPES = ("json",)

    key: Key
    new: Annotated[str, Meta(description="The object for the result; without it the field's name")] = ""
    extract: Annotated[bool, Meta(description="Put the fields of the object beside the others")] = False
    discard_key: Annotated[bool, Meta(description="Remove the field that was read")] = False

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        if self.key not in rows.columns:
            return rows
        field = rows.get_column(self.key)
        records = [_record(text, self._prefix) if text else None for text in as_text(field).to_list()]
        if self.discard_key or not (self.new or self.extract):
            read = [record is not None for record in records]
            rows = _blanked(rows, self.key, read)
        for column in to_columns(records):
            rows = put(rows, column.name, column)
        return rows

    @property
    def _prefix(self) -> str:
        return "" if self.extract else self.new or self.key


def _record(text: str, prefix: str) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    if prefix:
        return {prefix: value}
    return value if isinstance(value, dict) else None


def _blanked(rows: "polars.DataFrame", key: str, read: list[bool]) -> "polars.DataFrame":
    import polars

    if all(read):
        return drop(rows, [key])
    return rows.with_columns(rows.get_column(key).set(polars.Series(read, dtype=polars.Boolean), None))
