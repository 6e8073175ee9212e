"""Reports as raw files: `<id>.json` in a directory, the newest ones kept."""

from contextlib import suppress
from pathlib import Path

from muster.errors import InvalidInput
from muster.model.report import Report, parse_report_id, to_json


class ReportsDirectory:
    """Writes each report as a file of its own; a reader never sees a half one."""

    def __init__(self, path: Path, keep: int) -> None:
        self._path = path
        self._keep = keep
        self._count: int | None = None

    def write(self, report: Report) -> None:
        """Write `<id>.json` and remove the oldest beyond `keep`. Raises OSError."""
        self._path.mkdir(parents=True, exist_ok=True)
        target = self._path / f"{report.id}.json"
        part = self._path / f".{report.id}.part"
        try:
            part.write_bytes(to_json(report))
            part.replace(target)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        self._count = len(self._reports()) if self._count is None else self._count + 1
        if self._count > self._keep:
            self._remove_oldest()

    def _remove_oldest(self) -> None:
        """Remove down to nine tenths of `keep`, so that the directory is listed seldom."""
        reports = self._reports()
        kept = max(1, self._keep - self._keep // 10)
        times: list[tuple[int, Path]] = []
        for path in reports:
            with suppress(FileNotFoundError):
                times.append((path.stat().st_mtime_ns, path))
        times.sort()
        for _, path in times[: max(0, len(times) - kept)]:
            path.unlink(missing_ok=True)
        self._count = min(len(times), kept)

    def _reports(self) -> list[Path]:
        """Return the files whose names are those of reports; others are none of ours."""
        return [path for path in self._path.glob("*.json") if _is_report(path)]


def _is_report(path: Path) -> bool:
    try:
        parse_report_id(path.stem)
    except InvalidInput:
        return False
    return True
