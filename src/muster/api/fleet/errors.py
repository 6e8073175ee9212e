"""Errors of this surface: `{"code": "L1404", "message": "..."}`, `L1` before the status."""

from typing import Any

from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from muster.api.http.errors import CodedError, Problem
from muster.errors import InvalidInput


def fleet_error(problem: Problem) -> CodedError:
    """Return an error in the shape of the fleet's agents."""
    return CodedError(f"L1{problem.status}", problem.message)


def error_handlers() -> ExceptionHandlersMap:
    """Return the handlers of what differs from other surfaces: a wrong value is 400 here."""

    def refuse(_: Request[Any, Any, Any], error: InvalidInput) -> Response[CodedError]:
        return Response(fleet_error(Problem(400, error.code, error.message)), status_code=400)

    return {InvalidInput: refuse}
