"""Requests as fast as a few connections carry them, over raw sockets so that the client stays cheap."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple


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


async def drive(port: int, clients: list[Callable[[], bytes]], seconds: float, status: int) -> Answers:
    """Let each client send its next request when the last was answered. Raises on another status."""
    end = time.monotonic() + seconds
    ms: list[float] = []

    async def run(next_request: Callable[[], bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < end:
            started = time.perf_counter()
            writer.write(next_request())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 %d " % status):
                raise RuntimeError(head.decode())
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
            if length:
                await reader.readexactly(int(length))
            ms.append((time.perf_counter() - started) * 1000)
        writer.close()

    started = time.monotonic()
    await asyncio.gather(*map(run, clients))
    return Answers(len(ms), time.monotonic() - started, sorted(ms))
