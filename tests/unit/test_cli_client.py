from collections.abc import Callable

import httpx
import pytest

from muster.cli.client import TRIES, Client, client_options
from muster.errors import CallerError, Conflict, InvalidInput, MusterError, Unavailable

URL = "http://server.test:1"


def client(answer: Callable[[httpx.Request], httpx.Response], token: str = "", **options) -> Client:
    return Client(URL, token, transport=httpx.MockTransport(answer), **options)


def test_a_request_carries_token_query_and_body() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, content=b"ok")

    asked = client(answer, "secret")
    assert asked.post("/reports", b"[]", agent="a b", other=None) == b"ok"
    assert asked.get("/reports/last") == b"ok"
    post, get = seen
    assert str(post.url) == f"{URL}/reports?agent=a+b"
    assert post.headers["authorization"] == get.headers["authorization"] == "Bearer secret"
    assert post.headers["content-type"] == "application/json"
    assert post.content == b"[]"
    assert "content-type" not in get.headers


def test_without_a_token_none_is_sent() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return httpx.Response(200)

    client(answer).get("/")


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (404, b'{"error": "no report yet"}', CallerError, f"no report yet (HTTP 404 from {URL})"),
        (409, b'{"message": "twice"}', Conflict, f"twice (HTTP 409 from {URL})"),
        (500, b"<html>", Unavailable, f"Internal Server Error (HTTP 500 from {URL})"),
        (302, b"", CallerError, f"Found (HTTP 302 from {URL})"),
        (400, b"[1]", CallerError, f"Bad Request (HTTP 400 from {URL})"),
        (400, b"\xff", CallerError, f"Bad Request (HTTP 400 from {URL})"),
    ],
)
def test_an_error_carries_the_reason(status: int, body: bytes, kind: type[MusterError], message: str) -> None:
    with pytest.raises(kind) as caught:
        client(lambda _: httpx.Response(status, content=body)).get("/")
    assert type(caught.value) is kind
    assert caught.value.message == message


@pytest.mark.parametrize(("token", "hinted"), [("", True), ("known", False)])
def test_a_missing_token_is_hinted_at(token: str, hinted: bool) -> None:
    with pytest.raises(CallerError) as caught:
        client(lambda _: httpx.Response(401, content=b'{"error": "no"}'), token).get("/")
    assert ("--token-file" in caught.value.message) is hinted


def test_an_overloaded_server_is_asked_again_when_it_says() -> None:
    answers = [
        httpx.Response(429, headers={"Retry-After": "2"}),
        httpx.Response(503, headers={"Retry-After": "9999"}),
        httpx.Response(429, headers={"Retry-After": "soon"}),
        httpx.Response(200, content=b"done"),
    ]
    waits: list[float] = []
    assert client(lambda _: answers.pop(0), wait=waits.append).get("/") == b"done"
    assert waits == [2.0, 30.0, 1.0]


def test_asking_again_ends() -> None:
    waits: list[float] = []
    overloaded = client(lambda _: httpx.Response(503, headers={"Retry-After": "1"}), wait=waits.append)
    with pytest.raises(Unavailable):
        overloaded.get("/")
    assert len(waits) == TRIES - 1


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.ReadError("cut")]
)
def test_a_server_that_is_not_there_is_named(error: httpx.HTTPError) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(Unavailable, match=URL):
        client(answer).get("/")


@pytest.mark.parametrize("url", ["", "server:8080", "ftp://a", "http://", "http://a:b"])
def test_a_wrong_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="--server"):
        Client(url)


@pytest.mark.parametrize(
    ("file", "variable", "sent"), [(None, " t1\n", "t1"), ("t2\n", "t1", "t2"), (None, "", None)]
)
def test_the_token_comes_from_file_or_variable(
    tmp_path, monkeypatch, file: str | None, variable: str, sent: str | None
) -> None:
    import click

    tokens: list[str] = []
    monkeypatch.setattr(Client, "__init__", lambda self, url, token, ca_file: tokens.append(token))
    monkeypatch.setattr(Client, "close", lambda self: None)
    monkeypatch.setenv("MUSTER_TOKEN", variable)
    (tmp_path / "t").write_text(file or "")

    @click.command
    @client_options
    def command(client: Client) -> None: ...

    command.main(["--token-file", str(tmp_path / "t")] if file else [], standalone_mode=False)
    assert tokens == [sent or ""]


def test_authorities_that_cannot_be_used_are_named(tmp_path) -> None:
    (tmp_path / "empty").write_text("")
    for name in ("absent", "empty"):
        with pytest.raises(InvalidInput, match=f"--ca-file: {tmp_path / name}"):
            Client("https://127.0.0.1:1", ca_file=tmp_path / name)


def test_a_certificate_that_nobody_vouches_for_is_told_apart() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")

    with pytest.raises(Unavailable, match=r"not trusted.*--ca-file"):
        client(answer).get("/")
