"""The parser `json`: an object on each line, or a list of objects."""

from typing import TYPE_CHECKING, Any

import msgspec

from muster.pipeline.batch import LINE, REASON
from muster.pipeline.component import Surroundings
from muster.pipeline.parsers.parser import Parse, Parsed, ParserSpec
from muster.pipeline.records import to_columns

if TYPE_CHECKING:
    import polars

Record = dict[str, Any]


class JsonSpec(ParserSpec, frozen=True, kw_only=True):
    """Reads an object from each line, or a list of objects, each of which becomes a row.

    What is nested gets dotted names; a list in an object is kept as JSON text.
    """

    TYPES = ("json",)

    def open(self, around: Surroundings) -> Parse:
        """Return what parses."""
        return _parse


def _parse(rows: "polars.DataFrame") -> Parsed:
    import polars

    decode = msgspec.json.Decoder().decode
    records: list[Record | None] = []
    reasons: list[str | None] = []
    origins: list[int] = []
    for origin, line in enumerate(rows.get_column(LINE).to_list()):
        for record, reason in _records(decode, line):
            records.append(record)
            reasons.append(reason)
            origins.append(origin)
    is_plain = origins == list(range(rows.height))
    return Parsed(
        to_columns(records),
        polars.Series(REASON, reasons, dtype=polars.String),
        None if is_plain else polars.Series(origins, dtype=polars.UInt32),
    )


def _records(decode: Any, line: str) -> list[tuple[Record | None, str | None]]:
    """Return the objects of a line, or the reason why there is none."""
    try:
        value = decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        return [(None, f"not JSON: {error}")]
    if type(value) is dict:
        return [(value, None)]
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return [(each, None) for each in value]
    return [(None, "expected an object, or a list of objects")]
