"""The parser `mysqllog`: the slow query log of MySQL and MariaDB."""

from typing import TYPE_CHECKING

from muster.pipeline.batch import LINE
from muster.pipeline.component import Surroundings
from muster.pipeline.parsers.parser import Parse, Parsed, ParserSpec, reasons_where
from muster.pipeline.times import write_layout

if TYPE_CHECKING:
    import polars

_TEXTS = (
    ("User", r"(?m)^# User@Host: ([^\[\s]*)"),
    ("Host", r"(?m)^# User@Host: [^@\n]*@ +([^\[\s]*)"),
    ("Ip", r"(?m)^# User@Host: [^@\n]*@[^\[\n]*\[([^\]\n]*)\]"),
    ("Database", r"(?mi)^(?:# .*\bSchema: |use )([^\s;]+)"),
    ("Statement", r"(?s)\A(?:(?:# |SET timestamp=|use )[^\n]*\n)*(.*)"),
)
_FLOATS = ("Query_time", "Lock_time")
_LONGS = ("Rows_sent", "Rows_examined", "Rows_affected", "Thread_id", "Bytes_sent")


class MysqllogSpec(ParserSpec, frozen=True, kw_only=True):
    """Reads entries of the slow query log; an entry begins at `# Time:` or `# User@Host:`.

    Gives `User`, `Host`, `Ip`, `Database`, `Query_time` and `Lock_time` in seconds, the counts of rows,
    `Statement`, and `Timestamp` from `SET timestamp`. The head that the server writes when it starts is
    an entry that fails.
    """

    TYPES = ("mysqllog",)
    HEAD_PATTERN = r"^# (?:Time|User@Host):"

    def open(self, around: Surroundings) -> Parse:
        """Return what parses."""
        return _parse


def _parse(rows: "polars.DataFrame") -> Parsed:
    import polars

    entry = rows.get_column(LINE)
    columns = [entry.str.extract(regex).alias(name) for name, regex in _TEXTS]
    columns[-1] = columns[-1].str.strip_chars().str.strip_suffix(";")
    columns = [column.set((column == "").fill_null(False), None) for column in columns]
    for name in (*_FLOATS, *_LONGS):
        text = entry.str.extract(rf"(?m)^# (?:.*\s)?{name}: ([0-9.]+)")
        columns.append(
            text.cast(polars.Float64 if name in _FLOATS else polars.Int64, strict=False).alias(name)
        )
    seconds = entry.str.extract(r"(?m)^SET timestamp=([0-9]{1,11})").cast(polars.Int64, strict=False)
    times = (seconds * 10**6).cast(polars.Datetime("us", "UTC"))
    columns.append(write_layout(times, "").alias("Timestamp"))
    failed = columns[len(_TEXTS)].is_null()
    if failed.any():
        columns = [column.set(failed, None) for column in columns]
    kept = [column for column in columns if column.null_count() < len(column)]
    return Parsed(kept, reasons_where(failed, "no Query_time: not an entry of a slow query log"))
