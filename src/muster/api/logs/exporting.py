"""What a search finds as a file: NDJSON or CSV, written while it is read."""

import csv
import enum
import io
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.response import Stream

from muster.api.http.authorization import caller_of
from muster.api.http.requests import AnyRequest
from muster.api.http.times import EPOCH
from muster.api.logs.asking import LogSearch, Query, Where
from muster.api.logs.searching import READ, Before, Row, to_row
from muster.core.logs.ports import LogFilter, LogRow, Place
from muster.core.logs.questions import parse_place
from muster.errors import InvalidInput
from muster.model.audit import ControlAction

MAX_ROWS = 1_000_000
PAGE_ROWS = 1000
"""So many are in memory at once; the next are read when the client took these."""

CSV_COLUMNS = ("id", "time", "level", "agent_id", "hostname", "runner", "source", "message", "fields")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to spreadsheets, and a log line may come from anybody."""


class ExportFormat(enum.StrEnum):
    """One JSON object a line as the search answers it, or rows for spreadsheets."""

    NDJSON = "ndjson"
    CSV = "csv"


MEDIA_TYPES = {ExportFormat.NDJSON: "application/x-ndjson", ExportFormat.CSV: "text/csv; charset=utf-8"}

MAX_COLUMNS = 50
Columns = Annotated[
    list[str] | None,
    QueryParameter(name="column", description=f"Fields that CSV has as columns; at most {MAX_COLUMNS}."),
]
ExportLimit = Annotated[
    int, QueryParameter(ge=1, le=MAX_ROWS, description="Rows at most; go on with `before` = the last `id`.")
]


@get("/export", opt=READ, summary="Log rows as a file, the newest first", media_type="application/x-ndjson")
async def export_logs(
    request: AnyRequest,
    log_search: LogSearch,
    where: Where,
    format: Annotated[ExportFormat, QueryParameter(description="ndjson or csv.")] = ExportFormat.NDJSON,
    words: Query = "",
    before: Before = None,
    limit: ExportLimit = 100_000,
    columns: Columns = None,
) -> Stream:
    """Send the rows that a query finds; an answer that breaks off is not complete.

    Cells of CSV that would be a formula begin with an apostrophe; fields are a JSON object in the last,
    and those that are named are columns before it.
    """
    if columns and len(columns) > MAX_COLUMNS:
        raise InvalidInput(f"at most {MAX_COLUMNS} are accepted", field="column")
    place = None if before is None else parse_place(before, "before")
    first = await log_search.store.newest(where, before=place, limit=min(PAGE_ROWS, limit))
    details = {"query": words, "from_us": where.from_us, "to_us": where.to_us, "by": caller_of(request)}
    action = ControlAction("LogsExported", time.time_ns() // 1000, {**details, "format": str(format)})
    await log_search.outbox.add(action)
    headers = {
        "content-type": MEDIA_TYPES[format],
        "content-disposition": f'attachment; filename="logs-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{format}"',
    }
    write = to_ndjson if format is ExportFormat.NDJSON else partial(to_csv, columns or ())
    content = _chunks(log_search, where, first, limit, write)
    return Stream(content, headers=headers)


async def _chunks(
    search: LogSearch, where: LogFilter, first: list[LogRow], limit: int, write: "_Write"
) -> AsyncIterator[bytes]:
    page, left, is_first = first, limit, True
    while True:
        yield write([to_row(search, row) for row in page], is_first)
        left -= len(page)
        if left <= 0 or len(page) < PAGE_ROWS:
            return
        last: Place = page[-1].place
        page = await search.store.newest(where, before=last, limit=min(PAGE_ROWS, left))
        is_first = False


def to_ndjson(rows: Sequence[Row], _is_first: bool) -> bytes:
    """Return rows as JSON, one a line."""
    return msgspec.json.Encoder().encode_lines(rows)


def to_csv(columns: Sequence[str], rows: Sequence[Row], is_first: bool) -> bytes:
    """Return rows as CSV (RFC 4180), the first under the names of their columns; `columns` are fields."""
    text = io.StringIO()
    writer = csv.writer(text)
    if is_first:
        writer.writerow(_safe([*CSV_COLUMNS[:-1], *columns, CSV_COLUMNS[-1]]))
    for row in rows:
        at = (EPOCH + timedelta(microseconds=row.ts_us)).isoformat(timespec="microseconds")
        fields = msgspec.json.encode(row.fields).decode() if row.fields else ""
        origin = (row.agent_id, row.hostname, row.runner, row.source)
        chosen = (row.fields.get(name, "") for name in columns)
        writer.writerow(_safe([row.id, at, row.level, *origin, row.message, *chosen, fields]))
    return text.getvalue().encode()


def _safe(cells: Sequence[str]) -> list[str]:
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]


_Write = Callable[[Sequence[Row], bool], bytes]

HANDLERS: tuple[Any, ...] = (export_logs,)
