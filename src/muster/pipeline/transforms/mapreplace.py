"""The transform `mapreplace`."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.batch import as_text, put
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.parsers.parser import problem_of
from muster.pipeline.transforms.transform import Change, Key, New, TransformSpec

if TYPE_CHECKING:
    import polars


class MapreplaceSpec(TransformSpec, frozen=True, kw_only=True):
    """Replaces a value by what a table says; one that is not in the table stays as it is."""

    TYPES = ("mapreplace",)

    key: Key
    map: Annotated[str | dict[str, str], Meta(description="The table, `old new,old2 new2`, or an object")] = (
        ""
    )
    map_file: Annotated[str, Meta(description="A file on the agent's machine with such an object, JSON")] = ""
    new: New = ""

    def problems(self) -> Iterator[Problem]:
        """Yield a table that is missing or cannot be read, too."""
        yield from TransformSpec.problems(self)
        if not self.map and not self.map_file:
            yield Problem("map", "expected a table, or map_file")
        yield from problem_of(lambda: read_table(self.map, "map"), "map")

    def files(self) -> list[str]:
        """Return the table's file."""
        return [self.map_file] if self.map_file else []

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows. Raises InvalidInput."""
        table = dict(read_table(around.read_file(self.map_file), "map_file")) if self.map_file else {}
        table |= read_table(self.map, "map")

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            if self.key not in rows.columns:
                return rows
            text = as_text(rows.get_column(self.key))
            return put(rows, self.new or self.key, text.replace(table), override=not self.new)

        return change


def read_table(text: str | Mapping[str, str], field: str) -> Mapping[str, str]:
    """Return the table of a text. Raises InvalidInput."""
    if not isinstance(text, str):
        return text
    if text.lstrip().startswith("{"):
        try:
            return msgspec.json.decode(text, type=dict[str, str])
        except msgspec.DecodeError as error:
            raise InvalidInput(str(error), field=field) from None
    pairs = [each.split(maxsplit=1) for each in text.split(",") if each.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise InvalidInput("expected `old new` pairs, separated by commas", field=field)
    return {old: new.strip() for old, new in pairs}
