"""The reader `http`: listens for lines that are posted, and answers when they are stored."""

import http.server
import socketserver
import threading
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.component import Problem
from muster.pipeline.readers.reader import (
    Haul,
    Place,
    ReaderSpec,
    Segment,
    cannot_listen,
    to_lines,
    without_long,
)

MAX_BODY_BYTES = 8 * 1024 * 1024
"""A longer body, packed or unpacked, is refused."""

QUEUE_BYTES = 4 * MAX_BODY_BYTES
"""So much is held until it is stored; more is to be sent again later."""

MAX_CONNECTIONS = 64
BLOCK_BYTES = 65_536
SOCKET_S = 30.0
STORED_S = 60.0
"""Who posts waits so long until the lines are stored; then it is to be sent again."""

RETRY_S = "5"


class HttpSpec(ReaderSpec, frozen=True, kw_only=True):
    """Listens for lines that are posted: each line of a body is a row.

    200 is answered when all lines of a body are stored in the agent's spool, in one transaction; 503 when
    that took too long or there is no room: then it is to be sent again, and what was stored meanwhile is
    stored twice. A body has a Content-Length, at most 8 MiB unpacked, and may be packed by gzip.
    """

    TYPES = ("http",)

    http_service_address: Annotated[str, Meta(description="Where to listen: HOST:PORT")] = ":4000"
    http_service_path: Annotated[str, Meta(description="The path that is posted to")] = "/logkit/data"

    def problems(self) -> Iterator[Problem]:
        """Yield an address or a path that cannot be, too."""
        yield from ReaderSpec.problems(self)
        try:
            _parse_address(self.http_service_address)
        except InvalidInput as error:
            yield Problem("http_service_address", error.message)
        if not self.http_service_path.startswith("/"):
            yield Problem("http_service_path", "expected a path that begins with /")

    def open(self, positions: Mapping[str, str], place: Place) -> "Posts":
        """Return what listens. Raises OSError."""
        return Posts(self, place)


@dataclass(frozen=True, slots=True, eq=False)
class Post:
    """A body, and whether its lines are stored."""

    source: str
    data: bytes
    stored: threading.Event = field(default_factory=threading.Event)


class Posts:
    """A server in threads, and a queue of bodies that is read."""

    def __init__(self, spec: HttpSpec, place: Place) -> None:
        self.path = spec.http_service_path
        self._encoding = spec.encoding
        self._max_line_bytes = place.max_line_bytes
        self._lock = threading.Lock()
        self._waiting: deque[Post] = deque()
        self._read: list[Post] = []
        self._held_bytes = 0
        self.is_ending = threading.Event()
        try:
            self._server = _Server(_parse_address(spec.http_service_address), self)
        except OSError as error:
            raise OSError(cannot_listen(spec.http_service_address, error)) from None
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), daemon=True, name="muster-http"
        )
        self._thread.start()

    def read(self, max_bytes: int) -> Haul:
        """Return the lines of the next bodies, each whole: they are stored in one transaction."""
        haul = Haul()
        while haul.size_bytes < max_bytes:
            with self._lock:
                if not self._waiting:
                    break
                post = self._waiting.popleft()
                if post.data.strip():
                    self._read.append(post)
                else:
                    self._held_bytes -= len(post.data)
                    post.stored.set()
            haul.size_bytes += len(post.data)
            if not post.stored.is_set():
                lines, too_long = without_long(to_lines(post.data, self._encoding), self._max_line_bytes)
                haul.too_long += too_long
                haul.segments.append(Segment(post.source, lines.filter(lines != "")))
        return haul

    def kept(self) -> None:
        """Let those be answered whose lines are stored."""
        with self._lock:
            stored, self._read = self._read, []
            self._held_bytes -= sum(len(post.data) for post in stored)
        for post in stored:
            post.stored.set()

    def lag_bytes(self) -> int:
        """Return what was posted and is not stored."""
        return self._held_bytes

    def close(self) -> None:
        """Stop listening; who waits is told to send it again."""
        if not self.is_ending.is_set():
            self.is_ending.set()
            self._server.shutdown()
            self._server.server_close()

    def take(self, post: Post) -> bool:
        """Let a body be read; False when there is no room for it."""
        with self._lock:
            if self._held_bytes + len(post.data) > QUEUE_BYTES:
                return False
            self._held_bytes += len(post.data)
            self._waiting.append(post)
        return True


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Takes so many connections at once; more are closed."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], posts: Posts) -> None:
        self.posts = posts
        self._places = threading.Semaphore(MAX_CONNECTIONS)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking for this machine's name, which may take long."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: object, client_address: object) -> None:
        """Handle a connection in a thread of its own."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Handle a connection to its end."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._places.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Do nothing: a connection that breaks harms nobody else."""


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "muster"
    sys_version = ""
    timeout = SOCKET_S
    server: _Server

    def do_POST(self) -> None:
        """Take a body and answer when it is stored."""
        posts = self.server.posts
        if urlsplit(self.path).path != posts.path:
            self._answer(404)
            return
        status, data = self._body()
        if status:
            self._answer(status)
            return
        post = Post(self.client_address[0], data)
        if not posts.take(post):
            self._answer(503)
            return
        for _ in range(int(STORED_S * 10)):
            if post.stored.wait(0.1) or posts.is_ending.is_set():
                break
        self._answer(200 if post.stored.is_set() else 503)

    def do_GET(self) -> None:
        """Refuse."""
        self._answer(405)

    def log_message(self, format: str, *args: object) -> None:
        """Do nothing: the ledger counts what came."""

    def _body(self) -> tuple[int, bytes]:
        """Return the body, or the status that says what is wrong with it."""
        length = self.headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            return 411, b""
        if len(length) > 12 or int(length) > MAX_BODY_BYTES:
            return 413, b""
        data = self.rfile.read(int(length))
        if len(data) < int(length):
            return 400, b""
        encoding = self.headers.get("content-encoding", "identity").lower()
        if encoding == "identity":
            return 0, data
        return _unpack(data) if encoding == "gzip" else (415, b"")

    def _answer(self, status: int) -> None:
        """Answer without a body; after an error the connection ends, since its body may not be read."""
        self.send_response(status)
        self.send_header("content-length", "0")
        if status == 503:
            self.send_header("retry-after", RETRY_S)
        if status != 200:
            self.send_header("connection", "close")
            self.close_connection = True
        self.end_headers()


def _unpack(data: bytes) -> tuple[int, bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        whole = unpacker.decompress(data, MAX_BODY_BYTES)
    except zlib.error:
        return 400, b""
    if unpacker.unconsumed_tail:
        return 413, b""
    return (0, whole) if unpacker.eof and not unpacker.unused_data else (400, b"")


def _parse_address(text: str) -> tuple[str, int]:
    """Return host and port. Raises InvalidInput."""
    host, _, port = text.removeprefix("http://").rstrip("/").rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise InvalidInput("expected HOST:PORT, with a port of at most 65535")
    return host.strip("[]"), int(port)
