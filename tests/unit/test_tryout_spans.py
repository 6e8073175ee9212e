"""Spans are where the engine's captures are, for expressions that Python's engine can judge, too."""

import re

import polars as pl
import pytest

from muster.pipeline.grok import Grok
from muster.pipeline.grok.spans import Span, SpanFinder

LINES = [
    "",
    "a",
    "ab-ab x",
    "xx 12 yy 12",
    "é127.0.0.1 - - [a] 12",
    'k="v 1" k2=v2',
    "1.1 - - -",
    "aaaa b",
    "AbC 7",
    "]a]b",
]
REGEXES = [
    r"(?P<f0>\w+)",
    r"^(?P<f0>[0-9.]+) - (?P<f1>-) (?P<f2>.*)",
    r"(?:(?P<f0>a)|(?P<f1>b))-(?P<f2>a(?P<f3>b)) ",
    r"(?P<f0>(?P<f1>x)x) (?P<f2>[0-9]+) (?:y|z)+ (?P<f3>[0-9]+)",
    r"(?P<f0>k)=(?P<f1>\"(?P<f2>[^\"]*)\"|[^ ]+)(?: (?P<f3>k2)=(?P<f4>.*))?",
    r"(?:(?P<f0>q)|a)(?P<f1>a{1,2}?)(?P<f2>a*)",
    r"(?i:(?P<f0>ABC)) (?P<f1>\d)",
    r"[]x](?P<f0>[^]x])(?P<f1>[\]])",
    r"\[(?P<f0>a)\] (?P<f1>\d)(?P<f2>\d)?$",
    r"(?P<f0>)b",
    r"(?P<f0>zzz)",
]


@pytest.mark.parametrize("regex", REGEXES)
def test_spans_are_those_of_another_engine(regex: str) -> None:
    names = {name: name for name in re.findall(r"\?P<(\w+)>", regex)}
    found = SpanFinder(regex, names).find(pl.Series(LINES))
    for line, spans in zip(LINES, found, strict=True):
        match = re.search(regex, line)
        if match is None:
            assert spans is None
            continue
        expected = [Span(name, *match.span(name)) for name in names if match[name]]
        assert spans == sorted(expected, key=lambda span: (span.start, -span.end))


def test_a_capture_in_a_repetition_has_no_span_but_what_follows_has() -> None:
    (found,) = SpanFinder(r"(?:(?P<f0>\w),)+(?P<f1>\d)", {"f0": "a", "f1": "b"}).find(pl.Series(["x,y,7"]))
    assert found == [Span("b", 4, 5)]


def test_a_flag_holds_for_what_follows_it() -> None:
    (found,) = SpanFinder(r"a(?i)b(?P<f0>C)", {"f0": "c"}).find(pl.Series(["--aBc"]))
    assert found == [Span("c", 4, 5)]


def test_spans_count_characters_not_bytes() -> None:
    grok = Grok([r"%{NOTSPACE:who} %{INT:n:long}"])
    assert grok.spans(pl.Series(["żółw 12"])) == [[Span("who", 0, 4), Span("n", 5, 7)]]


def test_the_first_pattern_that_matches_says_where() -> None:
    grok = Grok([r"x %{INT:n}", r"%{WORD:w} %{INT:m}", r"%{WORD:other}"])
    spans = grok.spans(pl.Series(["y 5", "x 5", "-", "z"]))
    assert [[span.name for span in each] for each in spans] == [["w", "m"], ["n"], [], ["other"]]


def test_every_standard_pattern_that_is_a_field_has_its_place() -> None:
    line = '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326 "http://x/" "Mozilla 5"'
    (spans,) = Grok(["%{COMBINEDAPACHELOG}"]).spans(pl.Series([line]))
    found = {span.name: line[span.start : span.end] for span in spans}
    assert found == {
        "clientip": "127.0.0.1",
        "ident": "-",
        "auth": "frank",
        "timestamp": "10/Oct/2000:13:55:36 -0700",
        "verb": "GET",
        "request": "/a",
        "httpversion": "1.0",
        "response": "200",
        "bytes": "2326",
        "referrer": '"http://x/"',
        "agent": '"Mozilla 5"',
    }


def test_dropped_fields_have_no_span() -> None:
    (spans,) = Grok(["%{WORD:a:drop} %{WORD:b}"]).spans(pl.Series(["x y"]))
    assert spans == [Span("b", 2, 3)]
