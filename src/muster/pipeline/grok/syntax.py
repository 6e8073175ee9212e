"""One pattern text, read into pieces: regular expression, references, named groups.

The dialect is RE2's (https://github.com/google/re2/wiki/Syntax) with grok's `%{PATTERN:field:type}`.
Constructs that need backtracking are refused with their place; what remains is rewritten for the
engine, which is linear too but reads some characters differently.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from muster.pipeline.grok.char_class import CONTROLS, SHORTHANDS, CharClass, read_hex, read_property
from muster.pipeline.grok.trouble import PatternError

TYPES = frozenset({"long", "float", "date", "string", "drop"})
MAX_FIELD = 128
MAX_REPEAT = 1000
MAX_GROUPS = 100
"""How deep groups may be nested in one text."""

_REFERENCE = re.compile(r"%\{[ \t]*([^\s:{}]+)[ \t]*(?::([^:{}]*)(?::([^:{}]*))?)?\}")
_REPEAT = re.compile(r"\{([0-9]+)(,?)([0-9]*)\}")
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_NAMED = re.compile(r"\(\?P?<([^<>=!]*)>")

_REFUSED = (
    ("(?=", "look-ahead (?=...)"),
    ("(?!", "negative look-ahead (?!...)"),
    ("(?<=", "look-behind (?<=...)"),
    ("(?<!", "negative look-behind (?<!...)"),
    ("(?>", "atomic group (?>...)"),
    ("(?#", "comment group (?#...)"),
    ("(?(", "conditional group (?(...)...)"),
    ("(?|", "branch reset group (?|...)"),
    ("(?&", "subroutine call (?&...)"),
    ("(?P>", "subroutine call (?P>...)"),
    ("(?P=", "backreference (?P=...)"),
    ("(?R", "recursion (?R)"),
)

_ASSERTIONS = {"A": "\\A", "z": "\\z", "b": "(?-u:\\b)", "B": "\\B"}


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of regular expression, as the engine reads it."""

    regex: str


@dataclass(frozen=True, slots=True)
class Reference:
    """`%{pattern:field:type}`; field and type may be empty. `position` counts from 1."""

    pattern: str
    field: str
    type: str
    position: int


@dataclass(frozen=True, slots=True)
class Opening:
    """The begin of a named group: `(?P<field>`."""

    field: str
    position: int


Piece = Text | Reference | Opening


def read_pieces(text: str, where: str) -> tuple[Piece, ...]:
    """Return the pieces of a pattern. Raises PatternError with the construct and its position."""
    return _Reader(text, where).read()


