"""The sender `file`: rows as lines of files on the agent's machine."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.component import Problem
from muster.pipeline.senders.sender import DeliveryFailed, Door, Record, SenderSpec


class FileSenderSpec(SenderSpec, frozen=True, kw_only=True):
    """Writes rows into files, each as a line, at least once: after a crash some may be there twice.

    A batch is on disk before it is let go. The agent's own settings must allow the path
    (`agent.allow_write_paths`).
    """

    TYPES = ("file",)

    file_send_path: Annotated[
        str,
        Meta(
            min_length=1,
            description="Absolute path; `%Y`, `%m`, `%d`, `%H`, `%M`, `%S` are the time of a row in UTC",
        ),
    ]
    file_send_timestamp_key: Annotated[
        str, Meta(description="Field with that time, ISO 8601; empty, or no time: the row's own")
    ] = ""
    file_write_raw: Annotated[bool, Meta(description="Write the message instead of a JSON object")] = False
    file_send_max_open_files: Annotated[int, Meta(description="No effect")] = 10

    def problems(self) -> Iterator[Problem]:
        """Yield a path that is not absolute, too."""
        if not self.file_send_path.startswith("/"):
            yield Problem("file_send_path", "expected an absolute path")

    def open(self, door: Door) -> "Files":
        """Return what writes. Raises InvalidInput for a path that is not allowed."""
        files = Files(self, door)
        files.check(self.path_at(datetime.now(UTC)))
        return files

    def path_at(self, at: datetime) -> str:
        """Return where rows of a time go."""
        return at.astimezone(UTC).strftime(self.file_send_path)


class Files:
    """Files that lines are added to."""

    def __init__(self, spec: FileSenderSpec, door: Door) -> None:
        self._spec = spec
        self._door = door

    def check(self, path: str) -> None:
        """Raise InvalidInput for a path that is not allowed."""
        if not self._door.allows(path):
            raise InvalidInput(f"{path}: the agent's own settings do not allow it (agent.allow_write_paths)")

    def deliver(self, records: list[Record]) -> None:
        """Write the lines of all files, durably. Raises DeliveryFailed, OSError."""
        lines: dict[str, list[bytes]] = {}
        for record in records:
            text = record.get("message", "").encode() if self._spec.file_write_raw else _to_json(record)
            lines.setdefault(self._path_of(record), []).append(text + b"\n")
        for path, found in lines.items():
            if not self._door.allows(path):
                raise DeliveryFailed(f"{path}: the agent's own settings do not allow it")
            _append(path, b"".join(found))

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _path_of(self, record: Record) -> str:
        for text in (record.get(self._spec.file_send_timestamp_key, ""), record.get("timestamp", "")):
            try:
                at = datetime.fromisoformat(text)
            except ValueError:
                continue
            return self._spec.path_at(at if at.tzinfo else at.replace(tzinfo=UTC))
        return self._spec.path_at(datetime.now(UTC))


def _to_json(record: Record) -> bytes:
    return msgspec.json.encode(record)


def _append(path: str, data: bytes) -> None:
    """Add lines to a file, all or none, durably; what an earlier crash left of a line is ended first."""
    directory = Path(path).parent
    _make_directory(directory)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
    try:
        size = os.fstat(fd).st_size
        left = memoryview(data if not size or os.pread(fd, 1, size - 1) == b"\n" else b"\n" + data)
        try:
            while left:
                left = left[os.write(fd, left) :]
            os.fsync(fd)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(fd, size)
            raise
        if not size:
            _sync_directory(directory)
    finally:
        os.close(fd)


def _make_directory(path: Path) -> None:
    """Make a directory and those above it that are missing, durably."""
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for each in missing:
        _sync_directory(each.parent)


def _sync_directory(path: Path) -> None:
    """Let the names in a directory be on disk: without them a file is gone after a power cut."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
