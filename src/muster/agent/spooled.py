"""Batches as they wait on the agent's disk."""

import hashlib
from collections.abc import Callable, Collection, Sequence

import msgspec
import zstandard

from muster.model.ids import Epoch, StreamName

Spooled = Callable[[Collection[StreamName]], None]
"""Learns of which streams there is more to send."""


class SpoolKey(msgspec.Struct, frozen=True):
    """Identity of a batch within one agent."""

    stream: StreamName
    epoch: Epoch
    sequence: int


class NewBatch(msgspec.Struct, frozen=True):
    """Rows that were just made, for the spool: `body` is not compressed yet."""

    stream: StreamName
    rows: int
    body: bytes


class PackedBatch(msgspec.Struct, frozen=True):
    """Rows for the spool, hashed and compressed already: see `SpooledBatch`."""

    stream: StreamName
    rows: int
    sha256: str
    body: bytes


class SpooledBatch(msgspec.Struct, frozen=True):
    """A batch as it waits: `body` is compressed with zstd, `sha256` is of the body before that."""

    key: SpoolKey
    sha256: str
    rows: int
    created_us: int
    body: bytes


class QuarantinedBatch(msgspec.Struct, frozen=True):
    """A batch that the server refused for good, and why."""

    batch: SpooledBatch
    reason: str


def pack(stream: StreamName, rows: int, parts: Sequence[bytes]) -> PackedBatch:
    """Return a batch whose body comes in parts, so that it need not be put together."""
    sha256 = hashlib.sha256()
    packer = zstandard.ZstdCompressor(level=1).compressobj(size=sum(map(len, parts)))
    packed = []
    for part in parts:
        sha256.update(part)
        packed.append(packer.compress(part))
    packed.append(packer.flush())
    return PackedBatch(stream, rows, sha256.hexdigest(), b"".join(packed))
