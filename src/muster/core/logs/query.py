"""What a search means: the tree that the words of a query are read into."""

import enum

import msgspec

from muster.model.ids import AgentId

MESSAGE = "message"
AGENT = "agent"
LEVEL = "level"
COLUMNS = ("level", "runner", "source", "message")
"""Names that mean a column of a row; every other name means one of its fields."""

FIELDS_LIKE_COLUMNS = {f'"{name}"': name for name in (*COLUMNS, AGENT)}
"""Names of the fields that are called as a column or the agent is: in quotes they mean the field."""


class Sign(enum.StrEnum):
    """How a field is compared with a number."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


class Word(msgspec.Struct, frozen=True):
    """The message has the word, in capital or small letters.

    A word of letters and digits stands between other signs; one with signs of its own may stand anywhere.
    """

    text: str


class Phrase(msgspec.Struct, frozen=True):
    """The message has the text, exactly as it is written, anywhere."""

    text: str


class Pattern(msgspec.Struct, frozen=True):
    """Texts with anything between them: `a*b*` is ("a", "b", ""). In capital or small letters.

    In a message it is looked for in each word, a row of signs without blanks.
    """

    parts: tuple[str, ...]


class Is(msgspec.Struct, frozen=True):
    """A field has the very value."""

    name: str
    value: str


class IsOneOf(msgspec.Struct, frozen=True):
    """A field has one of the values."""

    name: str
    values: tuple[str, ...]


class Matches(msgspec.Struct, frozen=True):
    """A field's whole value is what the pattern says."""

    name: str
    pattern: Pattern


class Exists(msgspec.Struct, frozen=True):
    """The row has the field, and it is not empty."""

    name: str


class Compares(msgspec.Struct, frozen=True):
    """A field holds a number, which compares so."""

    name: str
    sign: Sign
    number: float


class OfAgents(msgspec.Struct, frozen=True):
    """The row came from one of these agents."""

    agents: frozenset[AgentId]


class All(msgspec.Struct, frozen=True):
    """All of these are so."""

    parts: "tuple[Condition, ...]"


class Any(msgspec.Struct, frozen=True):
    """At least one of these is so."""

    parts: "tuple[Condition, ...]"


class Not(msgspec.Struct, frozen=True):
    """This is not so."""

    part: "Condition"


Condition = Word | Phrase | Pattern | Is | IsOneOf | Matches | Exists | Compares | OfAgents | All | Any | Not
