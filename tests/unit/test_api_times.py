"""Times in questions, as people and programs write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.api.http.times import LATEST_US, parse_time
from muster.errors import InvalidInput

US = 1_000_000
NOW_US = 1_790_000_000_123_456


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("now", NOW_US),
        ("-0s", NOW_US),
        ("-90s", NOW_US - 90 * US),
        ("-15m", NOW_US - 900 * US),
        ("-24h", NOW_US - 86_400 * US),
        ("-7d", NOW_US - 7 * 86_400 * US),
        ("-2w", NOW_US - 14 * 86_400 * US),
        ("-999999999w", 0),
        ("0", 0),
        ("1790000000123456", NOW_US),
        ("999999999999999999", LATEST_US),
        ("2026-09-21T14:13:20.123456Z", NOW_US),
        ("2026-09-21T14:13:20.123456", NOW_US),
        ("2026-09-21 16:13:20.123456+02:00", NOW_US),
        ("2026-09-21", 1_789_948_800 * US),
        ("1969-12-31", 0),
        ("0001-01-01T00:00:00+14:00", 0),
        ("9999-12-31T23:59:59.999999Z", LATEST_US),
        ("9999-12-31T23:59:59-14:00", LATEST_US),
    ],
)
def test_times(text: str, us: int) -> None:
    assert parse_time(text, NOW_US, field="from") == us


@pytest.mark.parametrize(
    "text",
    [
        "",
        " now",
        "NOW",
        "-1",
        "-1y",
        "1h",
        "+1h",
        "-1.5h",
        "--1h",
        "-1h ",
        "-1h\n",
        "-1234567890s",
        "1" * 19,
        "1e15",
        "1.5",
        "\u0661\u0662",
        "2026-02-30",
        "2026-09-21T25:00:00",
        "10000-01-01",
        "2026-09-21T14:13:20+99:00",
        "2026-09-21\x00",
        "tomorrow",
        "9" * 10_000,
    ],
)
@pytest.mark.parametrize("field", ["from", "to"])
def test_a_wrong_time_names_its_field(text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_time(text, NOW_US, field=field)
    assert refused.value.field == field


@given(st.integers(0, LATEST_US))
def test_a_time_reads_back_from_both_ways_of_writing_it(us: int) -> None:
    iso = datetime.fromtimestamp(us // US, UTC).replace(microsecond=us % US).isoformat()
    assert parse_time(iso, NOW_US, field="from") == us
    assert parse_time(str(us), NOW_US, field="from") == us


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_a_clear_error(text: str) -> None:
    try:
        us = parse_time(text, NOW_US, field="from")
    except InvalidInput as error:
        assert error.field == "from"
    else:
        assert 0 <= us <= LATEST_US
