"""The reader `socket`: listens for lines over TCP, UDP and unix sockets; with the parser `syslog` a syslog
server."""

import contextlib
import os
import re
import selectors
import socket
import stat
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.component import Problem
from muster.pipeline.readers.reader import Haul, Place, ReaderSpec, Segment, cannot_listen, to_texts

QUEUE_BYTES = 8 * 1024 * 1024
"""So much is held until it is read; then connections wait, and datagrams are left out and counted."""

RECEIVE_BYTES = 4 * 1024 * 1024
"""What the system is asked to hold of datagrams that were not taken yet."""

PAUSE_S = 0.05
END_S = 2.0
DATAGRAM_BYTES = 65_536
MAX_CONNECTIONS = 1000

_OCTETS = re.compile(rb"([1-9][0-9]{0,6}) (?=<)")
_STREAMS = {"tcp": socket.AF_INET, "tcp4": socket.AF_INET, "tcp6": socket.AF_INET6, "unix": socket.AF_UNIX}
_PACKETS = {
    "udp": socket.AF_INET,
    "udp4": socket.AF_INET,
    "udp6": socket.AF_INET6,
    "unixgram": socket.AF_UNIX,
}


class SocketSpec(ReaderSpec, frozen=True, kw_only=True):
    """Listens at `tcp://HOST:PORT`, `udp://HOST:PORT`, `unix:///PATH` or `unixgram:///PATH`.

    Streams are cut at new lines, and by octet counts (RFC 6587) where a sender writes them. A stream waits
    while there is no room for its lines; datagrams that come then are lost, and counted. What was received
    and not yet spooled is lost when the process is killed: the sender cannot know.
    """

    TYPES = ("socket",)

    socket_service_address: Annotated[str, Meta(min_length=1, description="Where to listen")]
    socket_max_connections: Annotated[int, Meta(ge=0, description="Connections at most; 0: 1000")] = 0
    socket_rule: Annotated[
        Literal["line", "packet"],
        Meta(description="What is a row: each line, or each datagram with its new lines"),
    ] = "line"

    def problems(self) -> Iterator[Problem]:
        """Yield an address that cannot be read, too."""
        yield from ReaderSpec.problems(self)
        try:
            parse_address(self.socket_service_address)
        except InvalidInput as error:
            yield Problem("socket_service_address", error.message)

    def open(self, positions: Mapping[str, str], place: Place) -> "Listening":
        """Return what listens. Raises OSError."""
        return Listening(self, place)


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; `target` is a path or a host and a port."""

    scheme: str
    target: str | tuple[str, int]

    @property
    def is_stream(self) -> bool:
        """Whether senders connect."""
        return self.scheme in _STREAMS

    def bind(self) -> socket.socket:
        """Return a socket that is bound, and listens if senders connect. Raises OSError."""
        family = (_STREAMS if self.is_stream else _PACKETS)[self.scheme]
        made = socket.socket(family, socket.SOCK_STREAM if self.is_stream else socket.SOCK_DGRAM)
        try:
            if isinstance(self.target, str):
                _remove_socket(Path(self.target))
            elif self.is_stream:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(self.target)
            if self.is_stream:
                made.listen(128)
            else:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            made.setblocking(False)
        except BaseException:
            made.close()
            raise
        return made


def parse_address(text: str) -> Address:
    """Return where to listen. Raises InvalidInput."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in {**_STREAMS, **_PACKETS}:
        raise InvalidInput(f"expected one of {', '.join((*_STREAMS, *_PACKETS))}, then ://")
    if scheme.startswith("unix"):
        if not rest.startswith("/"):
            raise InvalidInput("expected an absolute path")
        return Address(scheme, rest)
    host, separator, port = rest.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65_535:
        raise InvalidInput("expected HOST:PORT, with a port of at most 65535")
    return Address(scheme, (host.strip("[]") or ("::" if scheme.endswith("6") else "0.0.0.0"), int(port)))  # noqa: S104 what the configuration says


@dataclass(slots=True)
class _Sender:
    """A connection and what was received of a line that is not whole."""

    source: str
    rest: bytes = b""
    is_skipping: bool = False
    lines: list[bytes] = field(default_factory=list)


