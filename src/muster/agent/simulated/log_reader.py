"""A reader of made-up files. Where it stands is a time: what was written by then was read."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from muster.agent.simulated.lines import iter_lines
from muster.agent.simulated.log_kind import check_readable
from muster.agent.simulated.machine import SimulatedMachine
from muster.errors import InvalidInput
from muster.pipeline.component import Surroundings, read_file
from muster.pipeline.log_runner import LogRunner
from muster.pipeline.readers.file_options import FileOptions
from muster.pipeline.readers.reader import Haul, Reader, Segment, to_texts

LOOK_S = 4.0
"""A file is looked at this often: few lines are written a second."""

POSITION = "read_until_s"


class MadeUpRunner(LogRunner):
    """The runner of a configuration that names a file of a made-up machine."""

    def __init__(
        self,
        config: Mapping[str, object],
        positions: Mapping[str, str],
        *,
        machine: SimulatedMachine,
        since_s: float,
        now: Callable[[], datetime],
        tags: Mapping[str, str],
    ) -> None:
        """Raises what `LogRunner` does, and PermissionError."""
        self._machine = machine
        self._since_s = since_s
        around = Surroundings(now=now, read_file=read_file)
        super().__init__(config, positions, allows=lambda _: True, around=around, tags=tags, now=now)

    def _open_reader(self, positions: Mapping[str, str], allows: Callable[[str], bool]) -> Reader:
        reader = self.config.reader
        if not isinstance(reader, FileOptions):
            raise InvalidInput("a made-up machine has files only", field="reader.mode")
        check_readable(reader.log_path)
        position = float(positions.get(POSITION, self._since_s))
        return MadeUpReader(self._machine, reader.log_path, position, lambda: self._now().timestamp())


class MadeUpReader:
    """Implements `muster.pipeline.readers.reader.Reader`."""

    def __init__(
        self,
        machine: SimulatedMachine,
        path: str,
        read_until_s: float,
        now_s: Callable[[], float],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._machine = machine
        self._path = path
        self._read_until_s = read_until_s
        self._now_s = now_s
        self._monotonic_s = monotonic_s
        self._looked_s = -LOOK_S
        self._more: Iterator[tuple[float, str]] | None = None

    def read(self, max_bytes: int) -> Haul:
        """See `Reader`."""
        if not max_bytes:
            return Haul(positions={POSITION: repr(self._read_until_s)})
        file = self._machine.files.get(self._path)
        if file is None:
            return Haul(waits_for=f"waits for {self._path}: it does not exist")
        if self._more is None:
            if self._monotonic_s() - self._looked_s < LOOK_S:
                return Haul()
            self._looked_s, key = self._monotonic_s(), self._machine.file_key(self._path)
            self._more = iter_lines(file, key, self._read_until_s, self._now_s(), self._machine.fails)
        lines: list[str] = []
        size_bytes = 0
        for at_s, line in self._more:
            lines.append(line)
            size_bytes += len(line) + 1
            self._read_until_s = at_s
            if size_bytes >= max_bytes:
                break
        else:
            self._more = None
        if not lines:
            return Haul()
        segment = Segment(self._path, to_texts(lines))
        return Haul([segment], {POSITION: repr(self._read_until_s)}, size_bytes)

    def kept(self) -> None:
        """See `Reader`."""

    def lag_bytes(self) -> int | None:
        """See `Reader`."""
        return 0 if self._more is None else None

    def close(self) -> None:
        """See `Reader`."""
