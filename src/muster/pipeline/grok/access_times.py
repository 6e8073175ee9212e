"""Times as access logs write them, many at once: `10/Oct/2000:13:55:36 -0700`."""

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
    import polars

    is_such = text.str.contains(_FORM).fill_null(False)
    text = text.set(~is_such, None)
    clock = text.str.head(_CLOCK_CHARS).str.to_datetime("%d/%b/%Y:%H:%M:%S", time_unit="us", strict=False)
    hours, minutes = text.str.slice(_CLOCK_CHARS + 1, 3), text.str.tail(2)
    offset = hours + polars.Series([":"]) + minutes
    offset = offset.set(offset.is_in(["+00:00", "-00:00"]).fill_null(False), "Z")
    return clock.dt.strftime("%Y-%m-%dT%H:%M:%S") + offset
