import json
import math
from datetime import UTC, datetime

import polars
from hypothesis import example, given, settings
from hypothesis import strategies as st

from muster.model.log import COLUMNS
from muster.pipeline.batch import LINE, REASON, put, to_batch
from muster.pipeline.log_columns import to_log_columns
from muster.pipeline.parsers.key_values import split_pairs
from muster.pipeline.stages import open_stages

NOW = datetime(2026, 4, 5, tzinfo=UTC)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(
    st.sampled_from(["a", "b", "c", "ts", "level", "message", "parse_error", "a.b"]), values
)
lines = st.lists(
    st.text(max_size=40)
    | objects.map(json.dumps)
    | st.lists(objects, max_size=3).map(json.dumps)
    | st.from_regex(r"\A[ab]=[0-9]{1,3}( [bc]=\"x y\")?\Z")
    | st.from_regex(r"\A[0-9]{1,3},[a-z]{0,3},[0-9.]{1,3}\Z"),
    max_size=8,
)
CSV = {"type": "csv", "csv_schema": "a long,b string,c float", "csv_allow_more": "m"}
parsers = st.sampled_from(
    [
        {"type": "raw"},
        {"type": "json"},
        CSV,
        {"type": "grok", "grok_patterns": "%{NUMBER:a:long},%{WORD:b},%{WORD:c}=%{NUMBER:a:float}"},
        {"type": "logfmt"},
        {"type": "syslog"},
        {"type": "nginx"},
        {"type": "mysqllog"},
        {"type": "linuxaudit"},
        {"type": "empty"},
    ]
)
transforms = st.lists(
    st.sampled_from(
        [
            {"type": "rename", "key": "a", "new": "b"},
            {"type": "copy", "key": "b", "new": "a"},
            {"type": "discard", "key": "c"},
            {"type": "pick", "key": "a,b"},
            {"type": "case", "key": "b"},
            {"type": "concat", "key": "a,b", "new": "c"},
            {"type": "split", "key": "b", "sep": "x"},
            {"type": "replace", "key": "b", "old": "([0-9])", "new": "<$1>", "regex": True},
            {"type": "substring", "key": "a", "end": 2},
            {"type": "trim", "key": "b"},
            {"type": "convert", "dsl": "a long,b float,c array(long)"},
            {"type": "date", "key": "a"},
            {"type": "timestamp", "key": "b"},
            {"type": "label", "key": "a", "value": "x"},
            {"type": "filter", "key": "a", "pattern": "1"},
            {"type": "filter", "key": "b", "mode": "keep", "pattern": "x"},
            {"type": "json", "key": "a"},
            {"type": "json", "key": "b", "extract": True},
            {"type": "keyvalue", "key": "message"},
            {"type": "mapreplace", "key": "a", "map": "1 one"},
            {"type": "urlparse", "key": "a"},
            {"type": "urlparam", "key": "b"},
            {"type": "redact"},
            {"type": "redact", "stage": "before_parser"},
            {"type": "filter", "stage": "before_parser", "pattern": "b"},
        ]
    ),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(lines, parsers, transforms, st.booleans(), st.booleans())
def test_no_line_is_lost_or_doubled(lines, parser, transforms, is_dropping, is_keeping):
    options = {"disable_record_errdata": str(is_dropping).lower(), "keep_raw_data": str(is_keeping).lower()}
    parser = {**parser, **options, "labels": "a 1,site b"}
    config = {"reader": {"mode": "file", "log_path": "/x"}, "parser": parser, "transforms": transforms}
    batch = open_stages(config)(to_batch(lines, "s", NOW))
    tally, reasons = batch.tally, batch.rows.get_column(REASON)
    assert tally.read == len(lines)
    assert tally.read + tally.added == reasons.null_count() + tally.filtered + tally.failed
    assert len(reasons) - reasons.null_count() == tally.failed - tally.dropped
    assert tally.dropped == (tally.failed if is_dropping else 0)
    if not any("redact" in each.values() for each in transforms):
        assert set(batch.rows.get_column(LINE)) <= set(lines)
    found = to_log_columns(batch)
    assert found.height == batch.rows.height
    assert found.null_count().row(0) == (0,) * len(COLUMNS)
    for names, texts in found.select("names", "values").rows():
        assert len(names) == len(texts) == len(set(names))
        assert "" not in texts


@settings(max_examples=100, deadline=None)
@given(lines, parsers)
@example(['"', "\x1f", "\u2003"], CSV)
def test_what_becomes_of_a_line_does_not_depend_on_its_neighbours(lines, parser):
    """Not the types of its columns, but the texts that are stored."""
    stages = open_stages(
        {"reader": {"mode": "file", "log_path": "/x"}, "parser": {**parser, "keep_raw_data": "true"}}
    )
    together = [as_stored(row) for row in to_log_columns(stages(to_batch(lines, "s", NOW))).rows()]
    alone = [
        as_stored(row) for line in lines for row in to_log_columns(stages(to_batch([line], "s", NOW))).rows()
    ]
    assert together == alone


def as_stored(row):
    ts, level, source, message, names, texts = row
    plain = {name: number(text) for name, text in zip(names, texts, strict=True)}
    return ts, level, source, message, plain


def number(text):
    """Return a number as such, since 1 and 1.0 are the same; a text that spells NaN equals itself."""
    try:
        value = float(text)
    except ValueError:
        return text
    return value if math.isfinite(value) else text


@given(st.text(alphabet='ab= "\\x', max_size=60))
def test_pairs_are_parts_of_the_text(text):
    for key, value in split_pairs(text, "=").items():
        assert key in text or key == "_"
        assert len(value) <= len(text)


cells = st.none() | st.integers(0, 5)


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6), st.booleans())
def test_put_loses_no_value(cells, override):
    old, first, second = (
        polars.Series(n, c, dtype=polars.Int64) for n, c in zip("oxy", zip(*cells, strict=True), strict=True)
    )
    rows = polars.DataFrame([old.alias("o")])
    rows = put(put(rows, "o", first, override=override), "o", second, override=override)
    for row, values in zip(rows.rows(), cells, strict=True):
        present = [each for each in values if each is not None]
        kept = [each for each in row if each is not None]
        assert kept == (present[-1:] if override else present)
