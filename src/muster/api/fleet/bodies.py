"""Bodies of this surface: JSON, with lists that may come as text that holds a list."""

import re
from typing import Any, TypeVar

import msgspec

from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, body_of
from muster.errors import InvalidInput
from muster.model.ids import AgentId

T = TypeVar("T")

MAX_ITEMS = 10_000

_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


async def read_body(request: AnyRequest, live: Live, kind: type[T]) -> T:
    """Return the body of a request and leave it in its state. Raises InvalidInput, TooLarge."""
    request.state.body = await body_of(request, live.limits)
    return parse_body(request.state.body, kind)


def parse_body(body: bytes, kind: type[T]) -> T:
    """Return what a body says. Raises InvalidInput that names the field."""
    if not body.strip():
        raise InvalidInput("expected a JSON document, there is none", field="body")
    if _ESCAPED_NUL.search(body):
        raise InvalidInput("text must not contain U+0000", field="body")
    try:
        return msgspec.json.decode(body.decode(), type=kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise InvalidInput(message, field=path.rstrip("`").lstrip(".") or "body") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"not a JSON document: {error}", field="body") from None
    except RecursionError:
        raise InvalidInput("nested too deeply", field="body") from None


def parse_texts(value: Any, field: str) -> list[str]:
    """Return a list of texts without repeats: an array, the text of one, or nothing. Raises InvalidInput."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value) if value.strip() else []
        except (msgspec.DecodeError, RecursionError):
            raise InvalidInput("expected a list of texts", field=field) from None
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidInput("expected a list of texts", field=field)
    if len(value) > MAX_ITEMS:
        raise InvalidInput(f"at most {MAX_ITEMS} at once", field=field)
    return list(dict.fromkeys(value))


def parse_agents(value: Any, field: str) -> list[AgentId]:
    """Return ids of agents, which may not exist. Raises InvalidInput."""
    return list(map(AgentId, parse_texts(value, field)))


def split_texts(text: str, field: str) -> list[str]:
    """Return the texts of a comma list in a query. Raises InvalidInput when there is none."""
    found = list(dict.fromkeys(part for part in (part.strip() for part in text.split(",")) if part))
    if not found:
        raise InvalidInput("expected one name or more, joined by commas", field=field)
    if len(found) > MAX_ITEMS:
        raise InvalidInput(f"at most {MAX_ITEMS} at once", field=field)
    return found


def some(items: list[T], field: str) -> list[T]:
    """Return a list that is not empty. Raises InvalidInput."""
    if not items:
        raise InvalidInput("expected at least one", field=field)
    return items
