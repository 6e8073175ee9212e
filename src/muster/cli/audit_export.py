"""Fetches events with their proofs from a server into a file."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from muster.cli.client import Client
from muster.cli.progress import progress_bar
from muster.core.audit.export import ExportedEvent, to_line
from muster.core.audit.note import read_checkpoint
from muster.errors import EnvironmentFault

PAGE = 1000


class _Page(msgspec.Struct, frozen=True):
    next_page: int | None
    data: list[ExportedEvent]


_PAGE = msgspec.json.Decoder(_Page)


def export_events(client: Client, file: Path, filters: Mapping[str, str | None]) -> tuple[int, int]:
    """Write the events that fit, and beside them the checkpoint; return how many, and the log's size.

    Raises CallerError, Unavailable, and EnvironmentFault when the files cannot be written.
    """
    note = client.get("/audit/checkpoint")
    size = read_checkpoint(note.decode()).size
    count = 0
    try:
        file.with_name(f"{file.name}.checkpoint").write_bytes(note)
        with file.open("wb") as lines, progress_bar("Exporting", size) as moved_to:
            token: int | None = size + 1 if size else None
            while token is not None:
                query = {"size": str(size), "page_size": str(PAGE), "page_token": str(token), **filters}
                page = _PAGE.decode(client.get("/audit/export", **query))
                lines.writelines(to_line(event) + b"\n" for event in page.data)
                count += len(page.data)
                token = page.next_page
                moved_to(size - (token or 0))
    except OSError as error:
        raise EnvironmentFault(f"{error.filename}: {error.strerror}") from None
    return count, size
