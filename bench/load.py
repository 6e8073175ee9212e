"""Requests as fast as a few connections carry them, over bare protocols so that the client stays cheap.

Run it with uvloop: the client shares the machine with the server that it measures.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

import uvloop

from bench.figures import cpu_s

WARM_S = 2.0


class Answers(NamedTuple):
    """What came back: `total` answers in `seconds`, each one's time in milliseconds, rising."""

    total: int
    seconds: float
    ms: list[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.total / self.seconds

    def percentile(self, share: float) -> float:
        return self.ms[min(len(self.ms) - 1, int(share * len(self.ms)))]


class Measured(NamedTuple):
    """Answers, the server's microseconds of CPU for each, and the CPU of this process in cores."""

    answers: Answers
    cpu_us: float
    client_cores: float


class _Client(asyncio.Protocol):
    """One connection: sends its next request when the last was answered. `done` ends with the time."""

    def __init__(self, next_request: Callable[[], bytes], end: float, status: int, ms: list[float]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._next_request = next_request
        self._end = end
        self._status_line = b"HTTP/1.1 %d " % status
        self._ms = ms
        self._received = b""
        self._started = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's have no common base
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received = received = self._received + data if self._received else data
        head, blank, body = received.partition(b"\r\n\r\n")
        if not blank or len(body) < _content_length(head):
            return
        if not head.startswith(self._status_line):
            self._finish(RuntimeError(received.decode(errors="replace")))
            return
        self._ms.append((time.perf_counter() - self._started) * 1000)
        self._received = b""
        if time.monotonic() < self._end:
            self._send()
        else:
            self._finish()

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(error or RuntimeError("the server closed the connection"))

    def _send(self) -> None:
        self._started = time.perf_counter()
        self._transport.write(self._next_request())

    def _finish(self, error: Exception | None = None) -> None:
        if not self.done.done():
            if error is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(error)
            self._transport.close()


def _content_length(head: bytes) -> int:
    """Return the length of the body after a head, 0 when it has none."""
    return int(head.lower().partition(b"\r\ncontent-length: ")[2].partition(b"\r")[0] or 0)


async def drive(port: int, clients: list[Callable[[], bytes]], seconds: float, status: int) -> Answers:
    """Let each client send its next request when the last was answered. Raises on another status."""
    loop = asyncio.get_running_loop()
    started = time.monotonic()
    end = started + seconds
    ms: list[float] = []
    connections = [
        (
            await loop.create_connection(
                lambda client=client: _Client(client, end, status, ms), "127.0.0.1", port
            )
        )[1]  # type: ignore[misc]
        for client in clients
    ]
    await asyncio.gather(*(connection.done for connection in connections))
    return Answers(len(ms), time.monotonic() - started, sorted(ms))


def measure(port: int, pid: int, requests: Sequence[bytes], seconds: float, status: int) -> Measured:
    """Let a connection for each request send it again and again, after a while to warm up."""
    clients = repeating(requests)
    uvloop.run(drive(port, clients, WARM_S, status))
    cpu, own = cpu_s(pid), time.process_time()
    answers = uvloop.run(drive(port, clients, seconds, status))
    own = time.process_time() - own
    return Measured(answers, (cpu_s(pid) - cpu) / answers.total * 1e6, own / answers.seconds)


def repeating(requests: Sequence[bytes]) -> list[Callable[[], bytes]]:
    """Return a client for each request that sends nothing else."""
    return [lambda request=request: request for request in requests]  # type: ignore[misc]
