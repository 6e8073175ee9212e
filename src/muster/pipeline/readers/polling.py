"""What readers that fetch something at times have in common: a thread, a schedule, and one result."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from muster.pipeline.readers.reader import Haul, Place, Segment, to_lines, without_long
from muster.pipeline.readers.schedule import Alarm, parse_schedule

MAX_BYTES = 8 * 1024 * 1024
"""More is not taken of one answer: the rest is left out, and said."""

END_S = 2.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one time: text, and what was wrong."""

    source: str
    data: bytes = b""
    troubles: list[str] = field(default_factory=list)


class Polling:
    """Calls `fetch` in a thread when it is time; each line that it returns is a row.

    `fetch` returns soon after `stop` is set. While one time lasts the next ones are left out.
    """

    def __init__(
        self,
        fetch: Callable[[threading.Event], Fetched],
        *,
        cron: str,
        is_at_start: bool,
        encoding: str,
        place: Place,
    ) -> None:
        self._fetch = fetch
        self._encoding = encoding
        self._max_line_bytes = place.max_line_bytes
        self._alarm = Alarm(
            parse_schedule(cron), is_due_now=is_at_start, now_s=place.now_s, at_s=place.monotonic_s
        )
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._fetched: Fetched | None = None
        self._error: BaseException | None = None

    def read(self, max_bytes: int) -> Haul:
        """Return what came of the last time, once. Raises what `fetch` raised, which it should not."""
        haul = Haul()
        thread = self._thread
        if thread is not None and not thread.is_alive():
            self._thread = None
            if self._error is not None:
                raise self._error
            fetched, self._fetched = self._fetched, None
            if fetched is not None:
                self._take(fetched, haul)
        if self._thread is None and self._alarm.is_due():
            self._thread = threading.Thread(target=self._run, daemon=True, name="muster-polling")
            self._thread.start()
        return haul

    def kept(self) -> None:
        """Do nothing: what was fetched is not fetched again."""

    def lag_bytes(self) -> None:
        """Return None: nobody knows what there will be."""

    def close(self) -> None:
        """Stop what is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(END_S)

    def _run(self) -> None:
        try:
            self._fetched = self._fetch(self._stop)
        except BaseException as error:  # noqa: BLE001 it is raised where it is read
            self._error = error

    def _take(self, fetched: Fetched, haul: Haul) -> None:
        haul.troubles += fetched.troubles
        haul.size_bytes = len(fetched.data)
        if not fetched.data.strip():
            return
        lines, haul.too_long = without_long(to_lines(fetched.data, self._encoding), self._max_line_bytes)
        haul.segments.append(Segment(fetched.source, lines.filter(lines != "")))
