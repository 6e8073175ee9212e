"""Checks a stored log from its first event: made apart from the writer, and trusting only the signature."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from muster.core.audit.note import Checkpoint, Verifier
from muster.core.audit.times import to_text
from muster.core.audit.tree import HEIGHT, WIDTH, Edge, Tile, leaf_hash
from muster.errors import InvalidInput
from muster.model.audit import AuditEvent, encode_leaf


class Finding(msgspec.Struct, frozen=True):
    """What is wrong: from leaf `index` on, None when it cannot be told where."""

    index: int | None
    reason: str


class StoredLog(Protocol):
    """A log as it lies on the disk, at one moment. Nothing of it is trusted."""

    def head(self) -> tuple[int, str, Sequence[bytes]]:
        """Return size, signed checkpoint, and the hashes of the partial tile of level 0."""
        ...

    def iter_events(self) -> Iterator[AuditEvent]:
        """Yield every event, ids rising."""
        ...

    def tile(self, level: int, number: int) -> tuple[Sequence[bytes], bytes] | None:
        """Return hashes and root of a complete tile, None when there is none."""
        ...


def check_log(log: StoredLog, verifier: Verifier, kept: Checkpoint | None = None) -> Finding | None:
    """Return the first thing that is wrong with a log, None when all is as it was signed.

    `kept`: an earlier checkpoint from elsewhere, which a log that was rewritten or cut off contradicts.
    """
    return next(_iter_findings(log, verifier, kept), None)


def _iter_findings(log: StoredLog, verifier: Verifier, kept: Checkpoint | None) -> Iterator[Finding]:
    size, note, edge_hashes = log.head()
    try:
        signed = verifier.verify(note)
    except InvalidInput as error:
        yield Finding(None, f"the head is not signed as it should be: {error.message}")
        return
    least = min(size, signed.size)
    if kept is not None and kept.size > least:
        yield Finding(least, f"events are missing: the kept checkpoint has {kept.size} of them")
    if signed.size != size:
        yield Finding(least, f"the head has {size} events, {signed.size} are signed")
    edge = Edge()
    for hashes in _iter_chunks(log, size, kept.size if kept else 0):
        if isinstance(hashes, Finding):
            yield hashes
            continue
        yield from _iter_changed(log, edge.size, hashes, edge_hashes)
        for tile in edge.append(hashes):
            if not _is_stored(log, tile):
                first = tile.number << HEIGHT * (tile.level + 1)
                yield Finding(first, f"tile {tile.number} of level {tile.level} is not what it should be")
        if kept is not None and edge.size == kept.size and edge.root() != kept.root:
            yield Finding(None, f"the first {kept.size} events are not those of the kept checkpoint")
    if edge.root() != signed.root:
        yield Finding(None, "the events do not have the root that is signed")


def _iter_chunks(log: StoredLog, size: int, cut: int) -> Iterator[list[bytes] | Finding]:
    """Yield the hashes of leaves, a tile or less at a time and never across `cut`; or what is missing."""
    hashes: list[bytes] = []
    count = 0
    for event in log.iter_events():
        if event.id != count + 1 or count == size:
            yield from (hashes,) if hashes else ()
            is_gap = count < size
            yield Finding(count, "the event is missing" if is_gap else "the event was never signed")
            return
        hashes.append(leaf_hash(encode_leaf(to_text(event.ts_us), event.source, event.payload)))
        count += 1
        if count % WIDTH == 0 or count == cut:
            yield hashes
            hashes = []
    yield from (hashes,) if hashes else ()
    if count < size:
        yield Finding(count, f"events are missing: there are {count}, {size} are signed")


def _iter_changed(
    log: StoredLog, first: int, hashes: Sequence[bytes], edge_hashes: Sequence[bytes]
) -> Iterator[Finding]:
    """Compare leaves, all of one tile, with what the tree says of them."""
    tile = log.tile(0, first // WIDTH)
    stored = tile[0] if tile else edge_hashes
    for at, found in enumerate(hashes):
        place = first % WIDTH + at
        if place >= len(stored) or stored[place] != found:
            yield Finding(first + at, "the event is not what was logged")


def _is_stored(log: StoredLog, tile: Tile) -> bool:
    stored = log.tile(tile.level, tile.number)
    return stored is not None and list(stored[0]) == list(tile.hashes) and stored[1] == tile.root
