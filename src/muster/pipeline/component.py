"""Components of a log pipeline, and how the JSON of a configuration becomes the typed spec of one.

A spec is the factory of its component: one Struct, whose fields are the options. Values may be the text
that the original wrote (`"true"`, `"100"`); an empty text stands for the default.
"""

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import NoneType
from typing import Any, ClassVar, Final, TypeVar, get_args

import msgspec

from muster.errors import InvalidInput

MAX_FILE_BYTES: Final = 4 * 1024 * 1024
"""The most of a file that a component reads for its own configuration."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a configuration: where (`transforms[1].pattern`), and what was expected.

    `nearest` is the known word that is most like an unknown one; empty: there is none.
    """

    path: str
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one component. A field without a default is required.

    `TYPES` are the names that a configuration may give the component, the usual one first. A field that
    is itself named otherwise in a configuration says so with `msgspec.field(name=...)`.
    """

    TYPES: ClassVar[tuple[str, ...]] = ()

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond the types, the paths relative to the component. No I/O."""
        yield from ()

    def files(self) -> list[str]:
        """Return the paths that the component reads when it is opened."""
        return []


def read_file(path: str) -> str:
    """Return the text of a small file. Raises InvalidInput when that cannot be."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    if len(data) > MAX_FILE_BYTES:
        raise InvalidInput(f"{path}: larger than {MAX_FILE_BYTES} bytes")
    return data.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a component may ask of the process that runs it; an agent limits the files to its allow-list."""

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    read_file: Callable[[str], str] = read_file


S = TypeVar("S", bound=Spec)


def read_spec(
    spec: type[S], options: Mapping[str, Any], path: str, *, ignoring: Collection[str] = ()
) -> tuple[S | None, list[Problem]]:
    """Return the spec of a section of a configuration, or none, and what is wrong with the section."""
    fields = {each.encode_name: each for each in msgspec.structs.fields(spec)}
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for key, value in options.items():
        known = fields.get(key)
        if known is not None:
            if not _is_unset(value, known.type):
                _read_value(known, value, f"{path}.{key}", values, problems)
        elif key not in ignoring:
            problems.append(unknown(f"{path}.{key[:128]}", "unknown", key, [*fields, *ignoring]))
    problems += [
        Problem(f"{path}.{each.encode_name}", "required")
        for each in fields.values()
        if each.required and each.name not in values and not _has_problem(problems, path, each.encode_name)
    ]
    if problems:
        return None, problems
    made = spec(**values)
    return made, [Problem(f"{path}.{each.path}", each.message) for each in made.problems()]


def _read_value(
    known: msgspec.structs.FieldInfo, value: Any, path: str, values: dict[str, Any], problems: list[Problem]
) -> None:
    try:
        values[known.name] = msgspec.convert(value, known.type, strict=False)
    except msgspec.ValidationError as error:
        message, _, inner = str(error).partition(" - at `$")
        problems.append(Problem(path + inner.rstrip("`"), message[:1].lower() + message[1:]))


def _is_unset(value: Any, kind: Any) -> bool:
    """Tell whether a value stands for the default: null, or an empty text where no text is expected."""
    if value is None:
        return NoneType not in get_args(kind)
    return value == "" and not _takes_text(kind)


def _takes_text(kind: Any) -> bool:
    inner = get_args(kind)
    return kind is str or any(_takes_text(each) for each in inner if not isinstance(each, msgspec.Meta))


def _has_problem(problems: list[Problem], path: str, key: str) -> bool:
    return any(each.path.startswith(f"{path}.{key}") for each in problems)


def unknown(path: str, message: str, word: str, known: Collection[str]) -> Problem:
    """Return the problem that a word is none of those known, with the nearest one in its message."""
    near = difflib.get_close_matches(word[:128], known, n=1)
    if not near:
        return Problem(path, message)
    return Problem(path, f"{message}; did you mean {near[0]}?", near[0])
