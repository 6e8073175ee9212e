"""The reader of posts: 200 is answered when the lines are stored, and not before."""

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.errors import InvalidInput
from muster.pipeline.readers import http as module
from muster.pipeline.readers.http import MAX_BODY_BYTES, HttpSpec, Posts, _parse_address
from muster.pipeline.readers.reader import Haul, Place
from muster.pipeline.spec import READER, read_component
from tests.processes import wait_for

EXAMPLE = Path(__file__).parents[1] / "golden/pipeline/readers/http/posts/spec.json"


@pytest.fixture
def posts() -> Iterator[Posts]:
    """What the example of the reference describes, at a free port."""
    options = json.loads(EXAMPLE.read_text()) | {"http_service_address": "127.0.0.1:0"}
    spec, problems = read_component(READER, options, "reader")
    assert not problems
    assert isinstance(spec, HttpSpec)
    posts = spec.open({}, Place(max_line_bytes=100))
    yield posts
    posts.close()


class Posting:
    """A thread that posts a body and waits for the answer."""

    def __init__(self, posts: Posts, body: bytes, path: str = "/logs", **headers: str) -> None:
        self.status: int | None = None
        self._request = (path, body, {name.replace("_", "-"): text for name, text in headers.items()})
        self._port = posts.port
        self._thread = threading.Thread(target=self._post)
        self._thread.start()

    def _post(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        path, body, headers = self._request
        connection.request("POST", path, body, headers)
        self.status = connection.getresponse().status
        connection.close()

    def end(self) -> int | None:
        self._thread.join(20)
        return self.status


def read(posts: Posts, rows: int) -> Haul:
    haul = Haul()

    def enough() -> bool:
        haul.add(posts.read(1_000_000))
        return haul.rows >= rows

    wait_for(f"{rows} lines", enough)
    return haul


def lines(haul: Haul) -> list[str]:
    return [line for segment in haul.segments for line in segment.lines]


def test_a_post_is_answered_when_its_lines_are_stored(posts: Posts) -> None:
    posting = Posting(posts, b"one\r\ntwo\n\nthree")
    haul = read(posts, 3)
    assert lines(haul) == ["one", "two", "three"]
    assert {segment.source for segment in haul.segments} == {"127.0.0.1"}
    assert posting.status is None
    assert posts.lag_bytes() == 15
    posts.kept()
    assert posting.end() == 200
    assert posts.lag_bytes() == 0


def test_only_what_was_read_is_kept(posts: Posts) -> None:
    first = Posting(posts, b"one")
    read(posts, 1)
    second = Posting(posts, b"two")
    wait_for("the second one waits", lambda: posts.lag_bytes() == 6)
    posts.kept()
    assert first.end() == 200
    assert second.status is None
    assert lines(read(posts, 1)) == ["two"]
    posts.kept()
    assert second.end() == 200


def test_packed_lines_are_unpacked(posts: Posts) -> None:
    posting = Posting(posts, gzip.compress(b"one\ntwo\n"), content_encoding="gzip")
    assert lines(read(posts, 2)) == ["one", "two"]
    posts.kept()
    assert posting.end() == 200


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (gzip.compress(bytes(MAX_BODY_BYTES + 1), mtime=0), {"content_encoding": "gzip"}, 413),
        (gzip.compress(b"cut", mtime=0)[:-4], {"content_encoding": "gzip"}, 400),
        (b"no gzip", {"content_encoding": "gzip"}, 400),
        (b"x", {"content_encoding": "br"}, 415),
        (b"x", {"content_length": "-1"}, 411),
        (b"", {"content_length": str(MAX_BODY_BYTES + 1)}, 413),
        (b"", {"content_length": "9" * 5000}, 413),
        (b"x", {"path": "/other"}, 404),
    ],
)
def test_what_cannot_be_taken_is_refused(
    posts: Posts, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert Posting(posts, body, **headers).end() == status
    assert posts.read(1000).rows == 0
    assert posts.lag_bytes() == 0


def test_reading_it_is_refused(posts: Posts) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", posts.port, timeout=20)
    connection.request("GET", "/logs")
    assert connection.getresponse().status == 405
    connection.close()


def test_lines_that_are_too_long_are_counted(posts: Posts) -> None:
    posting = Posting(posts, b"x" * 101 + b"\nshort\n")
    haul = read(posts, 1)
    assert (lines(haul), haul.too_long) == (["short"], 1)
    posts.kept()
    assert posting.end() == 200


def test_a_post_without_lines_is_answered_at_once(posts: Posts) -> None:
    posting = Posting(posts, b"\n \n")
    wait_for("it is read", lambda: not posts.read(1000).rows and posting.status)
    assert posting.end() == 200
    assert posts.lag_bytes() == 0


def test_without_room_it_is_to_be_sent_again(posts: Posts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUEUE_BYTES", 5)
    waiting = Posting(posts, b"12345")
    wait_for("the first one waits", lambda: posts.lag_bytes() == 5)
    assert Posting(posts, b"6").end() == 503
    assert lines(read(posts, 1)) == ["12345"]
    posts.kept()
    assert waiting.end() == 200


def test_who_waits_when_the_reader_ends_is_to_send_it_again(posts: Posts) -> None:
    posting = Posting(posts, b"one")
    read(posts, 1)
    posts.close()
    assert posting.end() == 503


def test_a_sender_that_ends_early_leaves_nothing(posts: Posts) -> None:
    with socket.create_connection(("127.0.0.1", posts.port), 20) as connection:
        connection.sendall(b"POST /logs HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert posts.read(1000).rows == 0


@pytest.mark.parametrize("text", ["here", "127.0.0.1:", "127.0.0.1:70000", ""])
def test_an_address_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="HOST:PORT"):
        _parse_address(text)
