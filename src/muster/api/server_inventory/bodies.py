"""Bodies of this surface: JSON, urlencoded and multipart forms, all to one mapping of fields."""

import email.policy
import json
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Reference,
    Schema,
)

from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, body_of, media_type_of, raw_body
from muster.api.server_inventory.errors import FieldErrors, UnsupportedMediaType
from muster.errors import CallerError
from muster.model.inventory import MAX_INVENTORY_BYTES

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MAX_FORM_FIELDS = 100


_REASONS = Schema(
    type=OpenAPIType.OBJECT,
    additional_properties=Schema(type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.STRING)),
)
_WRONG_BODY = {
    JSON: OpenAPIMediaType(
        schema=Schema(one_of=[Reference(ref="#/components/schemas/ErrorDetail"), _REASONS])
    )
}
"""`{"detail": ...}`, or for each wrong field the reasons."""


class Body(msgspec.Struct, frozen=True):
    """The fields of a request; those of a form are text."""

    fields: dict[str, Any]
    is_form: bool = False


def body_operation() -> type[Operation]:
    """Return the OpenAPI operation of a route that takes a body of this surface."""
    return raw_body(
        {name: Schema(type=OpenAPIType.OBJECT) for name in (JSON, URLENCODED, MULTIPART)},
        {"400": OpenAPIResponse("The body cannot be read, or fields are wrong.", content=_WRONG_BODY)},
    )


async def read_fields(request: AnyRequest, live: Live) -> Body:
    """Return the fields of a request's body.

    Raises TooLarge beyond 1 MiB, CallerError when the body cannot be read, UnsupportedMediaType,
    FieldErrors when it is no object.
    """
    limits = live.limits
    bound = min(limits.body_bytes, MAX_INVENTORY_BYTES)
    limits = msgspec.structs.replace(
        limits, body_bytes=bound, decompressed_bytes=min(limits.decompressed_bytes, MAX_INVENTORY_BYTES)
    )
    body = await body_of(request, limits)
    content_type = request.headers.get("content-type", "")
    return parse_fields(body, media_type_of(request), content_type)


def parse_fields(body: bytes, media_type: str, content_type: str) -> Body:
    """Return the fields that a body holds. Raises as `read_fields` does."""
    if not body:
        return Body({}, is_form=media_type in (URLENCODED, MULTIPART))
    match media_type:
        case "application/json":
            return Body(_from_json(body))
        case "application/x-www-form-urlencoded":
            return Body(_from_urlencoded(body), is_form=True)
        case "multipart/form-data":
            return Body(_from_multipart(body, content_type), is_form=True)
    raise UnsupportedMediaType(f'Unsupported media type "{content_type}" in request.')


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body.decode())
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise CallerError(f"JSON parse error - {_json_reason(body, error)}") from None
    if value is None:
        raise FieldErrors({"non_field_errors": ["No data provided"]})
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise FieldErrors({"non_field_errors": [f"Invalid data. Expected a dictionary, but got {kind}."]})
    return value


def _json_reason(body: bytes, error: Exception) -> str:
    """Return what the standard library says of broken JSON, as old clients know it."""
    try:
        json.loads(body)
    except (ValueError, RecursionError) as known:
        return str(known)
    return str(error)


def _from_urlencoded(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError as error:
        raise CallerError(f"Form parse error - {error}") from None
    return dict(pairs)


def _from_multipart(body: bytes, content_type: str) -> dict[str, str]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise CallerError("Multipart form parse error - Invalid boundary in multipart: None")
    fields: dict[str, str] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise CallerError("Multipart form parse error - every part must have a name and a value")
        if len(fields) >= MAX_FORM_FIELDS:
            raise CallerError(f"Multipart form parse error - more than {MAX_FORM_FIELDS} parts")
        try:
            fields[name] = content.decode()
        except UnicodeDecodeError as error:
            raise CallerError(f"Multipart form parse error - {error}") from None
    return fields
