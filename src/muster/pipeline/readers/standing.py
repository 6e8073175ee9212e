"""Where reading of one file stands, and whether a file is the one that was read."""

import os

import msgspec

HEAD_BYTES = 256
TAIL_BYTES = 64


class Standing(msgspec.Struct, kw_only=True, omit_defaults=True):
    """So much of a file was read, and how the file is known again.

    `head` are its first bytes, `tail` the last ones that were read, `path` is where it was seen last,
    `size` how long it was and `seen_s` when. `is_skipping`: in a line that is too long.
    `is_copy`: it is not read, since it holds what another file does. `changed_ns` is when the file was
    changed last, 0: so shortly before it was read that it may have been changed again unseen.
    """

    path: str
    device: int
    inode: int
    offset: int = 0
    head: bytes = b""
    tail: bytes = b""
    size: int = 0
    seen_s: float = 0.0
    is_skipping: bool = False
    is_copy: bool = False
    changed_ns: int = 0

    @property
    def key(self) -> str:
        """The name of the position."""
        return f"file {self.device:x}-{self.inode:x}"

    def advance(self, data: bytes) -> None:
        """Move behind data that was read from here on."""
        if len(self.head) < HEAD_BYTES and self.offset == len(self.head):
            self.head += data[: HEAD_BYTES - len(self.head)]
        self.offset += len(data)
        self.tail = (self.tail + data[-TAIL_BYTES:])[-TAIL_BYTES:]

    def restart(self) -> None:
        """Begin again: the file holds something else."""
        self.offset = self.size = 0
        self.head = self.tail = b""
        self.is_skipping = False

    def take_over(self, other: "Standing") -> None:
        """Stand where another file of the same content does."""
        self.offset, self.head, self.tail = other.offset, other.head, other.tail
        self.is_skipping, self.is_copy = other.is_skipping, False

    def is_of(self, fd: int, size: int) -> bool:
        """Tell whether a file begins with what was read: the same one, longer perhaps, or a copy."""
        if size < self.offset:
            return False
        if os.pread(fd, len(self.head), 0) != self.head:
            return False
        return os.pread(fd, len(self.tail), self.offset - len(self.tail)) == self.tail

    def to_json(self) -> str:
        """Return the standing as it is stored."""
        return msgspec.json.encode(self).decode()


def parse_standing(text: str) -> Standing | None:
    """Return a stored standing; None when it cannot be read."""
    try:
        return msgspec.json.decode(text, type=Standing)
    except msgspec.MsgspecError:
        return None
