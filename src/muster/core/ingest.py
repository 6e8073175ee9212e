"""Exactly once: which batches of agents are new, and which are repeats."""

import enum
from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from muster.model.batch import BatchKey
from muster.model.ids import AgentId, Epoch, StreamName
from muster.model.mark import Mark, Window


class Verdict(enum.Enum):
    """What the marks alone say of a batch."""

    NEW = "new"
    """Beyond everything stored: store it."""

    REPEAT = "repeat"
    """The very batch that the mark names: it is stored."""

    CONFLICT = "conflict"
    """The mark's sequence with another content: refuse it."""

    ASK_DATA = "ask_data"
    """Below the mark: only the stored rows know whether it is a repeat or fills a gap."""


class BatchOutcome(msgspec.Struct, frozen=True):
    """What became of a batch that was answered as stored."""

    repeated: bool
    rows: int


class MarkStore(Protocol):
    """Keeps high-water marks. Called by one writer thread at a time, but for `marks_of_agent`."""

    def load_mark(self, agent_id: AgentId, stream: StreamName, epoch: Epoch) -> Mark | None:
        """Return the stored mark, or None when nothing of this epoch was ever stored. Blocks."""
        ...

    def save_marks(self, marks: Sequence[Mark], windows: Collection[Window] = ()) -> None:
        """Insert or replace the marks in one transaction, durable on return. Blocks.

        The same transaction notes that `windows` have new samples, so that their rollups are out of date.
        """
        ...

    async def marks_of_agent(self, agent_id: AgentId) -> list[Mark]:
        """Return all marks of one agent. May be called concurrently with the rest."""
        ...


def judge(mark: Mark | None, sequence: int, sha256: str) -> Verdict:
    """Say what the mark of a batch's epoch tells of the batch."""
    if mark is None or sequence > mark.sequence:
        return Verdict.NEW
    if sequence == mark.sequence:
        return Verdict.REPEAT if sha256 == mark.sha256 else Verdict.CONFLICT
    return Verdict.ASK_DATA


def is_gap(mark: Mark, sequence: int) -> bool:
    """Tell whether `sequence` was skipped and has not been stored since."""
    return any(first <= sequence <= last for first, last in mark.gaps)


def advance(mark: Mark | None, key: BatchKey, sha256: str) -> Mark:
    """Return the mark after the batch `key` was stored: raised, with a gap opened or filled."""
    previous = mark.sequence if mark else 0
    gaps = mark.gaps if mark else ()
    if key.sequence > previous:
        if key.sequence > previous + 1:
            gaps = (*gaps, (previous + 1, key.sequence - 1))
        top, top_sha256 = key.sequence, sha256
    else:
        assert mark is not None  # noqa: S101 a sequence not above 0 is refused by parse_batch_key
        gaps = _without(gaps, key.sequence)
        top, top_sha256 = mark.sequence, mark.sha256
    return Mark(
        agent_id=key.agent_id,
        stream=key.stream,
        epoch=key.epoch,
        sequence=top,
        sha256=top_sha256,
        gaps=gaps,
    )


def _without(gaps: tuple[tuple[int, int], ...], sequence: int) -> tuple[tuple[int, int], ...]:
    """Return the ranges with one number taken out."""
    left: list[tuple[int, int]] = []
    for first, last in gaps:
        if not first <= sequence <= last:
            left.append((first, last))
            continue
        if first < sequence:
            left.append((first, sequence - 1))
        if sequence < last:
            left.append((sequence + 1, last))
    return tuple(left)
