"""Batches of agents as they arrive: msgpack or Arrow IPC, checked in full before use."""

import array
import math
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import msgspec
import pyarrow as pa

from muster.errors import InvalidInput
from muster.model.batch import ARROW_STREAM, MSGPACK, InventoryColumns, ReportColumns, SampleColumns
from muster.model.inventory import Inventory, parse_inventory
from muster.model.metric import parse_labels, parse_metric
from muster.model.report import Report, parse_report

ARROW_SCHEMA = pa.schema([pa.field("report", pa.string(), nullable=False)])
MAX_ROWS = 10_000
NAMES_IN_MEMORY = 100_000

T = TypeVar("T")

_reports = msgspec.msgpack.Decoder(ReportColumns)
_samples = msgspec.msgpack.Decoder(SampleColumns)
_inventories = msgspec.msgpack.Decoder(InventoryColumns)

_is_metric = lru_cache(NAMES_IN_MEMORY)(parse_metric)
_are_labels = lru_cache(NAMES_IN_MEMORY)(parse_labels)


def decode_reports(body: bytes, media_type: str) -> list[Report]:
    """Return the reports of a batch. Raises InvalidInput that names the row and its field."""
    texts = _from_arrow(body) if media_type == ARROW_STREAM else _from_msgpack(_reports, body).report
    return _parse_each(texts, parse_report, "report")


def decode_inventories(body: bytes, media_type: str) -> list[Inventory]:
    """Return the inventories of a batch. Raises InvalidInput that names the row and its field."""
    _only_msgpack(media_type)
    return _parse_each(_from_msgpack(_inventories, body).inventory, parse_inventory, "inventory")


def decode_samples(body: bytes, media_type: str) -> SampleColumns:
    """Return the columns of a batch, all checked. Raises InvalidInput that names the column and the row."""
    _only_msgpack(media_type)
    columns = _from_msgpack(_samples, body)
    rows = len(columns.metrics)
    if len(columns.labels) != rows:
        raise InvalidInput(f"expected {rows}, as many as metrics", field="labels")
    if len(columns.values) != 8 * rows:
        raise InvalidInput(f"expected {8 * rows} bytes, 8 for each metric", field="values")
    _check_each(columns.metrics, _is_metric, "metrics")
    _check_each(columns.labels, _are_labels, "labels")
    values = array.array("d", columns.values)
    if sys.byteorder == "big":
        values.byteswap()
    if not all(map(math.isfinite, values)):
        row = next(index for index, value in enumerate(values) if not math.isfinite(value))
        raise InvalidInput("expected a finite number", field=f"values[{row}]")
    if len(set(zip(columns.metrics, columns.labels, strict=True))) != rows:
        raise InvalidInput("a series occurs twice", field="metrics")
    return columns


def _check_each(texts: list[str], check: Callable[[str], object], column: str) -> None:
    for index, text in enumerate(texts):
        try:
            check(text)
        except InvalidInput as error:
            raise InvalidInput(error.message, field=f"{column}[{index}]") from None


def _parse_each(texts: list[str], parse: Callable[[str], T], column: str) -> list[T]:
    parsed = []
    for index, text in enumerate(texts):
        try:
            parsed.append(parse(text))
        except InvalidInput as error:
            raise InvalidInput(error.message, field=f"{column}[{index}]") from None
    return parsed


def _only_msgpack(media_type: str) -> None:
    if media_type != MSGPACK:
        raise InvalidInput(f"expected {MSGPACK} for this stream", field="Content-Type")


def _from_msgpack(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput(f"not a batch in msgpack: {error}", field="body") from None
    except RecursionError:
        raise InvalidInput("nested too deeply", field="body") from None


def _from_arrow(body: bytes) -> list[str]:
    """Read one Arrow IPC stream whose schema equals `ARROW_SCHEMA`, uncompressed inside."""
    try:
        with pa.ipc.open_stream(pa.py_buffer(body)) as reader:
            if not reader.schema.equals(ARROW_SCHEMA):
                raise InvalidInput(f"expected the schema {ARROW_SCHEMA}", field="body")
            table = reader.read_all()
        if table.num_rows > MAX_ROWS:
            raise InvalidInput(f"at most {MAX_ROWS} rows", field="body")
        table.validate(full=True)
        texts: list[str] = table.column(0).to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"not a batch in Arrow IPC: {error}", field="body") from None
    if not texts or table.column(0).null_count:
        raise InvalidInput("expected at least one row, and no nulls", field="body")
    return texts
