"""Lines to fields: names, types, several patterns, batches."""

import subprocess
import sys
from datetime import UTC, datetime

import polars as pl
import pytest

from muster.errors import InvalidInput
from muster.pipeline.grok import EngineMissing, Grok, engine

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def rows(grok: Grok, *lines: str | None) -> list[dict[str, object] | None]:
    """Return the fields of each line that have a value; none for a line that does not match."""
    found = grok.extract(pl.Series(lines, dtype=pl.String))
    return [
        {name: value for name, value in row.items() if value is not None} if matched else None
        for row, matched in zip(found.fields.to_dicts(), found.matched, strict=True)
    ]


def test_types_are_those_that_the_pattern_names() -> None:
    grok = Grok(["%{NUMBER:a:long} %{NUMBER:b:float} %{WORD:c:string} %{WORD:d} %{WORD:e:drop} %{WORD}"])
    assert rows(grok, "1 2.5 x y z w") == [{"a": 1, "b": 2.5, "c": "x", "d": "y"}]
    assert grok.types == {"a": "long", "b": "float", "c": "string", "d": "string"}
    assert grok.extract(pl.Series(["1 2 x y z w"])).fields.schema == {
        "a": pl.Int64,
        "b": pl.Float64,
        "c": pl.String,
        "d": pl.String,
    }


def test_what_is_captured_stays_raw_for_one_line() -> None:
    grok = Grok(["%{NUMBER:a:long} %{QS:b} %{WORD:c:drop} %{HTTPDATE:d:date}"])
    assert grok.match_one('007 "x" y 10/Oct/2000:13:55:36 -0700') == {
        "a": "007",
        "b": '"x"',
        "c": "y",
        "d": "10/Oct/2000:13:55:36 -0700",
    }
    assert grok.match_one("nothing") is None


def test_the_whole_match_is_only_the_part_that_the_pattern_took() -> None:
    assert Grok(["b%{INT:x}|c"]).match_whole("a b1 c") == ("b1", {"x": "1"})


def test_a_value_that_cannot_be_converted_drops_that_field_only() -> None:
    grok = Grok(["%{NOTSPACE:a:long} %{NOTSPACE:b:float} %{NOTSPACE:c:date} %{NOTSPACE:d}"])
    assert rows(grok, "1.5 x yesterday ok", "9223372036854775808 nan 2026-01-02 ok", "-5 inf x ok") == [
        {"d": "ok"},
        {"c": "2026-01-02T00:00:00Z", "d": "ok"},
        {"a": -5, "d": "ok"},
    ]


def test_empty_captures_are_no_fields() -> None:
    grok = Grok(["<%{DATA:a}><%{DATA:b:long}><%{SPACE:c}>"])
    assert rows(grok, "<><><>", "<x><1>< >") == [{}, {"a": "x", "b": 1}]
    assert grok.match_one("<><><>") == {}


def test_text_loses_one_pair_of_quotes_and_the_space_around() -> None:
    grok = Grok(["=%{GREEDYDATA:x}"])
    assert rows(grok, '="a b"', '=""a""', '=" a "', '="', '="a', "= a ", "='a'", '=""') == [
        {"x": "a b"},
        {"x": '"a"'},
        {"x": "a"},
        {"x": '"'},
        {"x": '"a'},
        {"x": "a"},
        {"x": "'a'"},
        {},
    ]


def test_types_of_parts_are_inherited() -> None:
    grok = Grok(["%{OUTER} %{OUTER:o}"], "INNER %{INT:i:long}\nOUTER <%{INNER}>")
    assert rows(grok, "<5> <6>") == [{"i": 5, "o": "<6>"}]


def test_the_first_capture_of_a_name_that_is_not_empty_holds() -> None:
    grok = Grok(["a=%{DATA:x} b=%{DATA:x:long}$"])
    assert rows(grok, "a= b=2", "a=1 b=2", "a=1 b=") == [{"x": 2}, {"x": 1}, {"x": 1}]
    assert grok.match_one("a= b=2") == {"x": "2"}


