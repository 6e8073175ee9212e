"""A raw surface beside the framework: what it gets, and how its errors are answered."""

import asyncio
import json
import logging
from typing import Any

import pytest
from litestar.exceptions import MethodNotAllowedException

from muster.api.http.raw import beside
from muster.errors import Bug, NotFound, Overloaded

PREFIX = "/api/events"


def shape_of(path: str) -> Any:
    return lambda problem: {"path": path, "code": problem.code, "message": problem.message}


def ask(path: str, error: Exception | None = None, kind: str = "http") -> tuple[str, list[Any]]:
    """Return which of the two was asked, and what was sent."""
    asked: list[str] = []
    sent: list[Any] = []

    async def framework(_scope: Any, _receive: Any, _send: Any) -> None:
        asked.append("framework")

    async def surface(_scope: Any, _receive: Any, _send: Any) -> None:
        asked.append("surface")
        if error is not None:
            raise error

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError

    scope: Any = {"type": kind, "method": "POST", "path": path, "state": {"request_id": "abc"}}
    asyncio.run(beside(framework, PREFIX, surface, shape_of)(scope, receive, send))
    (one,) = asked
    return one, sent


@pytest.mark.parametrize("path", [PREFIX, f"{PREFIX}/", f"{PREFIX}/a", f"{PREFIX}//a", f"{PREFIX}/a/b/3"])
def test_what_is_under_the_prefix_goes_to_the_surface(path: str) -> None:
    assert ask(path) == ("surface", [])


@pytest.mark.parametrize("path", ["/", "/api", "/api/event", "/api/eventsx", "//api/events", "/x/api/events"])
def test_every_other_path_goes_to_the_framework(path: str) -> None:
    assert ask(path) == ("framework", [])


def test_what_is_no_http_goes_to_the_framework() -> None:
    assert ask(f"{PREFIX}/a", kind="websocket") == ("framework", [])


@pytest.mark.parametrize(
    ("error", "status", "header"),
    [
        (NotFound("no event"), 404, None),
        (Overloaded("wait", retry_after_s=7), 429, (b"retry-after", b"7")),
        (MethodNotAllowedException(headers={"Allow": "GET"}), 405, (b"allow", b"GET")),
    ],
)
def test_an_error_is_answered_in_its_shape(
    error: Exception, status: int, header: tuple[bytes, bytes] | None
) -> None:
    _, (start, body) = ask(f"{PREFIX}/a", error)
    assert start["status"] == status
    headers = dict(start["headers"])
    assert headers[b"content-type"] == b"application/json"
    assert int(headers[b"content-length"]) == len(body["body"])
    assert header is None or header in start["headers"]
    assert json.loads(body["body"])["path"] == f"{PREFIX}/a"


@pytest.mark.parametrize("error", [Bug("secret"), ValueError("secret")])
def test_a_bug_says_nothing_but_its_id_and_leaves_a_traceback_in_the_log(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "muster.api"):
        _, (start, body) = ask(f"{PREFIX}/a", error)
    assert start["status"] == 500
    assert b"abc" in body["body"]
    assert b"secret" not in body["body"]
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is error
