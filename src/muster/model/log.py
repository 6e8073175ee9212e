"""Log rows: what a runner made of lines, on their way from agents to the server."""

from typing import NewType

from muster.errors import InvalidInput
from muster.model.batch import LOGS
from muster.model.desired import ConfigName
from muster.model.ids import StreamName

Level = NewType("Level", str)
"""`trace`, `debug`, `info`, `notice`, `warning`, `error`, `critical`, or empty: not known."""

LEVELS = ("trace", "debug", "info", "notice", "warning", "error", "critical")

MAX_MESSAGE_BYTES = 1024 * 1024
MAX_FIELDS = 200
MAX_FIELD_NAME = 128

COLUMNS = ("ts", "level", "source", "message", "names", "values")
"""The columns of a batch, an Arrow IPC stream: `ts` timestamp in microseconds UTC, `level`, `source` (the
file, socket or unit the line came from) and `message` text, `names` and `values` lists of text of equal
length: the fields of a row, each name once. None of them is null."""


def log_stream(runner: ConfigName) -> StreamName:
    """Return the stream of a runner."""
    return StreamName(f"{LOGS}{runner}")


def runner_of(stream: str) -> ConfigName:
    """Return the runner of a stream. Raises InvalidInput when it is not one of logs."""
    if not stream.startswith(LOGS) or len(stream) == len(LOGS):
        raise InvalidInput(f"expected {LOGS}NAME", field="stream")
    return ConfigName(stream.removeprefix(LOGS))
