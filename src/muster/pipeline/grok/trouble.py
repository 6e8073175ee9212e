"""What can be wrong with a grok pattern, or with a line that is held against it."""

from muster.errors import EnvironmentFault, InvalidInput


class PatternError(InvalidInput):
    """A pattern cannot be used.

    `where` is the text it stands in (`pattern`, `pattern 2`, `custom pattern NAME, line 3`) and
    `position` counts its characters from 1; `position` is 0 when the whole text is meant.
    """

    code = "bad_pattern"

    def __init__(self, reason: str, *, where: str, position: int = 0) -> None:
        at = f", character {position}" if position else ""
        super().__init__(f"{where}{at}: {reason}")
        self.reason = reason
        self.where = where
        self.position = position


class NoMatch(InvalidInput):
    """No pattern matches the line."""

    code = "no_match"


class EngineMissing(EnvironmentFault):
    """The library that matches is not installed, or this processor cannot run it."""

    code = "no_grok_engine"
