"""The transform `redact`: what must not be stored."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.pipeline.batch import LINE, PARSE_ERROR, RAW_DATA, STASH, fields_of, fields_under
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.grok import engine
from muster.pipeline.transforms.transform import (
    Change,
    Keys,
    TransformSpec,
    names_of,
    pattern_problems,
    to_engine_regex,
)

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, slots=True)
class Secret:
    """What one looks like: `regex` for the engine, and what takes a closer look at a text that has one."""

    regex: str
    replace: Callable[[str, str], str] | None = None


def has_luhn_checksum(text: str) -> bool:
    """Tell whether the digits of a text are those of a card: 13-19, with a right last one (ISO/IEC 7812)."""
    digits = [int(each) for each in text if each in "0123456789"]
    doubled = sum(sum(divmod(2 * each, 10)) for each in digits[-2::-2])
    return 13 <= len(digits) <= MAX_DIGITS and (sum(digits[::-2]) + doubled) % 10 == 0


def replace_cards(text: str, mark: str) -> str:
    """Return a text with its card numbers replaced; they begin and end where groups of digits do."""
    return _DIGITS.sub(lambda run: _replaced_groups(run[0], mark), text)


def _replaced_groups(run: str, mark: str) -> str:
    groups = [(each.start(), each.end()) for each in _GROUP.finditer(run)]
    parts: list[str] = []
    copied, first = 0, 0
    while first < len(groups):
        begin = groups[first][0]
        ends = [end for _, end in groups[first : first + MAX_DIGITS] if end - begin < 2 * MAX_DIGITS]
        found = next((end for end in reversed(ends) if has_luhn_checksum(run[begin:end])), 0)
        if found:
            parts += [run[copied:begin], mark]
            copied = found
        first += 1
        while found and first < len(groups) and groups[first][0] < found:
            first += 1
    return "".join(parts) + run[copied:]


NAMED: Mapping[str, Secret] = {
    "card": Secret(r"[0-9](?:[ -]?[0-9]){12}", replace_cards),
    "email": Secret(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"),
    "token": Secret(
        r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
        r"|(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|sk_live_|rk_live_|npm_|pypi-)[A-Za-z0-9_-]{16,}"
        r"|A[KS]IA[0-9A-Z]{16}"
        r"|(?i:bearer|basic) [A-Za-z0-9._~+/=-]{12,}"
    ),
    "password": Secret(
        r"(?i)(?:password|passwd|pwd|secret|api_?key|access_?token)\"?'?\s{0,3}[=:]\s{0,3}"
        r"(?:\"[^\"]*\"|'[^']*'|[^\s&,;\"']+)"
    ),
    "ipv4": Secret(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"),
}

MAX_DIGITS = 19
_DIGITS = re.compile(r"[0-9](?:[ -]?[0-9]){12,}")
_GROUP = re.compile(r"[0-9]+")

COPIES = frozenset({STASH, PARSE_ERROR, RAW_DATA})
"""Fields that hold a line or a part of it."""


class RedactSpec(TransformSpec, frozen=True, kw_only=True):
    """Replaces secrets by a mark, in the line as well as in fields.

    `card`: numbers of payment cards with a right checksum; `email`; `token`: signed tokens and keys of
    well-known services; `password`: `password=...` and the like; `ipv4`. The line itself and its copies,
    from which the message of a row may come, are changed even when only some fields are named, and those
    of lines that could not be parsed too.
    """

    TYPES = ("redact",)
    BEFORE_TOO = FAILED_TOO = True

    key: Keys = ""
    patterns: Annotated[
        str | list[str], Meta(description="Which of card, email, token, password, ipv4, separated by commas")
    ] = "card,email,token,password"
    custom: Annotated[str | list[str], Meta(description="Regular expressions of your own, RE2")] = ""
    mark: Annotated[str, Meta(description="What comes in their place")] = "[redacted]"

    def problems(self) -> Iterator[Problem]:
        """Yield unknown names and expressions that cannot be read, too."""
        for name in names_of(self.patterns):
            if name not in NAMED:
                yield Problem("patterns", f"unknown {name[:64]}; there are {', '.join(NAMED)}")
        for pattern in self._custom():
            yield from pattern_problems(pattern, "custom")

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows. Raises PatternError, EngineMissing."""
        engine.probe()
        secrets = [NAMED[name] for name in names_of(self.patterns)]
        secrets += [Secret(to_engine_regex(each, "custom")) for each in self._custom()]
        for secret in secrets:
            engine.compile_check(secret.regex, "custom")
        keys = names_of(self.key)

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            names = {name for key in keys for name in fields_under(rows, key)} if keys else fields_of(rows)
            for name in (LINE, *(each for each in rows.columns if each in names or each in COPIES)):
                rows = rows.with_columns(self._redacted(rows.get_column(name), secrets))
            return rows

        return change

    def _custom(self) -> list[str]:
        return [self.custom] if isinstance(self.custom, str) and self.custom else list(self.custom)

    def _redacted(self, column: "polars.Series", secrets: list[Secret]) -> "polars.Series":
        import polars

        if column.dtype == polars.Boolean:
            return column
        text = column if column.dtype == polars.String else column.cast(polars.String)
        mark = self.mark.replace("$", "$$")
        changed = text
        for secret in secrets:
            if secret.replace is None:
                changed = changed.str.replace_all(secret.regex, mark)
            else:
                changed = _replaced(changed, secret, self.mark)
        return column if column.dtype != polars.String and changed.equals(text) else changed


def _replaced(text: "polars.Series", secret: Secret, mark: str) -> "polars.Series":
    """Look closer at the few texts in which there may be one."""
    at = text.str.contains(secret.regex).fill_null(False).arg_true()
    if len(at) == 0:
        return text
    replace = secret.replace or (lambda each, _: each)
    return text.scatter(at, [replace(each, mark) for each in text.gather(at).to_list()])
