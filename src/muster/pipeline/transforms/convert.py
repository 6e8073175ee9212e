"""The transform `convert`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import as_text, first_of
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.grok.dates import Dates
from muster.pipeline.parsers.parser import problem_of
from muster.pipeline.schema import ARRAY, MAP, Column, ToText, cast, cast_items, mapped, parse_schema
from muster.pipeline.transforms.transform import Change, TransformSpec

if TYPE_CHECKING:
    import polars


class ConvertSpec(TransformSpec, frozen=True, kw_only=True):
    """Gives fields types, as a schema says: `f long,g array(long),m map{a float}`.

    A value that is none of the type stays as it is, and then the others of the batch are text, too.
    """

    TYPES = ("convert",)

    dsl: Annotated[str, Meta(min_length=1, description="The schema; types as in the parser `csv`")]

    def problems(self) -> Iterator[Problem]:
        """Yield a schema that cannot be read, too."""
        yield from TransformSpec.problems(self)
        yield from problem_of(lambda: parse_schema(self.dsl, "dsl"), "dsl")

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows. Raises InvalidInput."""
        columns = list(_leaves(parse_schema(self.dsl, "dsl"), ""))
        to_text = Dates(0, around.now).to_rfc3339

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            present = [(name, column) for name, column in columns if name in rows.columns]
            return rows.with_columns(_converted(rows.get_column(n), c, to_text) for n, c in present)

        return change


def _leaves(columns: tuple[Column, ...], prefix: str) -> Iterator[tuple[str, Column]]:
    for column in columns:
        if column.kind == MAP:
            yield from _leaves(column.inner, f"{prefix}{column.name}.")
        else:
            yield prefix + column.name, column


def _converted(field: "polars.Series", column: Column, to_text: ToText) -> "polars.Series":
    if column.kind == ARRAY:
        found = mapped(as_text(field), lambda text: cast_items(text, column.item))
    else:
        found = cast(field, column.kind, to_text)
    is_whole = found.null_count() == field.null_count()
    return found if is_whole else first_of(as_text(found), as_text(field))
