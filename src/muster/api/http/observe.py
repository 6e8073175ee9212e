"""The outermost layer: request ids, Host and Origin checks, HEAD as GET, access log, metrics."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from muster.api.http.errors import Shape, send_error
from muster.api.http.live import Live
from muster.api.http.metrics import Metrics
from muster.api.http.origin import check_host, check_origin
from muster.errors import CallerError

_log = logging.getLogger("muster.access")

UNMATCHED = "unmatched"
ROUTINE = ("/agent/", "/api/event")
"""Where what goes well is logged for debugging only: these come by the thousand."""

_random = random.Random()  # noqa: S311 ids for logs; the system's generator costs a system call each


class Observe:
    """An ASGI application around another one."""

    def __init__(
        self,
        app: ASGIApp,
        shape_of: Callable[[str], Shape],
        live: Live,
        metrics: Metrics,
        own_names: frozenset[str],
    ) -> None:
        self._app = app
        self._shape_of = shape_of
        self._live = live
        self._metrics = metrics
        self._own_names = own_names
        self._last_host: tuple[str, tuple[str, ...]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it was answered."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = f"{_random.getrandbits(64):016x}"
        scope.setdefault("state", {})["request_id"] = request_id
        is_head = scope["method"] == "HEAD"
        started = time.perf_counter()
        status = 0

        async def noting_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            if is_head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        passed_on: Any = {**scope, "method": "GET"} if is_head else scope
        try:
            await self._checked(passed_on, receive, noting_send)
        finally:
            self._note(passed_on, status, time.perf_counter() - started)

    async def _checked(self, scope: Any, receive: Receive, send: Send) -> None:
        try:
            self._check(dict(scope["headers"]), scope["method"])
        except CallerError as error:
            await send_error(scope, send, error, self._shape_of)
            return
        await self._app(scope, receive, send)

    def _check(self, headers: Mapping[bytes, bytes], method: str) -> None:
        host = headers.get(b"host", b"").decode("latin-1")
        allowed = self._live.settings.server.allowed_hosts
        if (host, allowed) != self._last_host:
            check_host(host, self._own_names | set(allowed))
            self._last_host = host, allowed
        origin = headers.get(b"origin")
        if origin is not None and method not in ("GET", "HEAD", "OPTIONS"):
            check_origin(origin.decode("latin-1"), host)

    def _note(self, scope: Any, status: int, seconds: float) -> None:
        route = scope.get("path_template") or UNMATCHED
        is_bulk = scope["state"].get("is_bulk", False)
        self._metrics.request_answered(route, scope["method"], status, seconds, is_bulk=is_bulk)
        is_routine = status < 400 and scope["method"] == "POST" and scope["path"].startswith(ROUTINE)
        level = logging.DEBUG if is_routine else logging.INFO
        if _log.isEnabledFor(level):
            _log.log(
                level,
                "%s %s %d",
                scope["method"],
                scope["path"],
                status,
                extra={
                    "request_id": scope["state"]["request_id"],
                    "peer": (scope.get("client") or ("",))[0],
                    "ms": round(seconds * 1000, 1),
                },
            )
