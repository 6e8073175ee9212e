"""What is done to many lines at once is what is done to them one by one."""

from datetime import UTC, datetime

import polars
from hypothesis import given
from hypothesis import strategies as st

from muster.pipeline.distinct import map_distinct
from muster.pipeline.grok import Grok
from muster.pipeline.grok.dates import Dates
from muster.pipeline.grok.engine import MARK, capture
from muster.pipeline.grok.values import convert, to_strings
from muster.pipeline.readers.reader import to_lines

DATES = Dates(0, lambda: datetime(2026, 3, 1, tzinfo=UTC))
TIMES = st.sampled_from(
    (
        *("10/Oct/2000:13:55:36 -0700", "10/Oct/2000:13:55:37 -0700", "31/Feb/2000:00:00:00 +0000"),
        *("2026-11-01 12:30:45", "now", "", None),
    )
)
RUNS = st.lists(st.tuples(TIMES, st.integers(1, 9))).map(
    lambda runs: [text for text, count in runs for _ in range(count)]
)


@given(RUNS)
def test_dates(texts: list[str | None]) -> None:
    found = convert(polars.Series("f", texts, dtype=polars.String), "date", DATES)
    assert found.to_list() == [(text and DATES.to_rfc3339(text)) or None for text in texts]


@given(RUNS)
def test_distinct_values_are_converted_and_put_back(texts: list[str | None]) -> None:
    column = polars.Series("f", texts, dtype=polars.String)
    found = map_distinct(column, lambda each: each.str.len_bytes())
    assert found.to_list() == [None if text is None else len(text) for text in texts]
    assert found.name == "f"


TEXTS = st.one_of(st.none(), st.text('a" \t', max_size=5))


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=6))
def test_texts_of_several_fields(rows: list[tuple[str | None, str | None, str | None]]) -> None:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    found = to_strings([polars.Series(texts, dtype=polars.String) for texts in columns])
    assert [column.to_list() for column in found] == [[_plain(text) for text in texts] for texts in columns]


def _plain(text: str | None) -> str | None:
    if text is not None and len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return (text or "").strip() or None


@given(st.lists(st.one_of(st.none(), st.text("ab1 ", max_size=8)), max_size=12))
def test_captures(lines: list[str | None]) -> None:
    regex = "(?P<a>a+|b)(?P<b>b*)(?P<c>1)?"
    column = polars.Series(lines, dtype=polars.String)
    found = capture(column, regex)
    assert found.equals(column.str.extract_groups(f"(?P<{MARK}>)(?:{regex})").struct.unnest())


@given(
    st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\xff", b"\xc3\xa4", b"\0", b"\xef\xbb\xbf"]), max_size=12)
)
def test_lines(parts: list[bytes]) -> None:
    data = b"".join([*parts, b"\n"])
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").removesuffix("\n")
    assert to_lines(data, "utf-8").to_list() == [line.removesuffix("\r") for line in text.split("\n")]


def test_a_pattern_inside_lines_and_at_their_begin() -> None:
    found = Grok(["%{NUMBER:n:long} ms"]).extract(polars.Series(["12 ms", "took 7 ms", "took none", None]))
    assert found.fields.get_column("n").to_list() == [12, 7, None, None]
    assert found.matched.to_list() == [True, True, False, False]
