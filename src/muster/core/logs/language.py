"""The query language: words, "phrases", field:value, wildcards, AND OR NOT and parentheses.

query   = all ("OR" all)*
all     = one (["AND"] one)*
one     = "NOT" one | "(" query ")" | [name ":"] value
value   = "text" | word | word with * | ("<" | "<=" | ">" | ">=") number or level
"""

import math
import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from muster.core.logs.query import (
    AGENT,
    FIELDS_LIKE_COLUMNS,
    LEVEL,
    MESSAGE,
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
from muster.errors import InvalidInput
from muster.model.ids import AgentId
from muster.model.log import LEVELS

MAX_QUERY = 4096
MAX_TERMS = 100
MAX_DEPTH = 30

AgentsOf = Callable[[str], Collection[AgentId]]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<paren>[()])
    | (?P<quoted>"(?:[^"\\]|\\.)*")(?P<colon>:)?
    | (?P<name>[A-Za-z_@][\w.@/-]*):(?!//)
    | (?P<word>[^\s()"]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COMPARISON = re.compile(r"(<=|>=|<|>)(.*)", re.DOTALL)
_OPERATORS = frozenset({"AND", "OR", "NOT"})


class _Token(NamedTuple):
    """`kind` is `(`, `)`, `AND`, `OR`, `NOT`, `name`, `quoted`, `word`, or `end`; `at` counts from 1."""

    kind: str
    text: str
    at: int


def parse_query(text: str, agents_of: AgentsOf) -> Condition | None:
    """Return what a query means, None for an empty one. `agents_of` finds agents by id or hostname.

    Raises InvalidInput that names the position (characters from 1), NotFound for an unknown agent.
    """
    if len(text) > MAX_QUERY:
        raise InvalidInput(f"expected at most {MAX_QUERY} characters", field="query")
    tokens = _tokens(text)
    if tokens[0].kind == "end":
        return None
    return _Parser(tokens, agents_of).parse()


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            blank = len(text[at:]) - len(text[at:].lstrip())
            raise _wrong(at + blank + 1, "this quote is never closed")
        found.append(_to_token(match))
        at = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _to_token(match: re.Match[str]) -> _Token:
    group = next(name for name in ("paren", "quoted", "name", "word") if match[name] is not None)
    at, text = match.start(group) + 1, match[group]
    if group == "paren" or text in _OPERATORS:
        return _Token(text, text, at)
    if group == "quoted":
        text = _ESCAPE.sub(r"\1", text[1:-1])
        group = "name" if match["colon"] else "quoted"
        if group == "name" and f'"{text}"' in FIELDS_LIKE_COLUMNS:
            text = f'"{text}"'
    return _Token(group, text, at)


class _Parser:
    """Reads one query from its tokens."""

    def __init__(self, tokens: list[_Token], agents_of: AgentsOf) -> None:
        self._tokens = tokens
        self._agents_of = agents_of
        self._next = 0
        self._terms = 0

    def parse(self) -> Condition:
        condition = self._any(0)
        token = self._take()
        if token.kind == ")":
            raise _wrong(token.at, "this ) has no (")
        return condition

    def _any(self, depth: int) -> Condition:
        parts = [self._all(depth)]
        while self._peek() == "OR":
            self._take()
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _all(self, depth: int) -> Condition:
        parts = [self._one(depth)]
        while self._peek() not in ("OR", ")", "end"):
            if self._peek() == "AND":
                self._take()
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self, depth: int) -> Condition:
        token = self._take()
        if depth > MAX_DEPTH:
            raise _wrong(token.at, f"more than {MAX_DEPTH} levels deep")
        match token.kind:
            case "NOT":
                return Not(self._one(depth + 1))
            case "(":
                inner = self._any(depth + 1)
                closing = self._take()
                if closing.kind != ")":
                    raise _wrong(token.at, "this ( is never closed")
                return inner
            case "name" | "word" | "quoted":
                return self._term(token)
            case "end":
                raise _wrong(token.at, "expected a word, the query ends here")
        raise _wrong(token.at, f"expected a word, not {token.text}")

    def _term(self, token: _Token) -> Condition:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise _wrong(token.at, f"more than {MAX_TERMS} words")
        if token.kind != "name":
            return _text(token)
        value = self._take()
        if value.kind == "name":
            value = self._joined(value)
        elif value.kind in _OPERATORS:
            value = value._replace(kind="word")
        if value.kind not in ("word", "quoted"):
            raise _wrong(value.at, f'expected a value for {token.text}; an empty one is {token.text}:""')
        return self._field(token.text, value)

    def _joined(self, first: _Token) -> _Token:
        """Return the word that a value with a colon in it is: `time:a:b`."""
        rest = self._tokens[self._next]
        end = first.at + len(first.text) + 1
        if rest.kind == "word" and rest.at == end:
            self._take()
            return _Token("word", f"{first.text}:{rest.text}", first.at)
        return _Token("word", f"{first.text}:", first.at)

    def _field(self, name: str, value: _Token) -> Condition:
        if name == MESSAGE:
            return _text(value)
        if name == AGENT:
            return OfAgents(frozenset(self._agents_of(value.text)))
        return Is(name, value.text) if value.kind == "quoted" else _of_field(name, value)

    def _peek(self) -> str:
        return self._tokens[self._next].kind

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token


def _of_field(name: str, value: _Token) -> Condition:
    """Return what a bare value of a field means: a comparison, a pattern, that it is there, or itself."""
    if value.text == "*":
        return Exists(name)
    comparison = _COMPARISON.fullmatch(value.text)
    if comparison is not None:
        return _compared(name, Sign(comparison[1]), comparison[2], value.at + len(comparison[1]))
    if "*" in value.text:
        return Matches(name, _pattern(value.text))
    return Is(name, _level(value.text, value.at) if name == LEVEL else value.text)


def _text(token: _Token) -> Condition:
    if token.kind == "quoted":
        if not token.text:
            raise _wrong(token.at, "expected something between the quotes")
        return Phrase(token.text)
    if "*" not in token.text:
        return Word(token.text)
    if not token.text.strip("*"):
        raise _wrong(token.at, "expected letters beside the *")
    return _pattern(token.text)


def _pattern(text: str) -> Pattern:
    return Pattern(tuple(re.sub(r"\*+", "*", text).split("*")))


def _compared(name: str, sign: Sign, text: str, at: int) -> Condition:
    if name == LEVEL:
        rank = LEVELS.index(_level(text, at))
        ranks = {
            Sign.BELOW: LEVELS[:rank],
            Sign.AT_MOST: LEVELS[: rank + 1],
            Sign.ABOVE: LEVELS[rank + 1 :],
            Sign.AT_LEAST: LEVELS[rank:],
        }
        return IsOneOf(name, ranks[sign])
    try:
        number = float(text)
    except ValueError:
        raise _wrong(at, f"expected a number, not {text[:40]!r}") from None
    if not math.isfinite(number):
        raise _wrong(at, "expected a finite number")
    return Compares(name, sign, number)


def _level(text: str, at: int) -> str:
    level = {"warn": "warning", "err": "error", "fatal": "critical"}.get(text.lower(), text.lower())
    if level not in LEVELS:
        raise _wrong(at, f"expected one of {', '.join(LEVELS)}")
    return level


def _wrong(at: int, message: str) -> InvalidInput:
    return InvalidInput(f"at {at}: {message}", field="query")
