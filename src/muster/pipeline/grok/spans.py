"""Where in a line each capture of an expression is.

The engine tells what a group captured, not where. So what stands before each group is made a group as
well, which changes nothing of what matches: the lengths of those texts add up to the place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import polars

_LEAD, _MATCHED, _GAP = "gap_lead", "gap_matched", "gap_"
_ONCE = ("", "?", "??")


class Span(msgspec.Struct, frozen=True):
    """The characters `start` to `end` of a line, from 0 and without the last, are the field `name`."""

    name: str
    start: int
    end: int


FindSpans = Callable[["polars.Series"], list[list[Span]]]
"""Finds the spans of each line (String); a line that does not match has none."""


@dataclass(slots=True)
class _Group:
    """A group that holds captures: how it opens, its name if it captures, what may stand in it."""

    opening: str
    name: str
    branches: "list[list[_Item]]"


@dataclass(slots=True)
class _Item:
    """A part of a branch as it is written, with its quantifier."""

    text: str
    quantifier: str = ""
    group: _Group | None = None
    is_flag: bool = False


@dataclass(slots=True)
class _Marked:
    """An expression with more groups, and for each capture the groups whose texts stand before it."""

    regex: str
    before: Mapping[str, tuple[str, ...]]


class SpanFinder:
    """Finds the captures of an expression of the engine. `names` has the field of each group.

    An expression that is too large with more groups has no spans; neither has a capture in a repetition.
    """

    def __init__(self, regex: str, names: Mapping[str, str]) -> None:
        self._plain = regex
        self._names = names
        try:
            self._marked: _Marked | None = _Marking(names).run(_Reading(regex).run())
        except (RecursionError, IndexError):
            self._marked = None

    def find(self, lines: "polars.Series") -> list[list[Span] | None]:
        """Return the spans of each line, by place; None for a line that does not match."""
        import polars

        if self._marked is not None:
            regex = rf"\A(?s:(?P<{_LEAD}>.*?))(?P<{_MATCHED}>)(?:{self._marked.regex})"
            try:
                rows = lines.str.extract_groups(regex).struct.unnest().rows(named=True)
            except polars.exceptions.ComputeError:
                self._marked = None
            else:
                return [self._spans(line, row) for line, row in zip(lines, rows, strict=True)]
        return [[] if matches else None for matches in lines.str.contains(self._plain)]

    def _spans(self, line: str, row: Mapping[str, str | None]) -> list[Span] | None:
        if row[_MATCHED] is None or self._marked is None:
            return None
        spans = []
        for group, before in self._marked.before.items():
            text = row[group]
            start = sum(len(row[name] or "") for name in (_LEAD, *before))
            if text and line[start : start + len(text)] == text:
                spans.append(Span(self._names[group], start, start + len(text)))
        return sorted(spans, key=lambda span: (span.start, -span.end))


class _Reading:
    """Takes an expression apart that the engine has accepted. Raises IndexError for another one."""

    def __init__(self, regex: str) -> None:
        self._text = regex
        self._at = 0

    def run(self) -> list[list[_Item]]:
        """Return the branches of the whole expression."""
        branches: list[list[_Item]] = [[]]
        while self._at < len(self._text) and self._text[self._at] != ")":
            if self._text[self._at] == "|":
                self._at += 1
                branches.append([])
            else:
                branches[-1].append(self._item())
        return branches

    def _item(self) -> _Item:
        begin = self._at
        group = None
        match self._text[begin]:
            case "\\":
                self._at += 2
            case "[":
                self._skip_class()
            case "(":
                end = next(at for at in range(begin + 1, len(self._text)) if self._is_opened(begin, at))
                self._at = end + 1
                opening = self._text[begin : self._at]
                if opening.endswith(")"):
                    return _Item(opening, is_flag=True)
                name = opening[4:-1] if opening.startswith("(?P<") else ""
                group = _Group(opening, name, self.run())
                self._at += 1
            case _:
                self._at += 1
        quantified = self._at
        self._skip_quantifier()
        return _Item(self._text[begin : self._at], self._text[quantified : self._at], group)

    def _is_opened(self, begin: int, at: int) -> bool:
        """Tell whether an opening ends here: `(`, `(?:`, `(?i-s:`, `(?P<name>`, or a flag `(?i)`."""
        if self._text[begin + 1] != "?":
            return at == begin + 1
        return self._text[at] in (">" if self._text[begin + 2] == "P" else ":)")

    def _skip_class(self) -> None:
        depth = 0
        while True:
            match self._text[self._at]:
                case "\\":
                    self._at += 1
                case "[":
                    depth += 1
                    self._at += self._text.startswith("^", self._at + 1)
                    self._at += self._text.startswith("]", self._at + 1)
                case "]":
                    depth -= 1
            self._at += 1
            if not depth:
                return

    def _skip_quantifier(self) -> None:
        if self._text.startswith("{", self._at):
            self._at = self._text.index("}", self._at) + 1
        elif self._text[self._at : self._at + 1] in ("*", "+", "?"):
            self._at += 1
        else:
            return
        self._skip_quantifier()


@dataclass(slots=True)
class _Marking:
    """Writes an expression with a group for all that stands before a capture."""

    names: Mapping[str, str]
    before: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _gaps: int = 0

    def run(self, branches: list[list[_Item]]) -> _Marked:
        """Return the expression with more groups."""
        return _Marked(self._branches(branches, ()), self.before)

    def _branches(self, branches: list[list[_Item]], before: tuple[str, ...]) -> str:
        return "|".join(self._branch(branch, before) for branch in branches)

    def _branch(self, items: list[_Item], before: tuple[str, ...]) -> str:
        """Return one branch that begins behind the texts of some groups."""
        written: list[str] = []
        waiting = ""
        for item in items:
            if not item.is_flag and not self._holds_capture(item):
                waiting += item.text
                continue
            if waiting:
                written.append(f"(?P<{self._gap()}>{waiting})")
                before, waiting = (*before, self._last_gap), ""
            if item.is_flag:
                written.append(item.text)
                continue
            text, name = self._capturing(item, before)
            written.append(text)
            before = (*before, name)
        return "".join(written) + waiting

    def _capturing(self, item: _Item, before: tuple[str, ...]) -> tuple[str, str]:
        """Return a part with captures in it, and the group that has all of its text."""
        group = item.group
        if group is None or item.quantifier not in _ONCE:
            return f"(?P<{self._gap()}>{item.text})", self._last_gap
        if group.name:
            if group.name in self.names:
                self.before[group.name] = before
            inner = self._branches(group.branches, before)
            return f"{group.opening}{inner}){item.quantifier}", group.name
        name = self._gap()
        inner = self._branches(group.branches, before)
        return f"(?P<{name}>{group.opening}{inner}){item.quantifier})", name

    def _holds_capture(self, item: _Item) -> bool:
        group = item.group
        if group is None:
            return False
        return bool(group.name) or any(self._holds_capture(x) for branch in group.branches for x in branch)

    def _gap(self) -> str:
        self._gaps += 1
        return self._last_gap

    @property
    def _last_gap(self) -> str:
        return f"{_GAP}{self._gaps}"
