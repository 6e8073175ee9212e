"""Fields of this surface: what each takes, and in which words it refuses the rest."""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from muster.api.server_inventory.bodies import Body
from muster.api.server_inventory.errors import FieldErrors

MAX_NAME = 255
MAX_DESCRIPTION = 65_536
MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1

REQUIRED = "This field is required."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
NOT_TEXT = "Not a valid string."
NOT_ADDRESS = "Enter a valid IPv4 or IPv6 address."
NOT_BOOLEAN = "Must be a valid boolean."
NOT_JSON = "Value must be valid JSON."
NUL = "Null characters are not allowed."
TOO_DEEP = f"Ensure this value is nested no deeper than {MAX_DEPTH} levels."
TOO_LONG = "Ensure this field has no more than {} characters."
TOO_BIG = f"Ensure integers are between {-MAX_INTEGER - 1} and {MAX_INTEGER}."

TRUE = frozenset({"t", "y", "yes", "true", "on", "1"})
FALSE = frozenset({"f", "n", "no", "false", "off", "0"})


class Refused(Exception):
    """A value is not what its field takes."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = list(reasons)


class Field(NamedTuple):
    """How a field is read: `parse` raises Refused; `absent` is what a form means by leaving it out."""

    parse: Callable[[Any, bool], Any]
    is_required: bool = False
    absent: Any = None


def parse_text(value: Any, max_length: int) -> str:
    """Return text without surrounding white space; numbers are taken as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused(NULL if value is None else NOT_TEXT)
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise Refused(TOO_BIG)
    text = str(value).strip()
    if not text:
        raise Refused(BLANK)
    reasons = [TOO_LONG.format(max_length)] * (len(text) > max_length) + [NUL] * ("\0" in text)
    if reasons:
        raise Refused(*reasons)
    return text


def parse_address(value: Any) -> str:
    """Return an IPv4 or IPv6 address in its shortest form."""
    if value is None:
        raise Refused(NULL)
    if not isinstance(value, str):
        raise Refused(NOT_ADDRESS)
    if not value.strip():
        raise Refused(BLANK)
    if "\0" in value:
        raise Refused(NUL, NOT_ADDRESS)
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        raise Refused(NOT_ADDRESS) from None
    if getattr(address, "scope_id", None):
        raise Refused(NOT_ADDRESS)
    mapped = getattr(address, "ipv4_mapped", None)
    return f"::ffff:{mapped}" if mapped else str(address)


def parse_flag(value: Any) -> bool:
    """Return a boolean of the words, numbers and letters that mean one."""
    if value is None:
        raise Refused(NULL)
    text = str(int(value)) if isinstance(value, bool | int | float) and value in (0, 1) else value
    if isinstance(text, str) and text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise Refused(NOT_BOOLEAN)


def parse_json(value: Any, is_form: bool, *, is_nullable: bool = False) -> Any:
    """Return any JSON value within the bounds; a form gives it as text."""
    if is_form:
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            raise Refused(NOT_JSON) from None
    if value is None and not is_nullable:
        raise Refused(NULL)
    reason = _reason(value, MAX_DEPTH)
    if reason:
        raise Refused(reason)
    return value


SERVER: Mapping[str, Field] = {
    "ip_address": Field(lambda value, _: parse_address(value)),
    "description": Field(lambda value, _: parse_text(value, MAX_DESCRIPTION)),
    "name": Field(lambda value, _: parse_text(value, MAX_NAME), is_required=True),
    "server_is_active": Field(lambda value, _: parse_flag(value), absent=False),
}
"""The fields of a server that can be written."""


def parse_fields(body: Body, fields: Mapping[str, Field], *, is_partial: bool) -> dict[str, Any]:
    """Return the values of the fields that a body gives. Raises FieldErrors.

    Unknown fields are ignored, unless they hold what nothing may hold.
    """
    values: dict[str, Any] = {}
    reasons: dict[str, list[str]] = {}
    for name, value in body.fields.items():
        if name not in fields and (refused := _reason({name: value}, MAX_DEPTH + 1)):
            reasons[name.replace("\0", "")] = [refused]
    for name, field in fields.items():
        given = name in body.fields
        if given and body.is_form and body.fields[name] == "" and not field.is_required:
            given = False
        if not given:
            if field.is_required and not is_partial:
                reasons[name] = [REQUIRED]
            elif body.is_form and not is_partial and field.absent is not None:
                values[name] = field.absent
            continue
        try:
            values[name] = field.parse(body.fields[name], body.is_form)
        except Refused as refused:
            reasons[name] = refused.reasons
    if reasons:
        raise FieldErrors(reasons)
    return values


def _reason(value: Any, depth: int) -> str:
    """Return why a JSON value cannot be kept, empty when it can."""
    if isinstance(value, str):
        return NUL if "\0" in value else ""
    if isinstance(value, int):
        return "" if -MAX_INTEGER - 1 <= value <= MAX_INTEGER else TOO_BIG
    if not isinstance(value, dict | list):
        return ""
    if depth == 0:
        return TOO_DEEP
    items = [*value, *value.values()] if isinstance(value, dict) else value
    return next((reason for item in items if (reason := _reason(item, depth - 1))), "")