class _Reader:
    """Reads a text once, from left to right."""

    def __init__(self, text: str, where: str) -> None:
        self._text = text
        self._where = where
        self._at = 0
        self._regex: list[str] = []
        self._pieces: list[Piece] = []
        self._open: list[int] = []
        self._can_repeat = False
        self._repeated = ""

    def read(self) -> tuple[Piece, ...]:
        text = self._text
        if "\0" in text:
            raise self._fail("U+0000 cannot be matched", text.index("\0"))
        while self._at < len(text):
            char = text[self._at]
            step = _STEPS.get(char)
            if step is not None:
                step(self)
            else:
                self._atom(char, 1)
        if self._open:
            raise self._fail("the group is not closed", self._open[-1])
        self._flush()
        return tuple(self._pieces)

    def _fail(self, reason: str, offset: int) -> PatternError:
        return PatternError(reason, where=self._where, position=offset + 1)

    def _flush(self) -> None:
        if self._regex:
            self._pieces.append(Text("".join(self._regex)))
            self._regex.clear()

    def _emit(self, regex: str, length: int, *, can_repeat: bool) -> None:
        self._regex.append(regex)
        self._at += length
        self._can_repeat, self._repeated = can_repeat, ""

    def _atom(self, regex: str, length: int) -> None:
        self._emit(regex, length, can_repeat=True)

    def _percent(self) -> None:
        if not self._text.startswith("%{", self._at):
            self._atom("%", 1)
            return
        found = _REFERENCE.match(self._text, self._at)
        if not found:
            raise self._fail("expected %{PATTERN}, %{PATTERN:field} or %{PATTERN:field:type}", self._at)
        field = self._field(found[2].strip(), found.start(2)) if found[2] is not None else ""
        kind = (found[3] or "").strip()
        if found[3] is not None and kind not in TYPES:
            raise self._fail(
                f"unknown type {kind or 'of no name'}; there are long, float, date, string and drop",
                found.start(3),
            )
        self._flush()
        self._pieces.append(Reference(found[1], field, kind, self._at + 1))
        self._atom("", len(found[0]))

    def _field(self, name: str, offset: int) -> str:
        if not 0 < len(name) <= MAX_FIELD or not name.isprintable():
            raise self._fail(f"a field needs a name of 1 to {MAX_FIELD} printable characters", offset)
        return name

    def _group(self) -> None:
        text, at = self._text, self._at
        for opening, construct in _REFUSED:
            if text.startswith(opening, at):
                raise self._fail(f"{construct} is not supported: matching takes linear time", at)
        if len(self._open) >= MAX_GROUPS:
            raise self._fail(f"groups are nested more than {MAX_GROUPS} deep", at)
        if flags := _FLAGS.match(text, at):
            self._flags(flags)
        elif named := _NAMED.match(text, at):
            field = self._field(named[1].strip(), named.start(1))
            self._flush()
            self._pieces.append(Opening(field, at + 1))
            self._open.append(at)
            self._emit("", len(named[0]), can_repeat=False)
        elif text.startswith("(?", at):
            raise self._fail(f"unknown group {text[at : at + 4]}", at)
        else:
            self._open.append(at)
            self._emit("(?:", 1, can_repeat=False)

    def _flags(self, flags: re.Match[str]) -> None:
        if flags[3] == ")" and not flags[1] and not flags[2]:
            raise self._fail("the group is empty", self._at)
        if flags[3] == ":":
            self._open.append(self._at)
        self._emit(flags[0], len(flags[0]), can_repeat=False)

    def _close(self) -> None:
        if not self._open:
            raise self._fail("this ) closes nothing", self._at)
        self._open.pop()
        self._atom(")", 1)

    def _class(self) -> None:
        regex, end = CharClass(self._text, self._at, self._fail).translate()
        self._atom(regex, end - self._at)

    def _bar(self) -> None:
        self._emit("|", 1, can_repeat=False)

    def _brace(self) -> None:
        found = _REPEAT.match(self._text, self._at)
        if not found:
            self._atom("\\{", 1)
            return
        low, high = int(found[1]), int(found[3] or found[1])
        if low > MAX_REPEAT or high > MAX_REPEAT:
            raise self._fail(f"{found[0]} repeats more than {MAX_REPEAT} times", self._at)
        if high < low:
            raise self._fail(f"{found[0]} ends before it begins", self._at)
        self._repeat(found[0])

    def _sign(self) -> None:
        self._repeat(self._text[self._at])

    def _repeat(self, sign: str) -> None:
        if self._repeated == "once" and sign == "?":
            self._emit("?", 1, can_repeat=True)
            self._repeated = "lazy"
            return
        if self._repeated == "once" and sign == "+":
            raise self._fail("possessive quantifier is not supported: matching takes linear time", self._at)
        if self._repeated:
            raise self._fail(f"{sign} repeats a repetition; put it into a group", self._at)
        if not self._can_repeat:
            raise self._fail(f"{sign} has nothing to repeat", self._at)
        self._emit(sign, len(sign), can_repeat=True)
        self._repeated = "once"

    def _escape(self) -> None:
        text, at = self._text, self._at
        letter = text[at + 1 : at + 2]
        if not letter:
            raise self._fail("a backslash at the end escapes nothing", at)
        if letter in SHORTHANDS:
            regex = SHORTHANDS[letter]
            self._atom(regex if letter.isupper() else f"[{regex}]", 2)
        elif letter in _ASSERTIONS:
            self._atom(_ASSERTIONS[letter], 2)
        elif letter in CONTROLS:
            self._atom(f"\\{letter}", 2)
        elif found := read_property(text, at):
            self._atom(found, len(found))
        elif letter == "Q":
            self._quoted()
        elif letter in "123456789" or text.startswith(("\\k<", "\\k{", "\\k'", "\\g"), at):
            raise self._fail(f"backreference \\{letter} is not supported: matching takes linear time", at)
        else:
            self._escaped_character(letter)

    def _escaped_character(self, letter: str) -> None:
        at = self._at
        char, end = read_hex(self._text, at)
        if char:
            self._atom(f"\\x{{{ord(char):X}}}", end - at)
        elif letter.isalnum() or ord(letter) > 126:
            raise self._fail(f"unknown escape \\{letter}", at)
        else:
            # The engine reads \< and \> as the ends of words.
            self._atom(letter if letter in "<>" else f"\\{letter}", 2)

    def _quoted(self) -> None:
        """Read `\\Q...\\E`, in which every character stands for itself."""
        begin = self._at + 2
        end = self._text.find("\\E", begin)
        quoted = self._text[begin:] if end < 0 else self._text[begin:end]
        self._at = begin + len(quoted) + (2 if end >= 0 else 0)
        for char in quoted:
            self._atom(f"\\x{{{ord(char):X}}}", 0)


_STEPS: Mapping[str, Callable[[_Reader], None]] = {
    "%": _Reader._percent,
    "(": _Reader._group,
    ")": _Reader._close,
    "[": _Reader._class,
    "|": _Reader._bar,
    "{": _Reader._brace,
    "\\": _Reader._escape,
    "*": _Reader._sign,
    "+": _Reader._sign,
    "?": _Reader._sign,
}
