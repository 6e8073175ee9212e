"""Exports: a line of JSON for each event, with the proof that it is in the tree of a checkpoint. No I/O."""

import base64
import binascii
import itertools
from collections.abc import Iterable, Iterator

import msgspec

from muster.core.audit.note import Checkpoint
from muster.core.audit.proofs import is_included
from muster.core.audit.tree import leaf_hash
from muster.model.audit import Source, encode_leaf

MAX_NAMED = 20
"""So many wrong lines are named; the rest is counted."""


class ExportedEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line. The payload is what was received, byte for byte; in base64 when it has line breaks."""

    index: int
    event_ts: str
    application_name: str
    event_kind: str
    proof: list[str]
    payload: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    payload_base64: str | msgspec.UnsetType = msgspec.UNSET


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file may begin with: the signed checkpoint that its events are proven for."""

    checkpoint: str


class Wrong(msgspec.Struct, frozen=True):
    """What is wrong with an event of an index; without one, with the event of a line of the file."""

    index: int | None
    reason: str
    line: int = 0

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return f"line {self.line}" if self.index is None else f"index {self.index}"


class Verdict(msgspec.Struct, frozen=True):
    """How many lines were checked, how many are wrong, and the first of those by index."""

    checked: int
    wrong_count: int
    wrong: list[Wrong]


_LINE = msgspec.json.Decoder(ExportedEvent)
_HEAD = msgspec.json.Decoder(Head)


def to_line(event: ExportedEvent) -> bytes:
    """Return an event as a line of an export, without its end."""
    payload = b"" if event.payload is msgspec.UNSET else bytes(event.payload)
    if b"\n" in payload or b"\r" in payload:
        encoded = base64.b64encode(payload).decode()
        event = msgspec.structs.replace(event, payload=msgspec.UNSET, payload_base64=encoded)
    return msgspec.json.encode(event)


def read_head(line: bytes) -> str | None:
    """Return the checkpoint that a file's first line brings; None when the line is another one."""
    try:
        return _HEAD.decode(line).checkpoint
    except (msgspec.MsgspecError, RecursionError):
        return None


def verify_lines(
    lines: Iterable[bytes], checkpoint: Checkpoint, *, first: int = 1, is_complete: bool = False
) -> Verdict:
    """Check each line against a checkpoint, the `first` of the file and those after it.

    `is_complete`: that every event of the tree is there too.
    """
    seen = bytearray((checkpoint.size + 7) // 8)
    checked = 0
    wrong: list[Wrong] = []
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        checked += 1
        index, reason = _check_line(line, checkpoint)
        if not reason and index is not None:
            reason = "is there twice" if seen[index // 8] >> index % 8 & 1 else ""
            seen[index // 8] |= 1 << index % 8
        if reason:
            wrong.append(Wrong(index, reason, number))
    count = len(wrong)
    if is_complete:
        named = {one.index for one in wrong}
        missing = [index for index in _missing(seen, checkpoint.size) if index not in named]
        count += len(missing)
        wrong += _gaps(missing)
    wrong.sort(key=lambda one: -1 if one.index is None else one.index)
    return Verdict(checked, count, wrong[:MAX_NAMED])


def _check_line(line: bytes, checkpoint: Checkpoint) -> tuple[int | None, str]:
    """Return the index of a line, and why it is wrong, empty when it is right."""
    try:
        event = _LINE.decode(line)
        payload = _payload(event)
        proof = [base64.b64decode(part, validate=True) for part in event.proof]
        source = Source(event.application_name, event.event_kind)
        leaf = encode_leaf(event.event_ts, source, payload)
    except (msgspec.MsgspecError, binascii.Error, ValueError, RecursionError) as error:
        return None, f"is no event of an export: {error}"
    if not 0 <= event.index < checkpoint.size:
        return None, f"index {event.index} is newer than the checkpoint of {checkpoint.size} events"
    if not is_included(leaf_hash(leaf), event.index, checkpoint.size, proof, checkpoint.root):
        return event.index, "is not what was logged: its proof does not lead to the signed root"
    return event.index, ""


def _payload(event: ExportedEvent) -> bytes:
    if event.payload_base64 is not msgspec.UNSET:
        return base64.b64decode(event.payload_base64, validate=True)
    if event.payload is msgspec.UNSET:
        raise ValueError("it has no payload")
    return bytes(event.payload)


def _missing(seen: bytearray, size: int) -> Iterator[int]:
    return (index for index in range(size) if not seen[index // 8] >> index % 8 & 1)


def _gaps(missing: list[int]) -> Iterator[Wrong]:
    """Yield one finding for each run of indexes that are not there."""
    for _, run in itertools.groupby(enumerate(missing), lambda each: each[1] - each[0]):
        indexes = [index for _, index in run]
        more = f", and so are all up to index {indexes[-1]}" if len(indexes) > 1 else ""
        yield Wrong(indexes[0], f"is missing{more}")
