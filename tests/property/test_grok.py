"""No text breaks the compiler, and a batch says the same as one line at a time."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.pipeline.grok import Grok, PatternError

SIGNS = st.sampled_from(
    [
        *"ab1 -_.*+?|(){}[]^$\\%:<>=!&~,éP\n",
        *("%{", "(?:", "(?P<x>", "\\d", "[^", "[[", "\\Q", "{2}", "%{INT:x}", "%{WORD"),
    ]
)
PATTERNS = st.lists(SIGNS, max_size=20).map("".join)
LINES = st.text(st.sampled_from("ab1 -_.[]{}\"'é\n%"), max_size=40)
GROK = Grok(["^%{INT:n:long}", "%{QS:q}", "%{WORD:w} %{NOTSPACE:s}"])


@given(PATTERNS, LINES)
@settings(max_examples=600, deadline=None)
def test_any_text_is_a_pattern_or_a_clear_refusal(pattern: str, line: str) -> None:
    try:
        grok = Grok([pattern])
    except PatternError as error:
        assert error.message
        # What this reader lets through the engine reads too, but for its limits.
        assert error.position or "too large" in error.reason
        return
    grok.match_one(line)


@given(st.lists(LINES, max_size=8))
@settings(max_examples=100, deadline=None)
def test_a_batch_matches_as_single_lines_do(lines: list[str]) -> None:
    found = GROK.extract(pl.Series(lines, dtype=pl.String))
    alone = [GROK.match_one(line) for line in lines]
    assert found.matched.to_list() == [each is not None for each in alone]
    for row, each in zip(found.fields.to_dicts(), alone, strict=True):
        assert {name for name, value in row.items() if value is not None} <= set(each or {})
        assert row["s"] is None or row["s"] in (each or {})["s"]
