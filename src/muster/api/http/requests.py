"""What handlers read from a request besides typed parameters."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, RequestBody, Schema

from muster.api.http.bodies import read_body
from muster.errors import InvalidInput, Unauthenticated
from muster.settings import LimitSettings

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]


async def body_of(request: AnyRequest, limits: LimitSettings) -> bytes:
    """Return the body without its content encoding.

    Raises as `read_body` does, and Unauthenticated when the request is signed for another body.
    """
    return await read_body(
        _checked(request),
        encoding=request.headers.get("content-encoding", ""),
        declared_bytes=declared_bytes(request),
        limits=limits,
    )


async def _checked(request: AnyRequest) -> AsyncIterator[bytes]:
    """Pass the body on as it is sent, and see that it is the one that was signed."""
    expected: bytes | None = getattr(request.state, "content_md5", None)
    digest = hashlib.md5(usedforsecurity=False)
    async for chunk in request.stream():
        if expected is not None:
            digest.update(chunk)
        yield chunk
    if expected is not None and not hmac.compare_digest(digest.digest(), expected):
        raise Unauthenticated("the body is not the one of the Content-MD5")


async def json_of(request: AnyRequest, limits: LimitSettings, kind: type[T]) -> T:
    """Return a JSON body as a value of that kind. Raises as `read_body`, InvalidInput for another value."""
    check_media_type(request, "application/json")
    try:
        return msgspec.json.decode((await body_of(request, limits)).decode(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput(str(error), field="body") from None
    except RecursionError:
        raise InvalidInput("nested too deeply", field="body") from None


def declared_bytes(request: AnyRequest) -> int | None:
    """Return how long the body is by its header, None when that says nothing."""
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isdecimal() and declared.isascii() else None


def peer_of(request: AnyRequest) -> str:
    """Return the address of the socket's other end, empty when there is none."""
    return request.client.host if request.client else ""


def media_type_of(request: AnyRequest) -> str:
    """Return the body's media type in lower case, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_media_type(request: AnyRequest, *accepted: str) -> str:
    """Return the body's media type. Raises InvalidInput when it is none of those accepted."""
    media_type = media_type_of(request)
    if media_type not in accepted:
        raise InvalidInput(f"expected {' or '.join(accepted)}", field="Content-Type")
    return media_type


def raw_body(
    content: Mapping[str, Schema], responses: Mapping[str, OpenAPIResponse] | None = None
) -> type[Operation]:
    """Return the OpenAPI operation of a route that reads its body itself: a schema for each media type.

    `responses` are answers by status that the route describes itself.
    """

    @dataclass
    class RawBodyOperation(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(
                content={name: OpenAPIMediaType(schema=schema) for name, schema in content.items()},
                required=True,
            )
            self.responses = {**(self.responses or {}), **(responses or {})}

    return RawBodyOperation
