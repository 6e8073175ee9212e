"""Lines of this machine for a draft: `python -m muster.pipeline.tryout.sampling`, a process of its own.

It reads one `Errand` from standard input, JSON, and writes one line, `+` and `Sampled` or `-` and `Failure`.
A file that hangs, or a pattern that means harm, costs whoever started it nothing but the end of this process.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from msgspec import Struct, json

from muster.errors import InvalidInput, MusterError
from muster.model.log import MAX_MESSAGE_BYTES
from muster.pipeline.allowed import allowed_below
from muster.pipeline.component import read_file
from muster.pipeline.parsers.parser import ParserSpec
from muster.pipeline.readers.file_options import FileOptions, check_allowed
from muster.pipeline.readers.reader import Haul, Place, ReaderSpec
from muster.pipeline.spec import Config, read_config
from muster.pipeline.tryout.draft import files_of
from muster.pipeline.tryout.messages import Failure, Lines, Sampled
from muster.pipeline.worker import limit_memory

MAX_BYTES = 512 * 1024
MAX_FILES_BYTES = 1024 * 1024


class Errand(Struct, frozen=True):
    """What to read, and the paths that may be."""

    config: dict[str, Any]
    max_lines: int
    allow_paths: list[str]


def sample(errand: Errand) -> Sampled:
    """Return the newest lines of the files that a configuration names, and its other files.

    Raises InvalidInput when the settings forbid all of them, or none can be read; OSError.
    """
    config = read_config(errand.config)
    reader = config.reader
    if not isinstance(reader, ReaderSpec):
        raise InvalidInput("this agent does not have the reader", field="reader.mode")
    allows = allowed_below(errand.allow_paths)
    refused: list[str] = []

    def is_allowed(path: str) -> bool:
        if allows(path):
            return True
        refused.append(path)
        return False

    head = config.parser.HEAD_PATTERN if isinstance(config.parser, ParserSpec) else ""
    longest = min(config.runner.max_line_len or MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES)
    haul = reader.sample(Place(max_line_bytes=longest, head_pattern=head, allows=is_allowed), MAX_BYTES)
    place = Place(allows=allows)
    if refused and not haul.rows:
        check_allowed(refused[0], place)
    notes = list(haul.troubles)
    if haul.too_long:
        notes.append(f"{haul.too_long} lines are longer than {longest} bytes: left out")
    if refused:
        notes.append(f"{len(set(refused))} files are left out: the agent's own settings (agent.allow_paths)")
    if not haul.rows and not notes:
        notes.append(_nothing(reader))
    return Sampled(lines=_last(haul, errand.max_lines), files=_files(config, place), notes=notes)


def _nothing(reader: ReaderSpec) -> str:
    path = reader.log_path if isinstance(reader, FileOptions) else reader.TYPES[0]
    return f"{path}: there is nothing to read, or no whole line"


def _last(haul: Haul, max_lines: int) -> list[Lines]:
    """Return the last lines in their order."""
    found: list[Lines] = []
    for segment in reversed(haul.segments):
        left = max_lines - sum(len(each.lines) for each in found)
        if left > 0 and len(segment.lines):
            found.insert(0, Lines(segment.source, segment.lines[-left:].to_list()))
    return found


def _files(config: Config, place: Place) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in files_of(config):
        check_allowed(path, place)
        found[path] = read_file(path)
    if sum(map(len, found.values())) > MAX_FILES_BYTES:
        raise InvalidInput("the files that the configuration names are too large to be sent")
    return found


def answer(text: bytes, sample: Callable[[Errand], Sampled] = sample) -> bytes:
    """Return what becomes of an errand."""
    try:
        return b"+" + json.encode(sample(json.decode(text, type=Errand)))
    except MusterError as error:
        failure = Failure(error.code, error.message)
    except OSError as error:
        failure = Failure("environment", f"cannot read: {error}")
    return b"-" + json.encode(failure)


def main() -> None:
    """Do the errand of standard input."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars

    polars.Series([""]).str.contains("")
    limit_memory()
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
