"""Times of audit events: the fast way says what the careful one says."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.audit.times import parse_moment, parse_moments, to_text
from muster.errors import InvalidInput

UTC = datetime.UTC
zones = st.one_of(
    st.just(UTC), st.integers(-1439, 1439).map(lambda m: datetime.timezone(datetime.timedelta(minutes=m)))
)
times = st.datetimes(
    min_value=datetime.datetime(2, 1, 1), max_value=datetime.datetime(9998, 1, 1), timezones=st.none() | zones
)


@given(st.lists(times, max_size=5), st.sampled_from(["T", " "]))
def test_many_are_parsed_as_one_by_one(values: list[datetime.datetime], separator: str) -> None:
    texts = [value.isoformat(separator) for value in values]
    ts_us, written = parse_moments(texts)
    assert list(zip(ts_us, written, strict=True)) == [parse_moment(text) for text in texts]
    for value, us, text in zip(values, ts_us, written, strict=True):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        assert datetime.datetime.fromisoformat(text) == aware
        assert text.endswith("Z")
        assert len(text) in (20, 27)
        assert to_text(us) == text


@pytest.mark.parametrize(
    "text",
    [
        "2023-12-05T12:55:52.805022+00:00",
        "2023-12-05t12:55:52.805022+00:00",
        "2023-12-05 12:55:52.805022+00:00",
        "2023-12-05T12:55:52,805022+00:00",
        "2023-W49-2T12:55:52.805022+00:00",
        "2023-12-05T12:55:52.805022-00:00",
        "2023-12-05T12:55:52.80502200Z",
        "20231205T125552.805022+00:00",
    ],
)
def test_one_moment_in_many_forms(text: str) -> None:
    assert parse_moments([text]) == ([1701780952805022], ["2023-12-05T12:55:52.805022Z"])


def test_what_is_mixed_is_parsed_one_by_one() -> None:
    assert parse_moments(["2023-12-05", 0, 1701780952805]) == (
        [1701734400000000, 0, 1701780952805000],
        ["2023-12-05T00:00:00Z", "1970-01-01T00:00:00Z", "2023-12-05T12:55:52.805000Z"],
    )


@pytest.mark.parametrize(
    "value", ["", "x", "2023-13-01", True, None, [], float("nan"), float("inf"), 1e300, 10**30, "24:00"]
)
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        parse_moment(value)
    with pytest.raises(InvalidInput):
        parse_moments([value])
