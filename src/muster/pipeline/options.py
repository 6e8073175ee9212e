"""What a configuration may say: components and their options as values, read from the specs."""

import inspect
import types
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from muster.pipeline.component import Spec

TEXT, BOOLEAN, INTEGER, NUMBER, LIST, OBJECT = (
    "text",
    "true or false",
    "whole number",
    "number",
    "list",
    "object",
)
"""Words for the types of values."""

_WORDS: dict[Any, str] = {
    str: TEXT,
    bool: BOOLEAN,
    int: INTEGER,
    float: NUMBER,
    list: LIST,
    tuple: LIST,
    dict: OBJECT,
}


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a section. `types` are words for what it takes; `choices` are its only values, if any.

    `default` is a JSON value; null where nothing is the default, and where the key is required.
    """

    name: str
    types: list[str]
    choices: list[str]
    description: str
    default: Any
    is_required: bool


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """A component that a configuration may name: its usual name first, what it does, its options."""

    names: list[str]
    about: str
    options: list[Option]


def describe(spec: type[Spec]) -> Component:
    """Return what there is to know of a component to configure it."""
    return Component(
        names=list(spec.TYPES), about=inspect.cleandoc(spec.__doc__ or ""), options=list(options_of(spec))
    )


def describe_all(specs: Iterable[type[Spec]]) -> list[Component]:
    """Return each of several components."""
    return [describe(spec) for spec in specs]


def options_of(spec: type[Spec]) -> Iterator[Option]:
    """Yield the options of a spec in their order."""
    hints = get_type_hints(spec, include_extras=True)
    for each in msgspec.structs.fields(spec):
        hint, description = _parted(hints[each.name])
        yield Option(
            name=each.encode_name,
            types=list(dict.fromkeys(_types(hint))),
            choices=list(_choices(hint)),
            description=description,
            default=_default(each),
            is_required=each.required,
        )


def _parted(hint: Any) -> tuple[Any, str]:
    """Return the type of an option, and what its annotation says of it."""
    if get_origin(hint) is not Annotated:
        return hint, ""
    kind, *metas = get_args(hint)
    texts = (each.description for each in metas if isinstance(each, msgspec.Meta) and each.description)
    return kind, next(texts, "")


def _types(hint: Any) -> Iterator[str]:
    hint, _ = _parted(hint)
    if get_origin(hint) in (Union, types.UnionType):
        for each in get_args(hint):
            if each is not types.NoneType:
                yield from _types(each)
        return
    yield _WORDS.get(get_origin(hint) or hint, TEXT)


def _choices(hint: Any) -> Iterator[str]:
    if get_origin(hint) is Literal:
        yield from (str(each) for each in get_args(hint) if each)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.required:
        return None
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return None if value in ("", None, (), [], {}) else msgspec.to_builtins(value)
