"""Errors as answers: one status for each kind, one shape for each surface."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap, Send

from muster.errors import (
    Bug,
    CallerError,
    Conflict,
    Forbidden,
    InvalidInput,
    MusterError,
    NotFound,
    Overloaded,
    SettingsError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

_log = logging.getLogger("muster.api")

STATUS: Mapping[type[MusterError], int] = {
    InvalidInput: 422,
    TooLarge: 413,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Overloaded: 429,
    Unavailable: 503,
    SettingsError: 500,
    CallerError: 400,
    Bug: 500,
}

INTERNAL = "internal"
"""The code of a bug. Its log has the traceback; what the surroundings did is one line."""

HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    413: "too_large",
}


class Problem(msgspec.Struct, frozen=True):
    """An error on its way out: what every surface's shape is made from."""

    status: int
    code: str
    message: str


class CodedError(msgspec.Struct, frozen=True):
    """The shape of surfaces that have no older one to keep."""

    code: str
    message: str


Shape = Callable[[Problem], Any]


def coded(problem: Problem) -> CodedError:
    """Return `{"code": ..., "message": ...}`."""
    return CodedError(problem.code, problem.message)


def error_handlers(shape_of: Callable[[str], Shape]) -> ExceptionHandlersMap:
    """Return the handlers that answer every error in the shape that `shape_of` names for its path."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        request_id = getattr(request.state, "request_id", "")
        problem, headers = _told(error, request.method, request.url.path, request_id)
        return Response(shape_of(request.url.path)(problem), status_code=problem.status, headers=headers)

    return {MusterError: answer, HTTPException: answer, Exception: answer}


async def send_error(scope: Any, send: Send, error: Exception, shape_of: Callable[[str], Shape]) -> None:
    """Answer an error outside of the framework, as its handlers do."""
    problem, headers = _told(error, scope["method"], scope["path"], scope["state"]["request_id"])
    body = msgspec.json.encode(shape_of(scope["path"])(problem))
    headers |= {"content-type": "application/json", "content-length": str(len(body))}
    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def describe(error: Exception, request_id: str) -> tuple[Problem, dict[str, str]]:
    """Return the problem that an error is, and the headers that go with it."""
    if isinstance(error, Bug) or not isinstance(error, MusterError | HTTPException):
        return Problem(500, INTERNAL, f"internal error; its id in the log is {request_id}"), {}
    if isinstance(error, HTTPException):
        code = HTTP_CODES.get(error.status_code, "bad_request")
        headers = dict(error.headers or {})
        return Problem(error.status_code, code, _http_message(error)), headers
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    return Problem(status, error.code, error.message), _headers(error)


def _told(error: Exception, method: str, path: str, request_id: str) -> tuple[Problem, dict[str, str]]:
    """Return what `describe` does, and log it when it is not the caller's fault."""
    problem, headers = describe(error, request_id)
    if problem.status >= 500:
        ours = error if problem.code == INTERNAL else None
        _log.error("%s %s: %s", method, path, error, exc_info=ours)
    return problem, headers


def _headers(error: MusterError) -> dict[str, str]:
    match error:
        case Unauthenticated():
            return {"WWW-Authenticate": 'Bearer realm="muster"'}
        case Overloaded(retry_after_s=seconds):
            return {"Retry-After": str(seconds)}
        case Conflict(retry_after_s=int(seconds)):
            return {"Retry-After": str(seconds)}
        case Unavailable():
            return {"Retry-After": "1"}
    return {}


def _http_message(error: HTTPException) -> str:
    """Return what the framework says of each field, else its reason."""
    if not isinstance(error.extra, list):
        return error.detail
    fields = [f"{x.get('key', '')}: {x.get('message', '')}" for x in error.extra if isinstance(x, dict)]
    return "; ".join(fields) or error.detail