def test_names_may_have_any_characters() -> None:
    grok = Grok(["%{INT:时间:long} %{WORD:nat-src.ip[0]} %{ WORD : spaced } (?P<größe>%{INT})"])
    assert rows(grok, "1 a b 5") == [{"时间": 1, "nat-src.ip[0]": "a", "spaced": "b", "größe": "5"}]


def test_patterns_are_tried_in_order() -> None:
    grok = Grok(["^a=%{INT:a:long}", "^%{WORD:k}=%{INT:v}", "^%{WORD:word}"])
    assert rows(grok, "b=2", "a=1", "c", "-", None, "a=x") == [
        {"k": "b", "v": "2"},
        {"a": 1},
        {"word": "c"},
        None,
        None,
        {"word": "a"},
    ]
    assert grok.match_one("b=2") == {"k": "b", "v": "2"}


@pytest.mark.parametrize(
    ("first", "second", "value"), [("long", "float", 7.0), ("long", "string", "7"), ("date", "long", "7")]
)
def test_a_field_of_two_types_has_the_one_that_holds_both(first: str, second: str, value: object) -> None:
    grok = Grok([f"^a%{{INT:x:{first}}}", f"^b%{{INT:x:{second}}}"])
    assert rows(grok, "b7") == [{"x": value}]


def test_multi_reads_line_feeds_as_blanks() -> None:
    line = "a b\nc"
    assert Grok(["^%{GREEDYDATA:x}$"], mode="multi").match_one(line) == {"x": "a b c"}
    assert rows(Grok(["^%{GREEDYDATA:x}$"], mode="multi"), line) == [{"x": "a b c"}]
    assert Grok(["^%{GREEDYDATA:x}$"]).match_one(line) is None


def test_an_empty_batch_has_the_columns_of_a_full_one() -> None:
    grok = Grok(["%{INT:a:long} %{HTTPDATE:b:date} %{NUMBER:c:float}"])
    found = grok.extract(pl.Series([], dtype=pl.String))
    assert found.fields.schema == {"a": pl.Int64, "b": pl.String, "c": pl.Float64}
    assert found.fields.height == len(found.matched) == 0


def test_a_pattern_without_fields_only_matches() -> None:
    found = Grok(["%{INT}"]).extract(pl.Series(["1", "x"]))
    assert found.matched.to_list() == [True, False]
    assert found.fields.width == 0


def test_hours_are_added_to_dates() -> None:
    line = "05/Apr/2017:17:25:06 +0800"
    assert rows(Grok(["%{HTTPDATE:t:date}"], timezone_offset_h=-3), line) == [
        {"t": "2017-04-05T14:25:06+08:00"}
    ]
    assert rows(Grok(["%{HTTPDATE:t:date}"], timezone_offset_h=8), line) == [
        {"t": "2017-04-06T01:25:06+08:00"}
    ]


def test_a_syslog_date_gets_its_year_from_the_clock() -> None:
    grok = Grok(["%{SYSLOGTIMESTAMP:t:date}"], now=lambda: NOW)
    assert rows(grok, "Nov 21 13:00:00", "Dec 24 00:00:00") == [
        {"t": "2026-11-21T13:00:00Z"},
        {"t": "2025-12-24T00:00:00Z"},
    ]


def test_what_grok_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidInput, match="mode"):
        Grok(["a"], mode="single")
    with pytest.raises(InvalidInput, match="patterns"):
        Grok([])


def test_a_processor_that_the_engine_does_not_know_is_a_clear_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.probe.cache_clear()
    try:
        monkeypatch.setattr(engine, "_PROBE", "import os, signal; os.kill(os.getpid(), signal.SIGILL)")
        with pytest.raises(EngineMissing, match="cannot run on this processor"):
            Grok(["a"])
        monkeypatch.setattr(engine, "_PROBE", "import no_such_module")
        with pytest.raises(EngineMissing, match="does not load: ModuleNotFoundError"):
            Grok(["a"])
    finally:
        engine.probe.cache_clear()


def test_polars_is_loaded_by_the_first_pattern_and_not_before() -> None:
    code = "import sys, muster.pipeline.grok; sys.exit('polars' in sys.modules)"
    assert subprocess.run((sys.executable, "-c", code), check=False).returncode == 0
