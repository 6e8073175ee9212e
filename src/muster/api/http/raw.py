"""A surface that is a raw ASGI application of its own, beside those of the framework."""

from collections.abc import Callable
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Send

from muster.api.http.errors import Shape, send_error


def beside(framework: ASGIApp, prefix: str, surface: ASGIApp, shape_of: Callable[[str], Shape]) -> ASGIApp:
    """Return an application that gives every path under `prefix` to `surface` and others to `framework`.

    What `surface` raises before it answers is answered in the shape that `shape_of` names.
    """
    below = f"{prefix}/"

    async def application(scope: Any, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] != ScopeType.HTTP or not (path == prefix or path.startswith(below)):
            await framework(scope, receive, send)
            return
        try:
            await surface(scope, receive, send)
        except Exception as error:  # noqa: BLE001 the boundary of a request
            await send_error(scope, send, error, shape_of)

    return application
