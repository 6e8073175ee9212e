"""Batches of log rows as they arrive: Arrow IPC, checked in full before use."""

from typing import Any

import pyarrow as pa
import pyarrow.compute

from muster.errors import InvalidInput, TooLarge
from muster.model.batch import ARROW_STREAM
from muster.model.log import COLUMNS, LEVELS, MAX_FIELD_NAME, MAX_FIELDS, MAX_MESSAGE_BYTES

MAX_ROWS = 1_000_000
MAX_SOURCE_BYTES = 4096
MAX_TS_US = 9_000_000_000 * 1_000_000
"""The engine keeps times up to the year 2299; this one is in 2255."""

_compute: Any = pyarrow.compute
"""Its functions are made when it is imported, so types know nothing of them."""

TEXT, LIST = pa.large_string(), pa.large_list(pa.large_string())
SCHEMA = pa.schema(
    [
        ("ts", pa.timestamp("us", "UTC")),
        *((name, TEXT) for name in ("level", "source", "message")),
        *((name, LIST) for name in ("names", "values")),
    ]
)
"""Columns of `muster.model.log.COLUMNS`, as polars writes them at its oldest compatibility level."""

assert tuple(SCHEMA.names) == COLUMNS  # noqa: S101 the contract with agents


def decode_logs(body: bytes, media_type: str) -> pa.Table:
    """Return the rows of a batch, one chunk each column, all checked.

    Raises InvalidInput that names the column, TooLarge beyond a bound.
    """
    if media_type != ARROW_STREAM:
        raise InvalidInput(f"expected {ARROW_STREAM} for this stream", field="Content-Type")
    try:
        with pa.ipc.open_stream(pa.py_buffer(body)) as reader:
            if not reader.schema.equals(SCHEMA):
                raise InvalidInput(f"expected the schema {SCHEMA}", field="body")
            table = reader.read_all()
        table.validate(full=True)
        if table.num_rows > MAX_ROWS:
            raise TooLarge(f"{table.num_rows} rows, at most {MAX_ROWS} are accepted at once")
        table = table.combine_chunks()
        _check(table)
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
        raise InvalidInput(f"not a batch in Arrow IPC: {error}", field="body") from None
    return table


def _check(table: pa.Table) -> None:
    if not table.num_rows:
        raise InvalidInput("expected at least one row", field="body")
    columns = {name: table.column(name).combine_chunks() for name in COLUMNS}
    columns = {name: _whole(column) for name, column in columns.items()}
    for name, column in columns.items():
        inner = column.flatten() if name in ("names", "values") else column
        if column.null_count or inner.null_count:
            raise InvalidInput("expected no nulls", field=name)
    ts = _compute.min_max(columns["ts"].cast(pa.int64())).as_py()
    if ts["min"] < 0 or ts["max"] > MAX_TS_US:
        raise InvalidInput("expected times from 1970 to 2255", field="ts")
    unknown = set(columns["level"].unique().to_pylist()) - {"", *LEVELS}
    if unknown:
        raise InvalidInput(f"expected one of {', '.join(LEVELS)}, or nothing", field="level")
    sizes = _compute.list_value_length(columns["names"])
    if not sizes.equals(_compute.list_value_length(columns["values"])):
        raise InvalidInput("expected as many as names, in each row", field="values")
    names = columns["names"].flatten()
    for field, column, limit in (
        ("message", _compute.binary_length(columns["message"]), MAX_MESSAGE_BYTES),
        ("source", _compute.binary_length(columns["source"]), MAX_SOURCE_BYTES),
        ("names", _compute.binary_length(names), MAX_FIELD_NAME),
        ("names", sizes, MAX_FIELDS),
    ):
        if (_compute.max(column).as_py() or 0) > limit:
            raise InvalidInput(f"at most {limit} are accepted", field=field)


def _whole(column: "pa.Array | pa.ChunkedArray") -> pa.Array:
    """Return one array, also of a column that came in no chunk at all."""
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)
