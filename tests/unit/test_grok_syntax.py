"""Patterns as users write them: what is refused, where, and what RE2 means by the rest."""

import re

import pytest

from muster.pipeline.grok import Grok, PatternError, parse_patterns

REFUSED = [
    ("a(?=b)", 2, "look-ahead"),
    ("a(?!b)", 2, "negative look-ahead"),
    ("(?<=a)b", 1, "look-behind"),
    ("x(?<!a)b", 2, "negative look-behind"),
    ("a(?>b+)", 2, "atomic group"),
    ("a++", 3, "possessive"),
    ("a*+", 3, "possessive"),
    ("a{2}+", 5, "possessive"),
    (r"(a)\1", 4, "backreference"),
    (r"(?<x>a)\k<x>", 8, "backreference"),
    ("(?P<x>a)(?P=x)", 9, "backreference"),
    ("(?(1)a|b)", 1, "conditional"),
    ("(?R)", 1, "recursion"),
    ("(?#note)a", 1, "comment"),
    ("(?x) a", 1, "unknown group"),
    ("a**", 3, "repeats a repetition"),
    ("*a", 1, "nothing to repeat"),
    ("(|+a)", 3, "nothing to repeat"),
    ("a{1001}", 2, "more than 1000"),
    ("a{3,2}", 2, "ends before"),
    ("(a", 1, "not closed"),
    ("a)", 2, "closes nothing"),
    ("[a", 1, "not closed"),
    ("[z-a]", 2, "bad range"),
    (r"[a-\d]", 2, "bad range"),
    (r"a\h", 2, r"unknown escape \h"),
    (r"[\h]", 2, r"unknown escape \h"),
    ("a\\", 2, "backslash at the end"),
    ("a\0", 2, "U+0000"),
    (r"\x{110000}", 1, "unknown escape"),
    ("%{NOPE}", 1, "there is no pattern NOPE"),
    ("é %{NOPE:x}", 3, "there is no pattern NOPE"),
    ("%{WORD:}", 8, "a field needs a name"),
    ("%{WORD:x:int}", 10, "unknown type int"),
    ("%{WORD:x:}", 10, "unknown type"),
    ("%{}", 1, "expected %{PATTERN}"),
    ("%{WORD", 1, "expected %{PATTERN}"),
    ("%{a b}", 1, "expected %{PATTERN}"),
]


@pytest.mark.parametrize(("pattern", "position", "reason"), REFUSED)
def test_what_cannot_be_done_is_named_with_its_place(pattern: str, position: int, reason: str) -> None:
    with pytest.raises(PatternError, match=re.escape(reason)) as caught:
        Grok([pattern])
    assert caught.value.position == position
    assert str(caught.value).startswith(f"pattern, character {position}: ")


def test_an_error_says_which_text_it_stands_in() -> None:
    with pytest.raises(PatternError, match="pattern 2, character 3: look-ahead"):
        Grok(["a", "ab(?=c)"])
    with pytest.raises(PatternError, match="custom pattern FOO, line 3, character 3: possessive"):
        Grok(["a"], "# mine\n\nFOO a++")
    with pytest.raises(
        PatternError, match="custom pattern FOO, line 1, character 4: there is no pattern BAR"
    ):
        Grok(["%{FOO}"], "FOO ab %{BAR}")
    with pytest.raises(PatternError, match="custom patterns, line 2: expected a line NAME regex"):
        Grok(["a"], "FOO a\nBAR")


SAME_AS_RE2 = [
    (r"\d", "7", "٣"),
    (r"\w", "a", "é"),
    (r"\s", "\t", "\u00a0"),
    (r"\D", "٣", "7"),
    (r"\W", "é", "a"),
    (r"\S", "\u00a0", " "),
    (r"[\d_]", "_", "٣"),
    (r"[^\w]", "é", "a"),
    (r"[\D]", "x", "1"),
    ("[[a]", "[", "b"),
    ("[a&&b]", "&", "c"),
    ("[]a]", "]", "b"),
    ("[^]a]", "b", "]"),
    (r"[\w-]", "-", "+"),
    ("[a-]", "-", "b"),
    ("[+--]", ",", "."),
    ("[a-c-e]", "-", "d"),
    ("[[:alpha:]]", "x", "1"),
    (r"[\x41-\x{43}]", "B", "D"),
    (r"\x41", "A", "x"),
    ("a{", "a{", "a"),
    ("a{,2}", "a{,2}", "aa"),
    ("{", "{", "}"),
    (r"\<", "<", "a"),
    (r"\/\-\_\"", '/-_"', "/-_"),
    (r"\Qa.b*\E+", "a.b**", "axb"),
    (r"\pL", "é", "1"),
    (r"\p{Greek}", "λ", "a"),
    ("(?i)ab", "AB", "A"),
    ("(?i:a)b", "Ab", "AB"),
    ("(?s:.)", "\n", ""),
    (".", "é", "\n"),
    ("a|b", "b", "c"),
    ("(?P<x>a)(?<y>b)", "ab", "a"),
    (r"a\b.", "a ", "ab"),
    ("50%", "50%", "50"),
    ("%%{INT}", "%5", "5"),
    ("(a|b)*?", "ab", "c"),
    ("a{2}?", "aa", "a"),
]


@pytest.mark.parametrize(("pattern", "taken", "left"), SAME_AS_RE2)
def test_the_dialect_is_that_of_re2(pattern: str, taken: str, left: str) -> None:
    grok = Grok([rf"\A(?:{pattern})\z"])
    assert grok.match_one(taken) is not None
    assert grok.match_one(left) is None


def test_custom_patterns_are_lines_and_the_last_of_a_name_holds() -> None:
    text = "# comment\n\nFOO a b  \r\n  BAR\t[0-9]+\nFOO c"
    assert parse_patterns(text) == {"FOO": "c", "BAR": "[0-9]+"}
    with pytest.raises(PatternError, match="line 1"):
        parse_patterns("a-b c")


def test_a_custom_pattern_replaces_a_standard_one_inside_others() -> None:
    grok = Grok(["%{QS:x}"], "QUOTEDSTRING <[^>]*>")
    assert grok.match_one("a <b> 'c'") == {"x": "<b>"}


def test_a_pattern_that_contains_itself_is_refused() -> None:
    with pytest.raises(PatternError, match="A contains itself: A > B > A"):
        Grok(["%{A}"], "A %{B}\nB x%{A}")


def test_what_grows_beyond_its_bounds_is_refused() -> None:
    doubling = "\n".join(f"P{n} %{{P{n + 1}}}%{{P{n + 1}}}" for n in range(30)) + "\nP30 a"
    with pytest.raises(PatternError, match="refer to more than 10000"):
        Grok(["%{P0}"], doubling)
    with pytest.raises(PatternError, match="more than 262144 characters"):
        Grok(["%{BIG}" * 5], f"BIG {'a' * 60_000}")
    with pytest.raises(PatternError, match="more than 1000 fields"):
        Grok(["%{WORD:x}" * 1001])
    with pytest.raises(PatternError, match="32 deep"):
        Grok(["%{P0}"], "\n".join(f"P{n} %{{P{n + 1}}}" for n in range(40)) + "\nP40 a")
    with pytest.raises(PatternError, match="nested more than 100 deep"):
        Grok(["(" * 101 + ")" * 101])
    with pytest.raises(PatternError, match="too large for the engine"):
        Grok(["((a{1000}){1000})"])
