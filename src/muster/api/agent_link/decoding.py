"""Batches of agents as they arrive: msgpack or Arrow IPC, checked in full before use."""

import msgspec
import pyarrow as pa

from muster.errors import InvalidInput
from muster.model.batch import ARROW_STREAM, ReportColumns
from muster.model.report import Report, parse_report

ARROW_SCHEMA = pa.schema([pa.field("report", pa.string(), nullable=False)])
MAX_ROWS = 10_000

_columns = msgspec.msgpack.Decoder(ReportColumns)


def decode_reports(body: bytes, media_type: str) -> list[Report]:
    """Return the reports of a batch. Raises InvalidInput that names the row and its field."""
    texts = _from_arrow(body) if media_type == ARROW_STREAM else _from_msgpack(body)
    reports = []
    for index, text in enumerate(texts):
        try:
            reports.append(parse_report(text))
        except InvalidInput as error:
            raise InvalidInput(error.message, field=f"report[{index}]") from None
    return reports


def _from_msgpack(body: bytes) -> list[str]:
    try:
        return _columns.decode(body).report
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
