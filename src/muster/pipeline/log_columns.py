"""The last step of a log pipeline: rows as the server stores them (model/log.py)."""

from itertools import pairwise
from typing import IO, TYPE_CHECKING, cast

from muster.model.log import COLUMNS, MAX_FIELDS, MAX_MESSAGE_BYTES
from muster.pipeline.batch import LINE, READ_AT, SOURCE, STASH, LineBatch, as_text, fields_of
from muster.pipeline.grok.values import blank_to_null
from muster.pipeline.levels import LEVEL_FIELDS, find_level, read_level
from muster.pipeline.log_times import TIME_FIELDS, read_times

if TYPE_CHECKING:
    import polars

MESSAGE_FIELDS = ("message", "msg", "content", "Statement", "raw", STASH)
"""The first of these that a row has is its message; else the whole line is."""

MAX_CELLS = 1_000_000
"""Rows times fields that are put together at once: more takes memory for nothing."""


MAX_ROWS_AT_ONCE = 2500
"""Rows of a record batch."""

_PREFIX_BYTES = 8
"""Each message of an Arrow IPC stream begins with 0xFFFFFFFF and the length of its metadata. The first is the
schema, which has no body; the last is the prefix alone (Arrow columnar format, encapsulated messages)."""


def to_log_columns(batch: LineBatch) -> "polars.DataFrame":
    """Return the columns of a batch of logs, none of them null.

    The time is that of the first field in `TIME_FIELDS` that holds one, else when the line was read.
    The level comes from a field, else from the words of a message that no parser took apart. A field
    that became the time, the level or the message is not repeated among the fields. Null and empty
    fields are left out; of more than 200 the last are, and a longer message is cut.
    """
    import polars

    rows, ts = _take_time(batch.rows)
    rows, message, is_plain = _take_message(rows)
    rows, level = _take_level(rows, message, is_plain)
    names, values = _pairs(rows)
    found = {
        "ts": ts,
        "level": level,
        "source": _filled(rows.get_column(SOURCE)),
        "message": _cut(message),
        "names": names,
        "values": values,
    }
    return polars.DataFrame([found[name].alias(name) for name in COLUMNS])


def to_arrow(batch: LineBatch) -> bytes:
    """Return the columns of a batch of logs as an Arrow IPC stream, uncompressed, for any reader."""
    return b"".join(to_arrow_parts(batch))


