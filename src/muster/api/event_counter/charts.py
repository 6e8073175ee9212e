"""Histograms as pictures, drawn one at a time by a process that starts with the first of them."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date

import msgspec

from muster.errors import Bug, Overloaded, Unavailable

JSON, PNG, JPEG, SVG = "application/json", "image/png", "image/jpeg", "image/svg+xml"
FORMS = {PNG: "png", JPEG: "jpeg", SVG: "svg"}
ALIASES = {"image/jpg": JPEG, "image/*": PNG, "*/*": PNG, "application/*": JSON}
COLORS = ("#4c8bf5", "#1d4ed8")

KEPT = 64
MAX_WAITING = 32
DRAW_S = 20.0
GRACE_S = 1.0

_WORKER = (sys.executable, "-m", "muster.api.event_counter.chart_process")

_Asked = tuple[str, str, date, tuple[int, ...]]


class ChartData(msgspec.Struct, frozen=True):
    """A histogram as numbers: 24 labels, counts and colours."""

    chart_labels: list[int]
    chart_events: list[int]
    chart_colors: list[str]


class _Drawn(msgspec.Struct, frozen=True):
    picture: bytes
    reason: str


class Charts:
    """Draws histograms and keeps the newest ones. Belongs to one event loop; `close` ends its process."""

    def __init__(self, argv: Sequence[str] = _WORKER, *, draw_s: float = DRAW_S) -> None:
        self._argv = tuple(argv)
        self._draw_s = draw_s
        self._process: Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0
        self._kept: OrderedDict[_Asked, bytes] = OrderedDict()

    @property
    def pid(self) -> int | None:
        """The drawing process, if it runs."""
        return self._process.pid if self._process is not None else None

    async def draw(self, media_type: str, name: str, day: date, counts: Sequence[int]) -> bytes:
        """Return a chart of 24 counts. Raises Overloaded, Unavailable when the process does not answer."""
        if media_type == JSON:
            return msgspec.json.encode(_data(counts))
        asked = media_type, name, day, tuple(counts)
        if asked not in self._kept:
            if self._waiting >= MAX_WAITING:
                raise Overloaded("too many charts wait to be drawn")
            self._waiting += 1
            try:
                async with self._one_at_a_time:
                    if asked not in self._kept:
                        self._keep(asked, await self._drawn(asked))
            finally:
                self._waiting -= 1
        self._kept.move_to_end(asked)
        return self._kept[asked]

    async def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            await _end(process)

    def _keep(self, asked: _Asked, picture: bytes) -> None:
        self._kept[asked] = picture
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    async def _drawn(self, asked: _Asked) -> bytes:
        media_type, name, day, counts = asked
        request = {"form": FORMS[media_type], "name": name, "day": f"{day:%A, %-d %B %Y}", "counts": counts}
        try:
            async with asyncio.timeout(self._draw_s):
                drawn = await self._ask(msgspec.msgpack.encode(request))
        except (OSError, EOFError, TimeoutError) as error:
            await self.close()
            raise Unavailable(f"the process that draws charts failed: {type(error).__name__}") from error
        except asyncio.CancelledError:
            # Its answer would be taken for the next one's.
            await self.close()
            raise
        if not drawn.picture:
            raise Bug(f"chart: {drawn.reason}")
        return drawn.picture

    async def _ask(self, message: bytes) -> _Drawn:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                *self._argv, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
            )
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 both are pipes
        process.stdin.write(len(message).to_bytes(4) + message)
        await process.stdin.drain()
        size = int.from_bytes(await process.stdout.readexactly(4))
        return msgspec.msgpack.decode(await process.stdout.readexactly(size), type=_Drawn)


def chart_type(accept: str) -> str:
    """Return the media type that an Accept header likes best; a PNG when it names none of ours."""
    best, best_weight = PNG, 0.0
    for part in accept.split(","):
        name, *options = (piece.strip() for piece in part.split(";"))
        media_type = ALIASES.get(name.lower(), name.lower())
        weight = _weight(options)
        if media_type in (*FORMS, JSON) and weight > best_weight:
            best, best_weight = media_type, weight
    return best


def _weight(options: Sequence[str]) -> float:
    for option in options:
        key, _, text = option.partition("=")
        if key.strip().lower() == "q":
            with contextlib.suppress(ValueError):
                return float(text)
            return 0.0
    return 1.0


def _data(counts: Sequence[int]) -> ChartData:
    peak = max(counts)
    colors = [COLORS[bool(peak) and count == peak] for count in counts]
    return ChartData(list(range(len(counts))), list(counts), colors)


async def _end(process: Process) -> None:
    """Kill it at once: it holds nothing. Its pipes are closed with it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE_S):
            await process.wait()
