"""The journal of a client: what it sent, what was answered, which checkpoints it saw, in this order."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec


class Sent(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Written before the first try. `counts` are added by name; events have the payloads [number, 0...]."""

    number: int
    is_keyed: bool
    counts: dict[str, int] = {}
    events: int = 0


class Answered(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Written after each success; a request with a key may have several, which must be alike.

    `index` is that of the first event in the tree, -1 for counts.
    """

    number: int
    status: int
    index: int = -1
    tries: int = 1


class Seen(msgspec.Struct, frozen=True, tag=True):
    """A checkpoint, asked for after the one before was written."""

    note: str


Entry = Sent | Answered | Seen

_LINE = msgspec.json.Decoder(Entry)


class Journal:
    """A file that many threads write."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def write(self, entry: Entry) -> None:
        with self._lock:
            self._file.write(msgspec.json.encode(entry) + b"\n")


class Reader:
    """Counts the answers in a journal that grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._answers = 0

    def answers(self) -> int:
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
            self._offset += len(new)
            self._answers += new.count(b'"type":"Answered"')
        return self._answers


def iter_entries(path: Path) -> Iterator[Entry]:
    with path.open("rb") as lines:
        yield from map(_LINE.decode, lines)