class Listening:
    """A thread that receives, and a queue that is read."""

    def __init__(self, spec: SocketSpec, place: Place) -> None:
        self._spec = spec
        self._address = parse_address(spec.socket_service_address)
        if isinstance(self._address.target, str) and not place.allows(self._address.target):
            raise InvalidInput(f"{self._address.target}: not allowed here (agent.allow_paths)")
        self._max_line_bytes = place.max_line_bytes
        self._lock = threading.Lock()
        self._queue: deque[tuple[str, bytes]] = deque()
        self._queued_bytes = 0
        self._too_long = self._lost = 0
        self._is_ending = threading.Event()
        try:
            self._listener = self._address.bind()
        except OSError as error:
            raise OSError(cannot_listen(spec.socket_service_address, error)) from None
        self.bound = self._listener.getsockname()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._receive, daemon=True, name="muster-socket")
        self._thread.start()

    def read(self, max_bytes: int) -> Haul:
        """Return the next lines. Raises OSError when nothing is received any more."""
        if not self._thread.is_alive():
            raise OSError("nothing is received any more")
        haul = Haul()
        groups: dict[str, list[str]] = {}
        with self._lock:
            while self._queue and haul.size_bytes < max_bytes:
                source, line = self._queue.popleft()
                haul.size_bytes += len(line) + 1
                groups.setdefault(source, []).append(line.decode(self._spec.encoding, "replace"))
            self._queued_bytes -= haul.size_bytes
            haul.too_long, self._too_long = self._too_long, 0
            lost, self._lost = self._lost, 0
        haul.segments = [Segment(source, to_texts(texts)) for source, texts in groups.items()]
        if lost:
            haul.troubles.append(f"{lost} datagrams came faster than they could be stored and are lost")
        return haul

    def kept(self) -> None:
        """Do nothing: senders are not answered."""

    def lag_bytes(self) -> int:
        """Return what was received and is not read."""
        return self._queued_bytes

    def close(self) -> None:
        """Stop receiving."""
        self._is_ending.set()
        self._thread.join(END_S)

    def _receive(self) -> None:
        try:
            while not self._is_ending.is_set():
                is_full = self._queued_bytes >= QUEUE_BYTES
                if is_full and self._address.is_stream:
                    self._is_ending.wait(PAUSE_S)
                    continue
                for key, _ in self._selector.select(PAUSE_S):
                    if key.data is not None:
                        self._from_stream(key.fileobj, key.data)
                    elif self._address.is_stream:
                        self._accept()
                    else:
                        self._from_packets(is_full=is_full)
        finally:
            for key in list(self._selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]
            self._selector.close()
            if isinstance(self._address.target, str):
                _remove_socket(Path(self._address.target))

    def _accept(self) -> None:
        try:
            made, peer = self._listener.accept()
        except OSError:
            return
        most = self._spec.socket_max_connections or MAX_CONNECTIONS
        if len(self._selector.get_map()) > most:
            made.close()
            return
        made.setblocking(False)
        self._selector.register(made, selectors.EVENT_READ, _Sender(self._source(peer)))

    def _from_stream(self, connection: object, sender: _Sender) -> None:
        assert isinstance(connection, socket.socket)  # noqa: S101 only sockets are registered
        try:
            data = connection.recv(DATAGRAM_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(connection)
            connection.close()
            if sender.rest and not sender.is_skipping:
                self._put(sender.source, [sender.rest])
            return
        self._put(sender.source, list(self._cut(sender, data)))

    def _cut(self, sender: _Sender, data: bytes) -> Iterator[bytes]:
        """Yield the whole lines, by octet counts where they are written."""
        if not sender.rest and not sender.is_skipping and not _OCTETS.match(data):
            *lines, rest = data.split(b"\n")
            yield from lines
            sender.rest = rest
        else:
            sender.rest += data
            yield from self._cut_slowly(sender)
        if len(sender.rest) > self._max_line_bytes + 16:
            self._too_long += not sender.is_skipping
            sender.is_skipping, sender.rest = True, b""

    def _cut_slowly(self, sender: _Sender) -> Iterator[bytes]:
        while sender.rest:
            counted = None if sender.is_skipping else _OCTETS.match(sender.rest)
            if counted and int(counted[1]) <= self._max_line_bytes:
                end = counted.end() + int(counted[1])
                if len(sender.rest) < end:
                    return
                yield sender.rest[counted.end() : end].rstrip(b"\n")
                sender.rest = sender.rest[end:].removeprefix(b"\n")
                continue
            line, separator, rest = sender.rest.partition(b"\n")
            if not separator:
                return
            if not sender.is_skipping:
                yield line
            sender.rest, sender.is_skipping = rest, False

    def _from_packets(self, *, is_full: bool) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(1000):
                data, peer = self._listener.recvfrom(DATAGRAM_BYTES)
                if is_full:
                    self._lost += 1
                elif self._spec.socket_rule == "packet":
                    self._put(self._source(peer), [data.rstrip(b"\n")])
                else:
                    self._put(self._source(peer), data.rstrip(b"\n").split(b"\n"))

    def _put(self, source: str, lines: list[bytes]) -> None:
        with self._lock:
            for line in lines:
                if len(line) > self._max_line_bytes:
                    self._too_long += 1
                    continue
                self._queue.append((source, line.removesuffix(b"\r")))
                self._queued_bytes += len(self._queue[-1][1]) + 1

    def _source(self, peer: object) -> str:
        if isinstance(peer, tuple):
            return str(peer[0])
        return peer if isinstance(peer, str) and peer else str(self._address.target)


def _remove_socket(path: Path) -> None:
    """Remove a socket that an earlier run left, and nothing else."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.lstat(path).st_mode):
            path.unlink()
