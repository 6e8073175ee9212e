"""Sends a folder of report files to a server."""

import contextlib
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from muster.cli.client import Client
from muster.errors import Conflict, InvalidInput
from muster.model.report import MAX_REPORT_BYTES, Report, parse_report, to_json

CHUNK_REPORTS = 500
CHUNK_BYTES = 4 * 1024 * 1024


class ImportOutcome(msgspec.Struct):
    """How many reports were stored now, were stored before, and could not be read."""

    stored: int = 0
    known: int = 0
    skipped: int = 0

    def skip(self, path: Path, reason: str) -> None:
        """Count a file that is not imported and name it on standard error."""
        self.skipped += 1
        click.echo(f"skipped {path}: {reason}", err=True)


class _Stored(msgspec.Struct, frozen=True):
    stored: int
    known: int


class _Waiting(NamedTuple):
    path: Path
    body: bytes


class _Chunks:
    """Gathers reports by host, since a request holds those of one host, and sends them in chunks."""

    def __init__(self, client: Client, outcome: ImportOutcome) -> None:
        self._client = client
        self._outcome = outcome
        self._waiting: dict[str, list[_Waiting]] = {}
        self._waiting_bytes = 0

    def add(self, host: str, path: Path, body: bytes) -> None:
        """Take a report, and send what waits when a chunk is full."""
        if self._waiting_bytes + len(body) > CHUNK_BYTES:
            self.flush()
        chunk = self._waiting.setdefault(host, [])
        chunk.append(_Waiting(path, body))
        self._waiting_bytes += len(body)
        if len(chunk) == CHUNK_REPORTS:
            self._take(host)

    def flush(self) -> None:
        """Send all that waits."""
        for host in list(self._waiting):
            self._take(host)

    def _take(self, host: str) -> None:
        chunk = self._waiting.pop(host)
        self._waiting_bytes -= sum(len(waiting.body) for waiting in chunk)
        self._send(host, chunk)

    def _send(self, host: str, chunk: list[_Waiting]) -> None:
        """Send a chunk; one that the server refuses for a single report is halved until it is found."""
        try:
            body = b"[" + b",".join(waiting.body for waiting in chunk) + b"]"
            answer = self._client.post("/reports", body, agent=host)
        except Conflict as error:
            if len(chunk) == 1:
                self._outcome.skip(chunk[0].path, error.message)
                return
            middle = len(chunk) // 2
            self._send(host, chunk[:middle])
            self._send(host, chunk[middle:])
            return
        counts = msgspec.json.decode(answer, type=_Stored)
        self._outcome.stored += counts.stored
        self._outcome.known += counts.known


def import_folder(client: Client, folder: Path, agent: str | None) -> ImportOutcome:
    """Send every `*.json` of a folder in the order of their names; name the unusable ones on stderr.

    The reports belong to `agent`, or each to the host in its `os.node`. Raises CallerError or
    Unavailable when the server refuses or is gone; running it again goes on from there.
    """
    client.ping()
    outcome = ImportOutcome()
    chunks = _Chunks(client, outcome)
    paths = sorted(folder.glob("*.json"))
    if not paths:
        click.echo(f"there is no *.json in {folder}", err=True)
    with _progress(len(paths)) as advance:
        for path in paths:
            try:
                report = _load_report(path)
                chunks.add(agent or _host_of(report), path, to_json(report))
            except InvalidInput as error:
                outcome.skip(path, error.message)
            advance()
        chunks.flush()
    return outcome


def _load_report(path: Path) -> Report:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InvalidInput("not a regular file")
        if status.st_size > MAX_REPORT_BYTES:
            raise InvalidInput(f"a report has at most {MAX_REPORT_BYTES} bytes")
        return parse_report(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}") from None


def _host_of(report: Report) -> str:
    if not report.os.node:
        raise InvalidInput("is empty; name the host with --agent", field="os.node")
    return report.os.node


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[], object]]:
    """Show a bar on a terminal; give what moves it by one."""
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ModuleNotFoundError:
        yield lambda: None
        return
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("Importing", total=total)
        yield lambda: bar.advance(task)
