"""Dotted keys (`server.port`): which exist, what each takes, and which name a wrong one is nearest to."""

import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from muster.settings.values import Section, Settings


class Key(msgspec.Struct, frozen=True):
    """One setting: its dotted name, its type, and the environment variable that sets it."""

    name: str
    type: Any
    variable: str
    expected: str


def value_of(settings: Settings, name: str) -> Any:
    """Return the value of a dotted key."""
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


def replaced(settings: Settings, values: dict[str, Any]) -> Settings:
    """Return settings with the values of these dotted keys in place of their own."""
    sections: dict[str, dict[str, Any]] = {}
    top: dict[str, Any] = {}
    for name, value in values.items():
        section, _, field = name.rpartition(".")
        (sections.setdefault(section, {}) if section else top)[field] = value
    for section, fields in sections.items():
        top[section] = msgspec.structs.replace(getattr(settings, section), **fields)
    return msgspec.structs.replace(settings, **top)


def converted(key: Key, value: object, *, from_text: bool) -> Any:
    """Return `value` as the key's type; `from_text` reads numbers and comma lists out of text.

    Raises ValueError when it is not what the key expects.
    """
    if from_text and isinstance(value, str) and isinstance(inspect.type_info(key.type), inspect.VarTupleType):
        value = [item.strip() for item in value.split(",") if item.strip()]
    try:
        result = msgspec.convert(value, key.type, strict=not from_text, dec_hook=_decode_path)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    if isinstance(result, float) and not math.isfinite(result):
        raise ValueError("not a finite number")
    return result


def nearest(name: str, known: Collection[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known name that is most like `name`, compared whole, then by its last part.

    `cutoff` 1 asks for equality, 0 for anything.
    """
    import difflib  # only a wrong name needs it

    whole = difflib.get_close_matches(name, known, n=1, cutoff=cutoff)
    if whole:
        return whole[0]
    by_last: dict[str, str] = {}
    for other in known:
        by_last.setdefault(other.rpartition(".")[2], other)
    last = difflib.get_close_matches(name.rpartition(".")[2], by_last, n=1, cutoff=max(cutoff, 0.8))
    return by_last[last[0]] if last else None


def _decode_path(kind: type, value: object) -> Any:
    if kind is Path and isinstance(value, str | Path) and str(value):
        return Path(value)
    raise msgspec.ValidationError("Expected a path")


def _expected(info: inspect.Type) -> str:  # noqa: PLR0911 one for each kind of type
    """Return in words what a type takes."""
    match info:
        case inspect.IntType(ge=low, le=high):
            return "a whole number" + _bounds(low, high)
        case inspect.FloatType(ge=low, le=high):
            return "a number" + _bounds(low, high)
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(map(str, values))
        case inspect.EnumType(cls=kind):
            return "one of " + ", ".join(str(member.value) for member in kind)
        case inspect.VarTupleType(item_type=item):
            return "a list, each " + _expected(item)
        case inspect.UnionType(types=types):
            return " or ".join(map(_expected, types))
        case inspect.CustomType():
            return "a path"
        case _:
            return "text"


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low} to {high}"
    return f" of at least {low}" if low is not None else ""


def _keys() -> dict[str, Key]:
    keys: dict[str, Key] = {}
    for top in msgspec.structs.fields(Settings):
        is_section = isinstance(top.type, type) and issubclass(top.type, Section)
        fields = msgspec.structs.fields(top.type) if is_section else (top,)
        for field in fields:
            name = f"{top.name}.{field.name}" if is_section else field.name
            variable = "MUSTER_" + name.replace(".", "_").upper()
            keys[name] = Key(name, field.type, variable, _expected(inspect.type_info(field.type)))
    return keys


KEYS = _keys()
"""Every setting by its dotted name, in the order of the sections."""

SECTIONS = frozenset(name.partition(".")[0] for name in KEYS if "." in name)

VARIABLES = {key.variable: key for key in KEYS.values()}
