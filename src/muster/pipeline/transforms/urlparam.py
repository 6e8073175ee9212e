"""The transform `urlparam`."""

from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qsl

from msgspec import Meta

from muster.pipeline.batch import as_text, put, to_field_name
from muster.pipeline.component import Surroundings
from muster.pipeline.records import to_columns
from muster.pipeline.transforms.transform import Change, Key, TransformSpec, names_of

if TYPE_CHECKING:
    import polars

MAX_PARAMETERS = 200


class UrlparamSpec(TransformSpec, frozen=True, kw_only=True):
    """Reads the parameters of an address: `key_NAME`, and what stands before them: `key_url_param_path`.

    A name that stands there twice has its last value.
    """

    TYPES = ("urlparam",)

    key: Key
    select_keys: Annotated[str | list[str], Meta(description="The parameters to take; without it, all")] = ""

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        wanted = frozenset(names_of(self.select_keys))

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            if self.key not in rows.columns:
                return rows
            texts = as_text(rows.get_column(self.key)).to_list()
            for column in to_columns([self._parameters(text, wanted) if text else None for text in texts]):
                rows = put(rows, column.name, column)
            return rows

        return change

    def _parameters(self, text: str, wanted: frozenset[str]) -> dict[str, str]:
        path, mark, query = text.partition("?")
        if not mark and "=" in path:
            path, query = "", path
        try:
            pairs = parse_qsl(query.partition("#")[0], keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
        except ValueError:
            pairs = []
        found = {to_field_name(f"{self.key}_{n}"): v for n, v in pairs if not wanted or n in wanted}
        return ({f"{self.key}_url_param_path": path} if path else {}) | found
