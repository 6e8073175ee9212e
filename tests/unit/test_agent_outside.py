"""The outside address, from services that answer, refuse, hang or talk nonsense."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from muster.agent import outside
from muster.agent.clock import Clock
from muster.agent.outside import OutsideAddress
from muster.errors import SettingsError

Answers = dict[str, Callable[[], httpx.Response]]


def text(body: bytes, status: int = 200) -> Callable[[], httpx.Response]:
    return lambda: httpx.Response(status, content=body)


def unreachable() -> httpx.Response:
    raise httpx.ConnectError("connection refused")


class Scene:
    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.waits: list[float] = []
        clock = Clock(lambda: 0, lambda: 0.0, self.sleep, lambda: 0.0)
        self.outside = OutsideAddress(
            [f"http://{host}/ip" for host in answers], clock, transport=httpx.MockTransport(self.answer)
        )

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.host)
        if request.url.host == "hangs":
            await asyncio.Event().wait()
        return self.answers[request.url.host]()

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if len(self.waits) == 2:
            raise asyncio.CancelledError

    def ask(self) -> str:
        return asyncio.run(self.outside.ask())


@pytest.mark.parametrize(
    ("body", "address"),
    [(b"192.0.2.1", "192.0.2.1"), (b" 2001:DB8::1\r\n", "2001:db8::1"), (b"192.0.2.1\n", "192.0.2.1")],
)
def test_the_answer_is_an_address(body: bytes, address: str) -> None:
    assert Scene({"a": text(body)}).ask() == address


@pytest.mark.parametrize(
    "bad",
    [
        unreachable,
        text(b"<html>192.0.2.9"),
        text(b""),
        text(b"\xff"),
        text(b"192.0.2.9", 302),
        text(b"192.0.2.9", 500),
        text(b" " * 10_000 + b"192.0.2.9"),
    ],
)
def test_the_next_service_is_asked_when_one_fails(bad: Callable[[], httpx.Response]) -> None:
    scene = Scene({"a": bad, "b": text(b"192.0.2.1"), "c": text(b"192.0.2.2")})
    assert scene.ask() == "192.0.2.1"
    assert scene.asked == ["a", "b"]


def test_a_service_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "TIMEOUT_S", 0.05)
    assert Scene({"hangs": unreachable, "b": text(b"192.0.2.1")}).ask() == "192.0.2.1"


def test_none_that_answers_is_told_once_without_what_the_url_may_hold(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene({"a": unreachable, "b": text(b"?", 401)})
    assert [scene.ask(), scene.ask()] == ["", ""]
    said = [record.getMessage() for record in caplog.records if record.name.startswith("muster")]
    assert said == ["the outside address is not known: a: connection refused; b: HTTP 401"]


def test_it_is_asked_every_ten_minutes_and_forgotten_when_nobody_tells(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bodies = iter([b"192.0.2.1", b"no"])
    scene = Scene({"a": lambda: httpx.Response(200, content=next(bodies))})
    seen: list[str] = []
    ask = scene.outside.ask

    async def watched() -> str:
        seen.append(scene.outside.address)
        return await ask()

    scene.outside.ask = watched  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(scene.outside.run())
    assert scene.waits == [600.0, 600.0]
    assert [*seen, scene.outside.address] == ["", "192.0.2.1", ""]


@pytest.mark.parametrize("url", ["ftp://host", "host", "http://", "http://h:x", ""])
def test_a_url_that_cannot_be_asked_is_refused_at_the_start(url: str) -> None:
    clock = Clock(lambda: 0, lambda: 0.0, asyncio.sleep, lambda: 0.0)
    with pytest.raises(SettingsError, match=r"agent\.outside_address_urls"):
        OutsideAddress([url], clock)
