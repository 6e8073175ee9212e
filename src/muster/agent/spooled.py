"""Batches as they wait on the agent's disk."""

import msgspec

from muster.model.ids import Epoch, StreamName


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
