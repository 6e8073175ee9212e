"""The transform `replace`."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.batch import as_text
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.grok import engine
from muster.pipeline.grok.expand import expand
from muster.pipeline.grok.library import Definition
from muster.pipeline.parsers.parser import problem_of
from muster.pipeline.transforms.transform import BEFORE, Change, LineSpec

if TYPE_CHECKING:
    import polars

_GROUP = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]|(?P<plain>\((?!\?))", re.DOTALL)
_DOLLAR = re.compile(r"\$(?:\$|\{([0-9A-Za-z_]+)\}|([0-9A-Za-z_]+))?")


class ReplaceSpec(LineSpec, frozen=True, kw_only=True):
    """Replaces every occurrence of a text, or of a regular expression.

    Without a field it takes place before the parser, on lines. In what replaces a match of an
    expression, `$1` stands for its first group, `$name` or `${name}` for one with a name, `$$` for `$`.
    """

    TYPES = ("replace",)

    old: Annotated[str, Meta(min_length=1, description="What is replaced")]
    new: Annotated[str, Meta(description="What comes in its place")] = ""
    regex: Annotated[bool, Meta(description="`old` is a regular expression, RE2")] = False

    @property
    def is_before(self) -> bool:
        """Whether it changes lines that are not parsed yet: the rule without a field."""
        return self.stage == BEFORE or not (self.stage or self.key)

    def problems(self) -> Iterator[Problem]:
        """Yield an expression that cannot be read, too."""
        yield from LineSpec.problems(self)
        if self.regex:
            yield from problem_of(lambda: read_replacement(self.old, self.new), "old")

    def open(self, around: Surroundings) -> Change:
        """Return what changes rows. Raises PatternError, EngineMissing."""
        engine.probe()
        old, new = read_replacement(self.old, self.new) if self.regex else (self.old, self.new)
        if self.regex:
            engine.compile_check(old, "old")

        def change(rows: "polars.DataFrame") -> "polars.DataFrame":
            if self.column not in rows.columns:
                return rows
            text = as_text(rows.get_column(self.column))
            return rows.with_columns(text.str.replace_all(old, new, literal=not self.regex))

        return change


def read_replacement(old: str, new: str) -> tuple[str, str]:
    """Return an expression and what replaces it, as the engine reads them.

    Raises PatternError, and InvalidInput for a group that the expression does not have.
    """
    named = _GROUP.sub(lambda found: "(?P<_>" if found["plain"] else found[0], old)
    expanded = expand(Definition("", named, "old"), {})
    groups = {str(number): each.group for number, each in enumerate(expanded.captures, 1)}
    groups |= {each.field: each.group for each in expanded.captures}

    def translate(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name is None or name == "0":
            return "$$" if name is None else "${0}"
        if name not in groups:
            raise InvalidInput(f"there is no group {name[:64]}", field="new")
        return f"${{{groups[name]}}}"

    return expanded.regex, _DOLLAR.sub(translate, new)
