"""The time of a log row, from a field."""

from functools import cache
from typing import TYPE_CHECKING

from muster.pipeline.batch import as_text
from muster.pipeline.distinct import map_distinct
from muster.pipeline.times import to_utc

if TYPE_CHECKING:
    import polars

TIME_FIELDS = (
    *("timestamp", "@timestamp", "Timestamp", "time", "ts", "datetime", "time_local", "time_iso8601"),
    *("date_time", "eventTime"),
)
"""Fields that may hold the time of a row; the first that does is it."""

EARLIEST_S, LATEST_S = 315_532_800, 4_102_444_800
"""1980 and 2100: numbers and texts beyond are not times of logs."""


def read_times(column: "polars.Series") -> "polars.Series":
    """Return a field as times in UTC with microseconds, null where it is none.

    Numbers count seconds, or thousandths, millionths or billionths of them, by their size.
    """
    if column.dtype.is_numeric():
        return _of_logs(from_epoch(column))
    return map_distinct(as_text(column), _from_text)


def _of_logs(times: "polars.Series") -> "polars.Series":
    """Return times with null for those that no log has."""
    return times.to_frame("time").select_seq(_within_bounds().alias(times.name)).to_series()


@cache
def _within_bounds() -> "polars.Expr":
    import polars

    us = polars.Datetime("us", "UTC")
    time = polars.col("time")
    earliest, latest = (polars.lit(limit_s * 10**6).cast(us) for limit_s in (EARLIEST_S, LATEST_S))
    return polars.when(time.is_between(earliest, latest)).then(time)


def from_epoch(column: "polars.Series") -> "polars.Series":
    """Return numbers since 1970 as times; below 1e11 they are seconds, 1e14 ms, 1e17 microseconds."""
    import polars

    value = polars.col("n")
    us = (
        polars.when(value.abs() < 1e11)
        .then(value * 10**6)
        .when(value.abs() < 1e14)
        .then(value * 1000)
        .when(value.abs() < 1e17)
        .then(value)
        .otherwise(value / 1000)
    )
    frame = polars.DataFrame([column.alias("n")])
    return frame.select(us.cast(polars.Int64, strict=False).cast(polars.Datetime("us", "UTC"))).to_series()


def _from_text(text: "polars.Series") -> "polars.Series":
    import polars

    is_number = text.str.contains(r"^[0-9]{9,19}(?:\.[0-9]{1,9})?$")
    if not is_number.any():
        return _of_logs(to_utc(text))
    is_number = is_number.fill_null(False)
    numbers = from_epoch(text.set(~is_number, None).cast(polars.Float64, strict=False))
    return _of_logs(numbers.zip_with(is_number, to_utc(text.set(is_number, None))))
