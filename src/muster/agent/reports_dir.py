"""Reports as raw files: `<id>.json` in a directory, the newest ones kept."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from muster.errors import InvalidInput
from muster.model.report import Report, parse_report_id, to_json

PART = ".part"
"""Ending of a file that is being written, `.<id>.part`."""


class ReportsDirectory:
    """Writes each report as a file of its own; a reader never sees a half one.

    `write` must not be called concurrently, nor may two processes share a directory.
    """

    def __init__(self, path: Path, keep: int) -> None:
        self._path = path
        self._keep = keep
        self._count = 0
        self._oldest: deque[Path] = deque()
        self._listed = False

    def write(self, report: Report) -> None:
        """Write `<id>.json` and remove the oldest, by time of change, beyond `keep`. Raises OSError."""
        if not self._listed:
            self._begin()
        part = self._path / f".{report.id}{PART}"
        try:
            _write_new(part, to_json(report))
            part.replace(self._path / f"{report.id}.json")
        except OSError:
            self._listed = False
            part.unlink(missing_ok=True)
            raise
        self._count += 1
        while self._count > self._keep:
            self._remove_oldest()

    def _begin(self) -> None:
        """Make the directory; clear away what a run that was killed left half written, count the rest."""
        self._path.mkdir(mode=0o755, parents=True, exist_ok=True)
        for part in self._path.glob(f".*{PART}"):
            if _is_report_id(part.stem[1:]):
                part.unlink(missing_ok=True)
        self._count = sum(1 for _ in self._reports())
        self._listed = True

    def _remove_oldest(self) -> None:
        """Remove one. A listing serves a tenth of `keep` removals, as reading times is what costs."""
        if not self._oldest:
            times: list[tuple[int, str, Path]] = []
            for path in self._reports():
                with suppress(FileNotFoundError):
                    times.append((path.stat().st_mtime_ns, path.name, path))
            times.sort()
            self._count = len(times)
            beyond = self._count - self._keep
            if beyond <= 0:
                return
            self._oldest.extend(path for _, _, path in times[: beyond + self._keep // 10])
        self._oldest.popleft().unlink(missing_ok=True)
        self._count -= 1

    def _reports(self) -> Iterator[Path]:
        """Return the files whose names are those of reports; others are none of ours."""
        return (path for path in self._path.glob("*.json") if _is_report_id(path.stem))


def _write_new(path: Path, body: bytes) -> None:
    """Write a file that only its owner can change; never through a link that somebody put there."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:  # noqa: PTH123
        file.write(body)


def _is_report_id(text: str) -> bool:
    try:
        parse_report_id(text)
    except InvalidInput:
        return False
    return True
