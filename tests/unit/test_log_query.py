"""The query language: what each way to write means, and what is said of what means nothing."""

import pytest

from muster.core.logs.language import parse_query
from muster.core.logs.query import (
    All,
    Any,
    Compares,
    Condition,
    Exists,
    Is,
    IsOneOf,
    Matches,
    Not,
    OfAgents,
    Pattern,
    Phrase,
    Sign,
    Word,
)
from muster.errors import InvalidInput, NotFound
from muster.model.ids import AgentId


def agents_of(name: str) -> set[AgentId]:
    if name == "nobody":
        raise NotFound("no agent nobody")
    return {AgentId(f"id of {name}")}


A, B, C, D = Word("a"), Word("b"), Word("c"), Word("d")

MEANT: list[tuple[str, Condition]] = [
    ("a", A),
    ("  a  ", A),
    ("a b", All((A, B))),
    ("a AND b", All((A, B))),
    ("a OR b", Any((A, B))),
    ("a b OR c d", Any((All((A, B)), All((C, D))))),
    ("a (b OR c) d", All((A, Any((B, C)), D))),
    ("NOT a b", All((Not(A), B))),
    ("NOT NOT a", Not(Not(A))),
    ("NOT (a OR b)", Not(Any((A, B)))),
    ("((a))", A),
    ("a(b)c", All((A, B, C))),
    ("and or not", All((Word("and"), Word("or"), Word("not")))),
    ('"AND"', Phrase("AND")),
    ('"a b"', Phrase("a b")),
    (r'"a \"b\" \\ c"', Phrase('a "b" \\ c')),
    ('a"b c"d', All((A, Phrase("b c"), D))),
    ("10.0.0.1", Word("10.0.0.1")),
    ("12:30:01", Word("12:30:01")),
    ("http://x/y", Word("http://x/y")),
    ("-v", Word("-v")),
    ("a*", Pattern(("a", ""))),
    ("*a**b*", Pattern(("", "a", "b", ""))),
    ("status:500", Is("status", "500")),
    ("status: 500", Is("status", "500")),
    ('status:"5 0"', Is("status", "5 0")),
    ('status:"5*"', Is("status", "5*")),
    ('status:""', Is("status", "")),
    ('"odd name":x', Is("odd name", "x")),
    ('"agent":curl*', Matches('"agent"', Pattern(("curl", "")))),
    ('"level":weird', Is('"level"', "weird")),
    ("k8s.pod/name:x", Is("k8s.pod/name", "x")),
    ("time:a:b", Is("time", "a:b")),
    ("op:AND", Is("op", "AND")),
    ("status:5*", Matches("status", Pattern(("5", "")))),
    ("status:*", Exists("status")),
    ("ms:>=500", Compares("ms", Sign.AT_LEAST, 500.0)),
    ("ms:>5e2", Compares("ms", Sign.ABOVE, 500.0)),
    ("ms:<=-0.5", Compares("ms", Sign.AT_MOST, -0.5)),
    ("ms:<1", Compares("ms", Sign.BELOW, 1.0)),
    ("level:ERROR", Is("level", "error")),
    ("level:warn", Is("level", "warning")),
    ("level:>=error", IsOneOf("level", ("error", "critical"))),
    ("level:<debug", IsOneOf("level", ("trace",))),
    ("level:<trace", IsOneOf("level", ())),
    ("message:a*", Pattern(("a", ""))),
    ('message:"a b"', Phrase("a b")),
    ("agent:web-1", OfAgents(frozenset({AgentId("id of web-1")}))),
    ("NOT agent:web-1", Not(OfAgents(frozenset({AgentId("id of web-1")})))),
]


@pytest.mark.parametrize(("text", "meant"), MEANT, ids=[text for text, _ in MEANT])
def test_a_query_means(text: str, meant: Condition) -> None:
    assert parse_query(text, agents_of) == meant


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_an_empty_query_asks_for_everything(text: str) -> None:
    assert parse_query(text, agents_of) is None


WRONG = [
    ("(a", 1, "never closed"),
    ("a (b OR (c)", 3, "never closed"),
    ("a)", 2, "has no ("),
    ("a OR", 5, "ends here"),
    ("AND a", 1, "expected a word"),
    ("a AND OR b", 7, "expected a word"),
    ("()", 2, "expected a word"),
    ("NOT", 4, "ends here"),
    ('a "b', 3, "never closed"),
    ('a "b\\"', 3, "never closed"),
    ('a ""', 3, "between the quotes"),
    ("a *", 3, "beside the *"),
    ("a **", 3, "beside the *"),
    ("status:", 8, "value for status"),
    ("status:)", 8, "value for status"),
    ("a ms:>=x", 8, "expected a number"),
    ("ms:>", 5, "expected a number"),
    ("ms:>nan", 5, "finite"),
    ("ms:<1e999", 5, "finite"),
    ("level:loud", 7, "trace"),
    ("level:>=5", 9, "trace"),
    ("(" * 40 + "a" + ")" * 40, 32, "levels deep"),
    ("NOT " * 40 + "a", 125, "levels deep"),
    ("a " * 101, 201, "more than 100"),
]


@pytest.mark.parametrize(("text", "at", "said"), WRONG, ids=[text[:30] for text, *_ in WRONG])
def test_a_wrong_query_names_the_position(text: str, at: int, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_query(text, agents_of)
    assert refused.value.field == "query"
    assert refused.value.message.startswith(f"query: at {at}: ")
    assert said in refused.value.message


def test_a_query_has_a_bounded_length() -> None:
    with pytest.raises(InvalidInput, match="4096"):
        parse_query("a" * 4097, agents_of)


def test_an_unknown_agent_is_not_found() -> None:
    with pytest.raises(NotFound):
        parse_query("agent:nobody", agents_of)
