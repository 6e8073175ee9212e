"""Batches: what an agent sends, each with an identity that makes a repeat recognisable."""

import hashlib
import re
from typing import Annotated

import msgspec

from muster.errors import InvalidInput
from muster.model.ids import AgentId, Epoch, StreamName

REPORTS = StreamName("reports")
SAMPLES = StreamName("samples")
INVENTORY = StreamName("inventory")
STREAMS = (REPORTS, SAMPLES, INVENTORY)

LOGS = "logs:"
"""Each runner has a stream of its own, `logs:NAME`: batches of one runner stay in order."""

MAX_RUNNER_NAME = 128

MSGPACK = "application/msgpack"
ARROW_STREAM = "application/vnd.apache.arrow.stream"

MAX_SEQUENCE = 2**63 - 1
_EPOCH = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BatchKey(msgspec.Struct, frozen=True):
    """Identity of a batch. Sequences of one (agent, stream, epoch) rise by one from 1."""

    agent_id: AgentId
    stream: StreamName
    epoch: Epoch
    sequence: int


class ReportColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of a batch of stream `reports`: each report as one JSON text."""

    report: Annotated[list[str], msgspec.Meta(min_length=1, max_length=10_000)]


class SampleColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of a batch of stream `samples`: one look at one machine.

    Row i is the value `values[i]` of the series `(metrics[i], labels[i])` at `ts_us` (Unix microseconds);
    `values` holds that many finite float64, little-endian. A series occurs once in a look.
    """

    ts_us: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999_999)]
    metrics: Annotated[list[str], msgspec.Meta(min_length=1, max_length=20_000)]
    labels: Annotated[list[str], msgspec.Meta(max_length=20_000)]
    values: bytes


class InventoryColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of a batch of stream `inventory`: the JSON of each `Inventory`, the oldest first."""

    inventory: Annotated[list[str], msgspec.Meta(min_length=1, max_length=1_000)]


def content_sha256(body: bytes) -> str:
    """Return the SHA-256 of a batch's body before any HTTP content encoding, as 64 hex digits."""
    return hashlib.sha256(body).hexdigest()


def parse_batch_key(agent_id: AgentId, stream: str, epoch: str, sequence: int) -> BatchKey:
    """Return the key with each part checked. Raises InvalidInput that names the part."""
    if stream not in STREAMS and not _is_of_logs(stream):
        raise InvalidInput(f"expected {', '.join(STREAMS)} or {LOGS}NAME", field="stream")
    if not _EPOCH.fullmatch(epoch):
        raise InvalidInput("expected 32 lower-case hex digits", field="epoch")
    if not 1 <= sequence <= MAX_SEQUENCE:
        raise InvalidInput(f"expected 1-{MAX_SEQUENCE}", field="sequence")
    return BatchKey(agent_id, StreamName(stream), Epoch(epoch), sequence)


def _is_of_logs(stream: str) -> bool:
    name = stream.removeprefix(LOGS)
    return name != stream and 1 <= len(name) <= MAX_RUNNER_NAME and name.isprintable()


def parse_sha256(text: str) -> str:
    """Return `text` when it is 64 lower-case hex digits. Raises InvalidInput otherwise."""
    if not _SHA256.fullmatch(text):
        raise InvalidInput("expected 64 lower-case hex digits", field="sha256")
    return text
