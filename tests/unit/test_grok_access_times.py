"""Times of access logs at once are what they are one by one."""

from datetime import UTC, datetime

import polars
import pytest

from muster.pipeline.grok.access_times import read_access_times
from muster.pipeline.grok.dates import Dates

ONE_BY_ONE = Dates(0, lambda: datetime(2026, 3, 1, tzinfo=UTC)).to_rfc3339

SUCH = [
    "10/Oct/2000:13:55:36 -0700",
    "29/Feb/2024:00:00:00 +0000",
    "31/Dec/1999:23:59:59 -0000",
    "01/Jan/2026:12:00:00 +0530",
    "01/Jan/1000:12:00:00 +1459",
]
OTHERS = [
    "29/Feb/2023:00:00:00 +0000",
    "10/Oct/2000:13:55:60 -0700",
    "10/oct/2000:13:55:36 -0700",
    "10/Oct/2000:24:00:00 -0700",
    "10/Oct/2000:13:55:36 +2400",
    "10/Oct/2000:13:55:36",
    "10/Oct/0000:13:55:36 +0000",
    "10/Oct/2000:13:55:36.5 -0700",
    "10/Oct/2000:13:55:36 -0700\n",
    "2026-11-01 12:30:45",
    "\u0661\u0660/Oct/2000:13:55:36 -0700",
    "",
]


def test_such_times_are_all_read() -> None:
    found = read_access_times(polars.Series([*SUCH, None]))
    assert found.to_list() == [*map(ONE_BY_ONE, SUCH), None]
    assert None not in found.to_list()[:-1]


@pytest.mark.parametrize("text", OTHERS)
def test_any_other_text_is_left_to_those_who_know_more(text: str) -> None:
    assert read_access_times(polars.Series([text], dtype=polars.String)).to_list() == [None]
