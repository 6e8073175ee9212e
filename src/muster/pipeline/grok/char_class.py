"""Bracket expressions (`[a-z\\d_]`), rewritten so that the engine reads what RE2 would read.

The engine knows nested classes and set operations; RE2 takes `[`, `&&`, `--` and `~~` in a class as
characters. Its `\\d`, `\\w` and `\\s` are Unicode's; RE2's are ASCII.
"""

import re
from collections.abc import Callable

SHORTHANDS = {
    "d": "0-9",
    "w": "0-9A-Za-z_",
    "s": "\\t\\n\\f\\r ",
    "D": "[^0-9]",
    "W": "[^0-9A-Za-z_]",
    "S": "[^\\t\\n\\f\\r ]",
}

CONTROLS = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}
"""Escapes for one character, alike in RE2 and in the engine."""

_POSIX = re.compile(
    r"\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]"
)
_PROPERTY = re.compile(r"\\[pP](?:[A-Za-z]|\{\w{1,32}\})", re.ASCII)
_HEX = re.compile(r"\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
_SPECIAL = frozenset("[]^&~-\\")

Fail = Callable[[str, int], Exception]


def read_property(text: str, at: int) -> str:
    """Return the Unicode property (`\\pL`, `\\p{Greek}`) at this place, or nothing."""
    found = _PROPERTY.match(text, at)
    return found[0] if found else ""


def read_hex(text: str, at: int) -> tuple[str, int]:
    """Return the character of `\\x41` or `\\x{1F600}` and its end, or nothing and `at`."""
    found = _HEX.match(text, at)
    if not found:
        return "", at
    code = int(found[1] or found[2], 16)
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        return "", at
    return chr(code), found.end()


class CharClass:
    """One bracket expression of a text. `fail(reason, offset)` makes the error to raise."""

    def __init__(self, text: str, start: int, fail: Fail) -> None:
        self._text = text
        self._start = self._at = start
        self._fail = fail
        self._parts: list[str] = []

    def translate(self) -> tuple[str, int]:
        """Return the class for the engine and the offset behind it. Raises what `fail` makes."""
        self._at += 1
        negated = self._text.startswith("^", self._at)
        self._at += negated
        first = True
        while first or not self._text.startswith("]", self._at):
            if self._at >= len(self._text):
                raise self._fail("the character class is not closed", self._start)
            self._item()
            first = False
        return f"[{'^' if negated else ''}{''.join(self._parts)}]", self._at + 1

    def _item(self) -> None:
        begin = self._at
        low = self._single()
        if low is None:
            return
        if not self._text.startswith("-", self._at) or self._text[self._at + 1 : self._at + 2] in ("]", ""):
            self._parts.append(_quoted(low))
            return
        self._at += 1
        high = self._single()
        if high is None or high < low:
            raise self._fail(f"bad range {self._text[begin : self._at]}", begin)
        self._parts.append(f"{_quoted(low)}-{_quoted(high)}")

    def _single(self) -> str | None:
        """Read one character and return it; store a whole set (`\\d`, `[:alpha:]`) and return none."""
        text, at = self._text, self._at
        if posix := _POSIX.match(text, at):
            self._at = posix.end()
            self._parts.append(posix[0])
            return None
        if text[at] != "\\":
            self._at += 1
            return text[at]
        return self._escaped()

    def _escaped(self) -> str | None:
        text, at = self._text, self._at
        letter = text[at + 1 : at + 2]
        self._at += 2
        if letter in SHORTHANDS:
            self._parts.append(SHORTHANDS[letter])
            return None
        if found := read_property(text, at):
            self._at = at + len(found)
            self._parts.append(found)
            return None
        char, end = read_hex(text, at)
        if char:
            self._at = end
            return char
        if letter in CONTROLS:
            return CONTROLS[letter]
        if not letter or letter.isalnum() or ord(letter) > 126:
            raise self._fail(f"unknown escape \\{letter} in a character class", at)
        return letter


def _quoted(char: str) -> str:
    return f"\\{char}" if char in _SPECIAL else char
