"""Errors of `/api/event`: `{"detail": [{"loc": [...], "msg": "..."}]}`."""

import re

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from muster.api.http.errors import Problem
from muster.api.http.requests import AnyRequest
from muster.core.audit.events import WrongEvent
from muster.errors import CallerError, InvalidInput

Place = list[str | int]

_WHERE = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, and where in the request."""

    loc: Place
    msg: str


class Faults(msgspec.Struct, frozen=True):
    """The shape of every error."""

    detail: list[Fault]


class WrongRequest(InvalidInput):
    """A part of the request is wrong; `place` leads there."""

    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(reason, field=".".join(map(str, place)))
        self.fault = Fault(place, reason)


class InjectedFault(CallerError):
    """The error that `faults.audit_error_rate` asks for."""


def faults(problem: Problem) -> Faults:
    """Return the shape of an error that is not about one field."""
    return Faults([Fault([], problem.message)])


def wrong_event(error: WrongEvent, first: int = 0) -> WrongRequest:
    """Return an error of one event as this surface tells it; item 0 is the `first`."""
    return WrongRequest(["body", first + error.item, error.name], error.reason)


def wrong_json(error: Exception, item: int | None = None) -> WrongRequest:
    """Return the error of a body that does not decode; `item` is the line of NDJSON, from 0."""
    if isinstance(error, RecursionError):
        return WrongRequest(["body"], "nested too deeply")
    match = _WHERE.fullmatch(str(error))
    what, path = (match["what"], match["path"] or "") if match else (str(error), "")
    place: Place = ["body"] if item is None else ["body", item]
    place += [int(index) if index else name for name, index in _STEP.findall(path)]
    named = _MISSING.fullmatch(what) or _UNKNOWN.fullmatch(what)
    if named is not None:
        place.append(named[1])
        what = "missing" if "missing" in what else "unknown field"
    return WrongRequest(place, what)


def error_handlers() -> ExceptionHandlersMap:
    """Return the handlers of what differs from other surfaces."""

    def wrong_request(_: AnyRequest, error: WrongRequest) -> Response[Faults]:
        return Response(Faults([error.fault]), status_code=422)

    def injected(_: AnyRequest, error: InjectedFault) -> Response[Faults]:
        return Response(Faults([Fault([], error.message)]), status_code=500)

    def refused_parameter(_: AnyRequest, error: HTTPException) -> Response[Faults]:
        status = 422 if error.status_code == 400 else error.status_code
        return Response(Faults([Fault([], error.detail)]), status_code=status, headers=error.headers)

    return {WrongRequest: wrong_request, InjectedFault: injected, HTTPException: refused_parameter}
