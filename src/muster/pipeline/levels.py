"""Levels of log rows: from a field, or from the words of a message."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from muster.pipeline.batch import as_text

if TYPE_CHECKING:
    import polars

LEVEL_FIELDS = (
    "level",
    "severity",
    "severity_detail",
    "lvl",
    "loglevel",
    "log_level",
    "levelname",
    "PRIORITY",
)
"""Fields that may hold a level, the first that does is it."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "trace": ("trace", "verbose", "finest", "finer"),
    "debug": ("debug", "dbg", "fine"),
    "info": ("info", "information", "informational", "inf"),
    "notice": ("notice",),
    "warning": ("warning", "warn", "wrn"),
    "error": ("error", "err", "severe", "failure"),
    "critical": ("critical", "crit", "fatal", "panic", "alert", "emerg", "emergency"),
}
"""How others call each level, in small letters."""

NUMBERS = ("critical", "critical", "critical", "error", "warning", "notice", "info", "debug")
"""The level of each severity of syslog, RFC 5424 section 6.2.1."""

_BY_NUMBER = frozenset({"severity", "PRIORITY"})
_BUNYAN = {10: "trace", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "critical"}

_LEVEL_OF = {word: level for level, words in WORDS.items() for word in words}
_LOUD = "TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|SEVERE|CRITICAL|CRIT|FATAL|PANIC|ALERT|EMERG"
_QUIET = "trace|debug|info|notice|warning|warn|error|err|crit|critical|fatal|panic|alert|emerg"
_IN_TEXT = (
    rf"(?:^|[^0-9A-Za-z_])({_LOUD})(?:[^0-9A-Za-z_]|$)"
    rf"|(?:level|lvl|severity)\"?[=:] ?\"?({_QUIET}|(?i:{_LOUD}))(?:[^0-9A-Za-z_]|$)"
    rf"|[\[<(|]({_QUIET})[\])>|]"
    rf"|^(?:[^ ]+ +){{0,6}}(?i:({_LOUD})):"
    r"|^([IWEF])[0-9]{4} [0-9]{2}:"
)
_GLOG = {"i": "info", "w": "warning", "e": "error", "f": "critical"}
_SEARCHED = 256
"""Characters at the begin of a message in which a level is looked for."""


def read_level(name: str, column: "polars.Series") -> "polars.Series":
    """Return the level of each value of a field, null where it is none."""
    import polars

    numbers: dict[str, str] = {}
    if name in _BY_NUMBER:
        numbers = {str(number): level for number, level in enumerate(NUMBERS)}
    elif column.dtype.is_numeric():
        numbers = {str(number): level for number, level in _BUNYAN.items()}
    words = as_text(column).str.strip_chars().str.to_lowercase()
    return _mapped(words, _LEVEL_OF | numbers).cast(polars.String)


def find_level(message: "polars.Series") -> "polars.Series":
    """Return the level that the begin of each message names, "" where it names none."""
    import polars

    groups = message.str.head(_SEARCHED).str.extract_groups(_IN_TEXT).struct.unnest()
    word = groups.select(polars.coalesce(polars.all())).to_series().str.to_lowercase()
    return _mapped(word, _LEVEL_OF | _GLOG).fill_null("")


def _mapped(words: "polars.Series", levels: Mapping[str, str]) -> "polars.Series":
    import polars

    return words.replace_strict(list(levels), list(levels.values()), default=None, return_dtype=polars.String)
