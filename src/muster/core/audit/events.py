"""From checked events to what the log takes: columns, and the hash of each leaf."""

import hashlib
from collections.abc import Sequence

from muster.core.audit.ports import AuditBatch, Payload
from muster.core.audit.tree import LEAF
from muster.errors import InvalidInput
from muster.model.audit import MAX_LEAF_BYTES, Source, leaf_head, leaf_middle

ROW_BYTES = 64
"""What an event takes in memory and on disk beside its payload, about."""

LONGEST_HEAD = 40
"""No leaf has more bytes before its application than this."""


class WrongEvent(InvalidInput):
    """One event of several is wrong: `item` counts from 0, `name` is the field."""

    def __init__(self, item: int, name: str, reason: str) -> None:
        super().__init__(reason, field=f"[{item}].{name}")
        self.item = item
        self.name = name
        self.reason = reason


def make_batch(
    ts_us: Sequence[int], texts: Sequence[str], sources: Sequence[Source], payloads: Sequence[Payload]
) -> AuditBatch:
    """Return events as the log takes them; `texts` are their times as text. Raises WrongEvent."""
    middles = _middles(sources)
    lengths = [len(memoryview(payload)) for payload in payloads]
    longest = max(map(len, middles.values()), default=0)
    if lengths and max(lengths) + longest + LONGEST_HEAD > MAX_LEAF_BYTES:
        _check_sizes(texts, [len(middles[source]) for source in sources], lengths)
    heads = {size: LEAF + leaf_head("0" * size)[:-size] for size in set(map(len, texts))}
    join, sha256 = b"".join, hashlib.sha256
    leaf_hashes = [
        sha256(join((heads[len(text)], text.encode(), middles[source], payload))).digest()
        for text, source, payload in zip(texts, sources, payloads, strict=True)
    ]
    return AuditBatch(ts_us, sources, payloads, lengths, leaf_hashes, sum(lengths) + ROW_BYTES * len(lengths))


def _middles(sources: Sequence[Source]) -> dict[Source, bytes]:
    """Return what each distinct source is in a leaf."""
    middles: dict[Source, bytes] = {}
    for source in set(sources):
        try:
            middles[source] = leaf_middle(source)
        except InvalidInput as error:
            name, _, reason = error.message.partition(": ")
            raise WrongEvent(sources.index(source), name, reason) from None
    return middles


def _check_sizes(texts: Sequence[str], middles: Sequence[int], lengths: Sequence[int]) -> None:
    """Raise WrongEvent for the first leaf that is too long."""
    for item, (text, middle, length) in enumerate(zip(texts, middles, lengths, strict=True)):
        size = len(leaf_head(text)) + middle + length
        if size > MAX_LEAF_BYTES:
            raise WrongEvent(
                item,
                "payload",
                f"the event takes {size} bytes, at most {MAX_LEAF_BYTES} with all its fields",
            )
