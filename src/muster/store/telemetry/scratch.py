"""A file through which rows reach the engine in this process."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa


class Scratch:
    """Holds what one statement reads, in memory where the system can. One thread at a time may use it.

    It is used again and again: pages that are there cost a fifth of new ones.
    """

    def __init__(self, directory: Path) -> None:
        """`directory` takes the file where there are none in memory."""
        self._file: Any
        if hasattr(os, "memfd_create"):
            number = os.memfd_create("muster-rows")
            self._file = os.fdopen(number, "r+b")
            self.path = f"/proc/self/fd/{number}"
        else:
            self._file = tempfile.NamedTemporaryFile(dir=directory, prefix="rows-")  # noqa: SIM115 see close
            self.path = str(Path(self._file.name).resolve())

    def write_rows(self, rows: pa.Table) -> None:
        """Hold rows as an Arrow IPC stream. Raises OSError."""
        with self._rewritten() as file, pa.ipc.new_stream(file, rows.schema) as writer:
            writer.write_table(rows)

    def write_lines(self, bodies: Iterable[bytes]) -> None:
        """Hold the lines of all bodies; the last of each may lack its end. Raises OSError."""
        with self._rewritten() as file:
            for body in bodies:
                file.write(body)
                if not body.endswith(b"\n"):
                    file.write(b"\n")

    def close(self) -> None:
        """Give the file up."""
        self._file.close()

    @contextmanager
    def _rewritten(self) -> Iterator[Any]:
        self._file.seek(0)
        yield self._file
        self._file.flush()
        self._file.truncate()
