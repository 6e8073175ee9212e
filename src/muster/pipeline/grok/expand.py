"""From a pattern and its named parts to one regular expression, within bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from muster.pipeline.grok.library import Definition, standard, standard_pieces
from muster.pipeline.grok.syntax import Opening, Piece, Reference, Text
from muster.pipeline.grok.trouble import PatternError

MAX_DEPTH = 32
MAX_CHARACTERS = 256 * 1024
MAX_REFERENCES = 10_000
MAX_CAPTURES = 1000


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture group of an expanded pattern: `group` in the expression, and whose value it is."""

    group: str
    field: str
    type: str


@dataclass(slots=True)
class Expanded:
    """A pattern with every reference replaced; captures are in the order of their groups."""

    where: str
    parts: list[str] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)

    @property
    def regex(self) -> str:
        """The expression for the engine; the caller groups it."""
        return "".join(self.parts)


def expand(definition: Definition, custom: Mapping[str, Definition]) -> Expanded:
    """Replace every reference. Raises PatternError for an unknown name, a cycle, or one too large."""
    return _Expansion(definition.where, custom).run(definition)


class _Expansion:
    def __init__(self, where: str, custom: Mapping[str, Definition]) -> None:
        self._custom = custom
        self._pieces: dict[str, tuple[Piece, ...]] = {}
        self._result = Expanded(where)
        self._characters = self._references = 0

    def run(self, definition: Definition) -> Expanded:
        self._add(definition.pieces(), definition, ())
        return self._result

    def _add(self, pieces: tuple[Piece, ...], inside: Definition, path: tuple[str, ...]) -> None:
        for piece in pieces:
            match piece:
                case Text(regex):
                    self._emit(regex)
                case Opening(name):
                    self._open(name, "")
                case Reference():
                    self._follow(piece, inside, path)

    def _follow(self, reference: Reference, inside: Definition, path: tuple[str, ...]) -> None:
        name = reference.pattern
        found = self._custom.get(name) or standard().get(name)
        if found is None:
            raise PatternError(
                f"there is no pattern {name[:64]}", where=inside.where, position=reference.position
            )
        if name in path:
            chain = " > ".join((*path[path.index(name) :], name))
            raise PatternError(
                f"{name} contains itself: {chain}", where=inside.where, position=reference.position
            )
        self._references += 1
        if len(path) >= MAX_DEPTH or self._references > MAX_REFERENCES:
            raise self._too_large(f"patterns refer to more than {MAX_REFERENCES} others, {MAX_DEPTH} deep")
        if reference.field:
            self._open(reference.field, reference.type)
        else:
            self._emit("(?:")
        self._add(self._pieces_of(name, found), found, (*path, name))
        self._emit(")")

    def _pieces_of(self, name: str, found: Definition) -> tuple[Piece, ...]:
        if name not in self._custom:
            return standard_pieces(name)
        if name not in self._pieces:
            self._pieces[name] = found.pieces()
        return self._pieces[name]

    def _open(self, name: str, kind: str) -> None:
        captures = self._result.captures
        if len(captures) >= MAX_CAPTURES:
            raise self._too_large(f"there are more than {MAX_CAPTURES} fields")
        group = f"f{len(captures)}"
        captures.append(Capture(group, name, kind))
        self._emit(f"(?P<{group}>")

    def _emit(self, regex: str) -> None:
        self._characters += len(regex)
        if self._characters > MAX_CHARACTERS:
            raise self._too_large(f"with its parts it has more than {MAX_CHARACTERS} characters")
        self._result.parts.append(regex)

    def _too_large(self, reason: str) -> PatternError:
        return PatternError(reason, where=self._result.where)