def to_arrow_parts(batch: LineBatch) -> list[bytes]:
    """Return the same stream in parts, for those who hash and compress it: joining costs a copy.

    The engine needs some four times the memory of a record batch to write it, so that one has at most
    `MAX_ROWS_AT_ONCE` rows.
    """
    columns = to_log_columns(batch)
    count = max(1, -(-columns.height // MAX_ROWS_AT_ONCE))
    edges = [columns.height * at // count for at in range(count + 1)]
    whole: list[bytes] = []
    for begin, end in pairwise(edges):
        parts = _write(columns[begin:end])
        size = sum(map(len, parts))
        schema = _PREFIX_BYTES + int.from_bytes(b"".join(_between(parts, 4, _PREFIX_BYTES)), "little")
        is_last = end == columns.height
        whole += _between(parts, schema if begin else 0, size if is_last else size - _PREFIX_BYTES)
    return whole


def _write(columns: "polars.DataFrame") -> list[bytes]:
    """Return an Arrow IPC stream: a schema, a record batch, and the mark of the end."""
    import polars

    sink = _Parts()
    columns.write_ipc_stream(
        cast("IO[bytes]", sink), compression="uncompressed", compat_level=polars.CompatLevel.oldest()
    )
    return sink.parts


def _between(parts: list[bytes], begin: int, end: int) -> list[bytes]:
    """Return the bytes from one place to another; what lies between is not copied."""
    found, at = [], 0
    for part in parts:
        found.append(part[max(0, begin - at) : max(0, end - at)])
        at += len(part)
    return [each for each in found if each]


class _Parts:
    """A file that keeps what is written as it comes: a buffer that grows costs a tenth of a batch's time."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep a part."""
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing."""


def _filled(text: "polars.Series") -> "polars.Series":
    return text.fill_null("") if text.null_count() else text


def _take_time(rows: "polars.DataFrame") -> "tuple[polars.DataFrame, polars.Series]":
    read_at = rows.get_column(READ_AT)
    ts = read_at.clear().extend_constant(None, rows.height) if rows.height else read_at
    for name in TIME_FIELDS:
        if name not in rows.columns:
            continue
        found = read_times(rows.get_column(name))
        if found.null_count() == 0 and ts.null_count() == rows.height:
            return _dropped(rows, name), found
        used = found.is_not_null() & ts.is_null()
        if used.any():
            ts = ts.zip_with(ts.is_not_null(), found)
            rows = _without(rows, name, used)
        if ts.null_count() == 0:
            break
    return rows, ts.zip_with(ts.is_not_null(), read_at) if ts.null_count() else ts


def _take_message(
    rows: "polars.DataFrame",
) -> "tuple[polars.DataFrame, polars.Series, polars.Series | None]":
    """Return the message of each row, and which are a text of their own; none: no row's is."""
    message = None
    for name in MESSAGE_FIELDS:
        if name not in rows.columns:
            continue
        text = as_text(rows.get_column(name))
        if message is None:
            message, used = text, text.is_not_null()
        else:
            used = message.is_null() & text.is_not_null()
            message = message.zip_with(~used, text)
        rows = _without(rows, name, used)
        if message.null_count() == 0:
            return rows, message, used | True
    line = _filled(rows.get_column(LINE))
    if message is None:
        return rows, line, None
    is_plain = message.is_not_null()
    return rows, message.zip_with(is_plain, line), is_plain


def _take_level(
    rows: "polars.DataFrame", message: "polars.Series", is_plain: "polars.Series | None"
) -> "tuple[polars.DataFrame, polars.Series]":
    import polars

    level = polars.Series("level", [""], dtype=polars.String).new_from_index(0, rows.height)
    for name in LEVEL_FIELDS:
        if name not in rows.columns:
            continue
        found = read_level(name, rows.get_column(name))
        used = found.is_not_null() & (level == "")
        if used.any():
            level = level.zip_with(~used, found)
            rows = _without(rows, name, used)
    if is_plain is None:
        return rows, level
    unknown = (level == "") & is_plain
    if unknown.any():
        at = unknown.arg_true()
        level = level.scatter(at, find_level(message.gather(at)))
    return rows, level


def _without(rows: "polars.DataFrame", name: str, used: "polars.Series") -> "polars.DataFrame":
    return _dropped(rows, name) if used.all() else rows.with_columns(rows.get_column(name).set(used, None))


def _dropped(rows: "polars.DataFrame", name: str) -> "polars.DataFrame":
    """Return the rows without a column, which `drop` would ask the engine for."""
    left = rows.clone()
    left.drop_in_place(name)
    return left


def _pairs(rows: "polars.DataFrame") -> "tuple[polars.Series, polars.Series]":
    """Return the names of the fields that each row has, and their values as text."""
    import polars

    kept = [column for column in _filled_fields(rows) if column.null_count() < rows.height]
    is_full = not any(column.null_count() for column in kept)
    texts = polars.List(polars.String)
    if not kept:
        nothing = polars.Series([[]], dtype=texts).new_from_index(0, rows.height)
        return nothing, nothing
    if is_full and len(kept) <= MAX_FIELDS:
        names = [column.name for column in kept]
        return polars.Series([names], dtype=texts).new_from_index(0, rows.height), _by_row(kept)
    step = max(1, MAX_CELLS // len(kept))
    slices = [[column[at : at + step] for column in kept] for at in range(0, rows.height, step)]
    pairs = [_sparse_pairs(each) for each in slices]
    return polars.concat([each for each, _ in pairs]), polars.concat([each for _, each in pairs])


def _filled_fields(rows: "polars.DataFrame") -> "list[polars.Series]":
    """Return the fields as text, null where they are empty."""
    import polars

    names = fields_of(rows)
    texts = [as_text(rows.get_column(name)).alias(str(at)) for at, name in enumerate(names)]
    found = blank_to_null(polars.DataFrame(texts)).get_columns() if texts else []
    return [column.alias(name) for name, column in zip(names, found, strict=True)]


def _sparse_pairs(columns: "list[polars.Series]") -> "tuple[polars.Series, polars.Series]":
    names = _by_row([_name_where(column) for column in columns])
    values = _by_row(columns)
    return names.list.drop_nulls().list.head(MAX_FIELDS), values.list.drop_nulls().list.head(MAX_FIELDS)


def _name_where(column: "polars.Series") -> "polars.Series":
    """Return the name of a column where it has a value."""
    import polars

    name = polars.Series([column.name], dtype=polars.String).new_from_index(0, len(column))
    return name.set(column.is_null(), None)


def _by_row(columns: "list[polars.Series]") -> "polars.Series":
    """Return a list for each row of what the columns hold there: seven times as fast as concat_list."""
    import polars

    height, width = len(columns[0]), len(columns)
    together = polars.concat([column.alias("values") for column in columns])
    place = polars.int_range(height * width, dtype=polars.UInt32)
    across = polars.col("values").gather((place % width) * height + place // width)
    by_row = across.reshape((height, width)).arr.to_list()
    return together.to_frame().select_seq(by_row).to_series()


def _cut(message: "polars.Series") -> "polars.Series":
    size_bytes = message.str.len_bytes()
    if cast("int", size_bytes.max() or 0) <= MAX_MESSAGE_BYTES:
        return message
    at = (size_bytes > MAX_MESSAGE_BYTES).arg_true()
    return message.scatter(
        at, [each.encode()[:MAX_MESSAGE_BYTES].decode("utf-8", "ignore") for each in message.gather(at)]
    )
