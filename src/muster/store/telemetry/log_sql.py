"""A search as SQL. Whatever a person wrote goes into bound parameters, never into the text."""

import re
from collections.abc import Iterable
from typing import Any

from muster.core.logs import query as q
from muster.core.logs.ports import LogFilter

LETTERS = "translate(message, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 'abcdefghijklmnopqrstuvwxyz          ')"
"""What the index `words` is made of; a condition on this very expression is answered by it."""

MIN_PART = 4
"""Letters of a part of a word that the index is asked for; it knows only whole words."""

_WORD_SIGN = r"0-9A-Za-z\x{80}-\x{10FFFF}"
_PLAIN = re.compile(r"[0-9A-Za-z\x80-\U0010ffff]+")
_RUN = re.compile(r"[A-Za-z\x80-\U0010ffff]+")


class Sql:
    """A condition in the making: its text, and the values of its parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def bind(self, value: Any, kind: str = "String") -> str:
        """Return the placeholder of a value."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{kind}}}"

    def where(self, wanted: LogFilter, *, by_minute: bool = False) -> str:
        """Return the condition of a filter. `by_minute`: its times are whole minutes."""
        ts = "toStartOfMinute(ts)" if by_minute else "ts"
        parts = [f"{ts} >= {self.time(wanted.from_us)}", f"{ts} < {self.time(wanted.to_us)}"]
        for column, values in (
            ("agent_id", wanted.agents),
            ("runner", wanted.runners or None),
            ("source", wanted.sources or None),
            ("level", wanted.levels or None),
        ):
            if values is not None:
                parts.append(self._one_of(column, values))
        if wanted.query is not None:
            parts.append(self.condition(wanted.query))
        return " AND ".join(parts)

    def time(self, ts_us: int) -> str:
        """Return the placeholder of a time."""
        return f"fromUnixTimestamp64Micro({self.bind(ts_us, 'Int64')}, 'UTC')"

    def condition(self, condition: q.Condition) -> str:
        """Return the SQL of a condition, in parentheses where it needs them."""
        match condition:
            case q.All(parts) | q.Any(parts):
                joint = " AND " if isinstance(condition, q.All) else " OR "
                return f"({joint.join(map(self.condition, parts))})"
            case q.Not(part):
                return f"(NOT {self.condition(part)})"
            case q.Word() | q.Phrase() | q.Pattern():
                return self._text(condition)
        return self._field(condition)

    def value(self, name: str) -> str:
        """Return the expression of a column or field, "" where a row does not have it."""
        if name in q.COLUMNS:
            return name
        return f"fields[{self.bind(q.FIELDS_LIKE_COLUMNS.get(name, name))}]"

    def _text(self, condition: q.Word | q.Phrase | q.Pattern) -> str:
        match condition:
            case q.Word(text):
                return self._word(text)
            case q.Phrase(text):
                return self._hinted(text, f"position(message, {self.bind(text)}) > 0")
            case q.Pattern(parts):
                return self._pattern(parts)

    def _field(self, condition: q.Is | q.IsOneOf | q.Matches | q.Exists | q.Compares | q.OfAgents) -> str:
        if isinstance(condition, q.OfAgents):
            return self._one_of("agent_id", condition.agents)
        value = self.value(condition.name)
        match condition:
            case q.Is(_, text):
                return f"{value} = {self.bind(text)}"
            case q.IsOneOf(_, texts):
                return self._one_of(value, texts)
            case q.Matches(_, pattern):
                inside = ".*".join(map(re.escape, pattern.parts))
                return f"match({value}, {self.bind(f'(?is)^{inside}$')})"
            case q.Exists():
                return f"notEmpty({value})"
            case q.Compares(_, sign, number):
                return f"ifNull(toFloat64OrNull({value}) {sign} {self.bind(number, 'Float64')}, 0)"

    def _one_of(self, value: str, texts: Iterable[str]) -> str:
        wanted = sorted(texts)
        return f"{value} IN {self.bind(wanted, 'Array(String)')}" if wanted else "0"

    def _word(self, text: str) -> str:
        if _PLAIN.fullmatch(text):
            plain = f"hasTokenCaseInsensitive(message, {self.bind(text)})"
            return self._hinted(text, plain, is_whole=True)
        return self._hinted(text, f"positionCaseInsensitive(message, {self.bind(text)}) > 0")

    def _pattern(self, parts: tuple[str, ...]) -> str:
        """A pattern that is open at both ends is a text anywhere; else it is held to the edges of words."""
        if len(parts) == 3 and not parts[0] and not parts[2]:
            text = parts[1]
            return self._hinted(text, f"positionCaseInsensitive(message, {self.bind(text)}) > 0")
        begin = f"(?:^|[^{_WORD_SIGN}])" if _PLAIN.match(parts[0]) else ""
        end = f"(?:$|[^{_WORD_SIGN}])" if _PLAIN.fullmatch(parts[-1][-1:]) else ""
        inside = r"\S*".join(map(re.escape, parts))
        exact = f"match(message, {self.bind(f'(?is){begin}{inside}{end}')})"
        longest = max(parts, key=len)
        return self._hinted(longest, exact)

    def _hinted(self, text: str, exact: str, *, is_whole: bool = False) -> str:
        """Put before a condition what the index can say of it: it never excludes a row that fulfils it."""
        words, parts = [], []
        for match in _RUN.finditer(text):
            run = match[0]
            if not run.isascii():
                continue
            if is_whole or (match.start() > 0 and match.end() < len(text)):
                words.append(run.lower())
            elif len(run) >= MIN_PART:
                parts.append(run.lower())
        hints = [f"hasAllTokens({LETTERS}, {self.bind(words, 'Array(String)')})"] if words else []
        hints += [f"{LETTERS} LIKE {self.bind(f'%{part}%')}" for part in parts]
        return f"({' AND '.join((*hints, exact))})"
