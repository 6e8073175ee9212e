"""Times as access logs write them, many at once: `10/Oct/2000:13:55:36 -0700`."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars

_FORM = (
    r"\A(?:0[1-9]|[12][0-9]|3[01])/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/[12][0-9]{3}"
    r":(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9] [+-](?:0[0-9]|1[0-4])[0-5][0-9]\z"
)
_CLOCK_CHARS = len("10/Oct/2000:13:55:36")


def read_access_times(text: "polars.Series") -> "polars.Series":
    """Return what `Dates.to_rfc3339` does of such times; null for any other text, which it may know."""
    return text.to_frame("text").select_seq(_reading().alias(text.name)).to_series()


@cache
def _reading() -> "polars.Expr":
    """Return what is done to the column `text`: to say it costs more than to do it for a hundred lines."""
    import polars

    whole = polars.col("text")
    such = polars.when(whole.str.contains(_FORM)).then(whole)
    clock = such.str.head(_CLOCK_CHARS).str.to_datetime("%d/%b/%Y:%H:%M:%S", time_unit="us", strict=False)
    offset = such.str.slice(_CLOCK_CHARS + 1, 3) + ":" + such.str.tail(2)
    offset = offset.replace({"+00:00": "Z", "-00:00": "Z"})
    return clock.dt.strftime("%Y-%m-%dT%H:%M:%S") + offset
