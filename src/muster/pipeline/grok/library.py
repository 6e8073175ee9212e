"""Named patterns: the standard ones from `patterns/*.txt`, and those that a user adds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from muster.pipeline.grok.syntax import Piece, read_pieces
from muster.pipeline.grok.trouble import PatternError

FILES = (
    "base", "network", "paths", "dates", "syslog", "httpd", "proxies", "cisco", "firewalls", "cloud",
    "mail", "databases", "java", "ruby", "monitoring", "bacula", "nagios", "logkit",
)  # fmt: skip
"""The files of the library; a name in a later one replaces that of an earlier one."""

_NAME = re.compile(r"[0-9A-Za-z_]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Definition:
    """A named pattern: its text and where it stands, for errors."""

    name: str
    text: str
    where: str

    def pieces(self) -> tuple[Piece, ...]:
        """Return what the pattern consists of. Raises PatternError."""
        return read_pieces(self.text, self.where)


def parse_patterns(text: str) -> dict[str, str]:
    """Return name to regular expression of lines `NAME regex`; empty lines and `#` lines are skipped.

    The last definition of a name holds. Raises PatternError for a line that is none.
    """
    return {name: definition.text for name, definition in parse_definitions(text, "custom pattern").items()}


def parse_definitions(text: str, kind: str) -> dict[str, Definition]:
    """Return the definitions of a text by name; `kind` begins the `where` of each."""
    found: dict[str, Definition] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, *regex = line.split(maxsplit=1)
        if not _NAME.match(name) or not regex:
            raise PatternError("expected a line NAME regex", where=f"{kind}s, line {number}")
        found[name] = Definition(name, regex[0].rstrip(), f"{kind} {name}, line {number}")
    return found


@cache
def standard() -> Mapping[str, Definition]:
    """Return the standard library by name."""
    found: dict[str, Definition] = {}
    for file in FILES:
        text = (files(__package__) / "patterns" / f"{file}.txt").read_text(encoding="utf-8")
        found |= parse_definitions(text, f"{file}.txt")
    return MappingProxyType(found)


@cache
def standard_pieces(name: str) -> tuple[Piece, ...]:
    """Return what a standard pattern consists of."""
    return standard()[name].pieces()
