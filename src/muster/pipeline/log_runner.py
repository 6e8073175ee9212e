"""One log runner without its surroundings: from what a reader gives to the bodies of batches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from muster.errors import InvalidInput
from muster.model.log import MAX_MESSAGE_BYTES
from muster.pipeline.batch import LineBatch, Tally, to_batch
from muster.pipeline.component import Surroundings
from muster.pipeline.log_columns import to_arrow_parts
from muster.pipeline.parsers.parser import ParserSpec
from muster.pipeline.readers.reader import Haul, Place, Reader, ReaderSpec
from muster.pipeline.senders.muster import MusterSpec
from muster.pipeline.senders.routing import route
from muster.pipeline.senders.sender import Door, SenderSpec, Target
from muster.pipeline.spec import Config, read_config
from muster.pipeline.stages import Stages

MAX_BODY_BYTES = 8 * 1024 * 1024
"""A longer body is sent as several."""

MAX_BATCH_BYTES = 640 * 1024
"""Bytes that are read for a batch at most, whatever a configuration says: it bounds the memory."""

MAX_ROWS = 100_000


class Body(NamedTuple):
    """Rows of the log as an Arrow IPC stream, in parts; `sender` is its sender's index, None: the server."""

    rows: int
    parts: list[bytes]
    sender: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What came of lines."""

    bodies: list[Body]
    tally: Tally


class LogRunner:
    """The reader and the stages of a configuration, open. Not called concurrently.

    Raises InvalidInput, PatternError, EngineMissing, OSError for a configuration that cannot run here.
    """

    def __init__(
        self,
        config: Mapping[str, object],
        positions: Mapping[str, str],
        *,
        allows: Callable[[str], bool],
        around: Surroundings,
        tags: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self.config = read_config(config)
        self._now = now
        runner = self.config.runner
        self.batch_bytes = min(runner.batch_size, MAX_BATCH_BYTES)
        self.batch_rows = min(runner.batch_len or MAX_ROWS, MAX_ROWS)
        self._stages = Stages(self.config, around, tags)
        self.reader = self._open_reader(positions, allows)

    def _open_reader(self, positions: Mapping[str, str], allows: Callable[[str], bool]) -> Reader:
        config = self.config
        if not isinstance(config.reader, ReaderSpec):
            raise InvalidInput("this agent does not have the reader", field="reader.mode")
        parser = config.parser
        place = Place(
            max_line_bytes=min(config.runner.max_line_len or MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES),
            head_pattern=parser.HEAD_PATTERN if isinstance(parser, ParserSpec) else "",
            allows=allows,
        )
        return config.reader.open(positions, place)

    def make(self, haul: Haul) -> Made:
        """Return the rows of what was read as bodies of batches."""
        if not haul.rows:
            return Made([], Tally(read=haul.too_long, failed=haul.too_long))
        batch = self._stages(self._gather(haul))
        tally = batch.tally + Tally(read=haul.too_long, failed=haul.too_long)
        bodies = [body for sender, part in self._routed(batch).items() for body in self._bodies(part, sender)]
        return Made(bodies, tally)

    def open_targets(self, door: Door) -> dict[int, Target]:
        """Return where rows go but to the server, by the indexes of the senders. Raises InvalidInput."""
        return {
            index: sender.open(door)
            for index, sender in enumerate(self.config.senders)
            if isinstance(sender, SenderSpec) and not isinstance(sender, MusterSpec)
        }

    def _routed(self, batch: LineBatch) -> dict[int | None, LineBatch]:
        """Return the rows of each sender. The server gets a row once, however often it is named."""
        senders = self.config.senders
        if all(isinstance(sender, MusterSpec) for sender in senders):
            return {None: batch}
        is_split = bool(self.config.router.router_key_name)
        found: dict[int | None, LineBatch] = {}
        for index, part in enumerate(route(batch, self.config.router, len(senders))):
            sender = None if isinstance(senders[index], MusterSpec) else index
            earlier = found.get(sender)
            if earlier is None:
                found[sender] = part
            elif is_split:
                found[sender] = earlier.with_rows(earlier.rows.vstack(part.rows).rechunk())
        return found

    def _gather(self, haul: Haul) -> LineBatch:
        """Return the lines of all sources as one batch."""
        now = self._now().astimezone(UTC)
        parts = [to_batch(segment.lines, segment.source, now) for segment in haul.segments]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole.with_rows(whole.rows.vstack(part.rows), part.tally)
        return whole.with_rows(whole.rows.rechunk()) if len(parts) > 1 else whole

    def _bodies(self, batch: LineBatch, sender: int | None) -> list[Body]:
        bodies: list[Body] = []
        waiting = [
            batch.with_rows(batch.rows[at : at + self.batch_rows])
            for at in range(0, batch.rows.height, self.batch_rows)
        ]
        while waiting:
            part = waiting.pop(0)
            parts = to_arrow_parts(part)
            if sum(map(len, parts)) <= MAX_BODY_BYTES or part.rows.height == 1:
                bodies.append(Body(part.rows.height, parts, sender))
            else:
                half = part.rows.height // 2
                waiting[:0] = [part.with_rows(part.rows[:half]), part.with_rows(part.rows[half:])]
        return bodies


def problems_of(config: Mapping[str, object]) -> list[str]:
    """Return why a configuration cannot be run, in words; nothing when it can."""
    try:
        found: Config = read_config(config)
    except InvalidInput as error:
        return [error.message]
    return [] if isinstance(found.reader, ReaderSpec) else ["this agent does not have the reader"]
