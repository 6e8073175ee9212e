"""Programs that write logs, each line with its number, and do to their files what such programs do."""

import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path

LINES = 10
PAUSE_S = 0.01
"""A writer writes about so many lines, then waits so long."""

ROTATE_EVERY = 400
"""Lines after which a file is rotated, about."""


def line_of(kind: str, number: int) -> str:
    """Return a line; its length and content are a function of its number."""
    return f"{kind} {number:08} " + "=-" * (number % 40)


class Writer:
    """A thread that writes lines. `written` of them are in files; `destroyed` are the numbers of those
    that it may have removed itself before anyone could read them. It rotates its files while
    `may_rotate` is set."""

    kind = ""

    def __init__(self, directory: Path, seed: int) -> None:
        self.directory = directory
        directory.mkdir()
        self.written = 0
        self.destroyed: set[int] = set()
        self.rotations = 0
        self.may_rotate = threading.Event()
        self._chance = random.Random(f"{self.kind} {seed}")
        self._left = ROTATE_EVERY
        self._is_ending = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> int:
        """Stop writing; return how many lines there are."""
        self._is_ending.set()
        if self._thread.ident is not None:
            self._thread.join(20)
        if self._error is not None:
            raise self._error
        return self.written

    def reader(self) -> dict[str, str]:
        """Return the section `reader` that reads what is written."""
        raise NotImplementedError

    def _rotate(self) -> None:
        raise NotImplementedError

    def _file(self) -> int:
        raise NotImplementedError

    def _run(self) -> None:
        try:
            while not self._is_ending.wait(PAUSE_S):
                if self._left <= 0 and self.may_rotate.is_set():
                    self._left = self._chance.randint(1, 2 * ROTATE_EVERY)
                    self._rotate()
                    self.rotations += 1
                self._write(self._chance.randint(1, 2 * LINES))
        except BaseException as error:
            self._error = error
            raise

    def _write(self, count: int) -> None:
        """Write lines; the last one comes in two parts at times, the second one a while later."""
        data = "".join(f"{line}\n" for line in self._next(count)).encode()
        at = self._chance.randint(1, len(data)) if self._chance.random() < 0.3 else len(data)
        fd = self._file()
        os.write(fd, data[:at])
        if at < len(data):
            self._is_ending.wait(self._chance.random() * 0.3)
            os.write(fd, data[at:])
        self.written += count
        self._left -= count

    def _next(self, count: int) -> Iterator[str]:
        return (line_of(self.kind, number) for number in range(self.written, self.written + count))


def open_to_append(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)


class Renaming(Writer):
    """Renames `app.log` to `app.log.1` and that to `app.log.2` ..., and opens a new one some lines later."""

    kind = "rename"

    def __init__(self, directory: Path, seed: int) -> None:
        super().__init__(directory, seed)
        self.path = directory / "app.log"
        self._fd = open_to_append(self.path)

    def reader(self) -> dict[str, str]:
        return {"mode": "file", "log_path": str(self.path)}

    def _file(self) -> int:
        return self._fd

    def _rotate(self) -> None:
        for number in range(self.rotations, 0, -1):
            Path(f"{self.path}.{number}").rename(f"{self.path}.{number + 1}")
        self.path.rename(f"{self.path}.1")
        for _ in range(self._chance.randint(0, 3)):
            self._write(self._chance.randint(1, LINES))
            self._is_ending.wait(PAUSE_S)
        os.close(self._fd)
        self._fd = open_to_append(self.path)


class NewFiles(Writer):
    """Begins a new file now and then; `DIRECTORY/0007.log` is never touched again."""

    kind = "new"

    def __init__(self, directory: Path, seed: int) -> None:
        super().__init__(directory, seed)
        self._fd = open_to_append(directory / "00000.log")

    def reader(self) -> dict[str, str]:
        return {"mode": "dir", "log_path": str(self.directory)}

    def _file(self) -> int:
        return self._fd

    def _rotate(self) -> None:
        os.close(self._fd)
        self._fd = open_to_append(self.directory / f"{self.rotations + 1:05}.log")


class Wildcard(NewFiles):
    """Begins new files, which are found by their names."""

    kind = "wildcard"

    def reader(self) -> dict[str, str]:
        return {"mode": "tailx", "log_path": str(self.directory / "*.log")}


class Emptying(Writer):
    """Copies `app.log` to `app.log.N` and empties it, as `copytruncate` of logrotate does.

    What it writes between the two it destroys itself, unless the file is read meanwhile.
    """

    kind = "emptied"

    def __init__(self, directory: Path, seed: int) -> None:
        super().__init__(directory, seed)
        self.path = directory / "app.log"
        self._fd = open_to_append(self.path)

    def reader(self) -> dict[str, str]:
        return {"mode": "file", "log_path": str(self.path)}

    def _file(self) -> int:
        return self._fd

    def _rotate(self) -> None:
        copy = Path(f"{self.path}.{self.rotations + 1}")
        first = self.written
        copy.write_bytes(self.path.read_bytes())
        if self._chance.random() < 0.5:
            self._write(self._chance.randint(1, LINES))
            self._is_ending.wait(self._chance.random() * 2)
        os.ftruncate(self._fd, 0)
        self.destroyed.update(range(first, self.written))


class JournalEntries(Writer):
    """Adds entries to a journal, which nobody rotates."""

    kind = "journal"

    def __init__(self, directory: Path, seed: int) -> None:
        super().__init__(directory, seed)
        self.path = directory / "entries"
        self._fd = open_to_append(self.path)

    def reader(self) -> dict[str, str]:
        return {"mode": "journald", "read_from": "oldest"}

    def _file(self) -> int:
        return self._fd

    def _rotate(self) -> None:
        """Do nothing."""


WRITERS: tuple[type[Writer], ...] = (Renaming, NewFiles, Wildcard, Emptying, JournalEntries)
