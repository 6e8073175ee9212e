"""Errors of this surface: `{"detail": "..."}`, or for each wrong field a list of reasons."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from muster.api.http.errors import Problem
from muster.api.http.requests import AnyRequest
from muster.errors import CallerError, InvalidInput


class ErrorDetail(msgspec.Struct, frozen=True):
    """The shape of every error that is not about a field."""

    detail: str


class FieldErrors(CallerError):
    """Fields of a body are wrong: the reasons for each."""

    def __init__(self, reasons: Mapping[str, Sequence[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(texts)}" for name, texts in reasons.items()))
        self.reasons = reasons


class UnsupportedMediaType(CallerError):
    """The body is of a kind that no route reads."""


def error_detail(problem: Problem) -> ErrorDetail:
    """Return `{"detail": ...}`."""
    return ErrorDetail("Not found." if problem.status == 404 else problem.message)


def method_not_allowed(request: AnyRequest, allowed: str) -> NoReturn:
    """Refuse a method and name those that are allowed."""
    raise HTTPException(
        status_code=405, detail=f'Method "{request.method}" not allowed.', headers={"Allow": allowed}
    )


def error_handlers() -> ExceptionHandlersMap:
    """Return the handlers of what differs from other surfaces: a wrong value is 400 here."""
    return {
        FieldErrors: lambda _, error: Response(error.reasons, status_code=400),
        UnsupportedMediaType: _answer(415),
        InvalidInput: _answer(400),
    }


def _answer(status: int) -> Any:
    def answer(_: Request[Any, Any, Any], error: CallerError) -> Response[ErrorDetail]:
        return Response(ErrorDetail(error.message), status_code=status)

    return answer
