"""The transform `urlparse`."""

from typing import TYPE_CHECKING

from muster.pipeline.batch import as_text, put
from muster.pipeline.component import Surroundings
from muster.pipeline.transforms.transform import Change, Key, TransformSpec

if TYPE_CHECKING:
    import polars

_URL = (
    r"^(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?://(?:[^/?#@]*@)?(?P<host>\[[^\]]*\]|[^/?#:]*)(?::(?P<port>[0-9]{1,5}))?)?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?$"
)
"""RFC 3986, appendix B; name and password are left out."""


class UrlparseSpec(TransformSpec, frozen=True, kw_only=True):
    """Takes an address apart.

    Gives `key_scheme`, `key_host`, `key_port`, `key_path`, `key_query` and `key_fragment`.
    """

    TYPES = ("urlparse",)

    key: Key

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows."""
        return self._change

    def _change(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        import polars

        if self.key not in rows.columns:
            return rows
        parts = as_text(rows.get_column(self.key)).str.extract_groups(_URL).struct.unnest()
        for part in parts:
            column = part.set((part == "").fill_null(False), None)
            if column.null_count() < len(column):
                typed = column.cast(polars.Int64) if part.name == "port" else column
                rows = put(rows, f"{self.key}_{part.name}", typed)
        return rows
