"""What the audit trail needs from a store."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple, Protocol

import msgspec

from muster.model.audit import AuditEvent, ControlAction, Source
from muster.model.idempotency import IdempotencyKey

MAX_PAGE = 1000

Payload = bytes | msgspec.Raw
"""JSON; a `Raw` is a view into the body that it came with."""


class AuditBatch(NamedTuple):
    """Events on their way in, a column each; `lengths` those of the payloads in bytes."""

    ts_us: Sequence[int]
    sources: Sequence[Source]
    payloads: Sequence[Payload]
    lengths: Sequence[int]
    leaf_hashes: Sequence[bytes]
    size_bytes: int


class Appended(NamedTuple):
    """Where events were put: `events` leaves from index `first` on; `repeated`: they were there before."""

    first: int
    events: int
    repeated: bool = False


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are asked for: the newest `limit` with an id below `before` that fit all filters.

    Times are those of the events, `from_us` inclusive, `to_us` exclusive, Unix microseconds. `text`
    occurs in the payload. `with_control`: events of the product itself too.
    """

    limit: int
    before: int | None = None
    application: str | None = None
    kind: str | None = None
    from_us: int | None = None
    to_us: int | None = None
    text: str | None = None
    with_control: bool = False


class Page(NamedTuple):
    """Events, the newest first. `next_before`: where the search goes on, None when nothing was found.

    `ran_out_of_time`: it stopped there, though there may be others.
    """

    events: list[AuditEvent]
    next_before: int | None
    ran_out_of_time: bool = False


class AuditLog(Protocol):
    """Keeps events and their tree. All methods may be called concurrently."""

    def submit(self, batch: AuditBatch, *, once: IdempotencyKey | None = None) -> "Future[Appended]":
        """Hand over events; when the future ends they, the tree and its checkpoint are durable, together.

        A batch with the `once` of an earlier one is not stored again. Raises Overloaded, Unavailable;
        the future raises InvalidInput when a key comes with another content.
        """
        ...

    async def page(self, question: Question) -> Page:
        """Return events. Raises Unavailable."""
        ...

    async def sources(self, *, limit: int) -> list[Source]:
        """Return what there are events of, at most `limit`, by application, then kind. Raises Unavailable."""
        ...

    async def checkpoint(self) -> str:
        """Return the newest signed checkpoint that is durable. Raises Unavailable."""
        ...

    async def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile, one after the other. Raises NotFound."""
        ...

    async def events(self, first: int, count: int) -> list[AuditEvent]:
        """Return the events of leaves `first` to `first + count`. Raises NotFound when one is missing."""
        ...

    async def inclusion(self, index: int, size: int | None) -> tuple[str, int, list[bytes]]:
        """Return a checkpoint, a size, and the proof that leaf `index` is in the tree of that size.

        Without a size: that of the checkpoint. Raises NotFound.
        """
        ...

    async def inclusions(self, indexes: Sequence[int], size: int) -> list[list[bytes]]:
        """Return the proof of each leaf for the tree of `size` leaves. Raises NotFound."""
        ...

    async def consistency(self, first: int, second: int) -> list[bytes]:
        """Return the proof that the tree of `first` leaves begins that of `second`. Raises NotFound."""
        ...


class Outbox(Protocol):
    """Keeps control actions until they are in the log."""

    async def add(self, action: ControlAction) -> None:
        """Store an action; durable on return."""
        ...

    async def waiting(self) -> list[tuple[str, ControlAction]]:
        """Return the oldest actions, each with its own key."""
        ...

    async def forget(self, keys: Sequence[str]) -> None:
        """Delete actions that are in the log."""
        ...
