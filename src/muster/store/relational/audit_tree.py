"""The tree of the audit log as it is stored: complete tiles, and what its right edge is made from."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from muster.core.audit.times import to_text
from muster.core.audit.tree import HASH_BYTES, WIDTH, Edge, ReadTile, leaf_hash, load_edge, tile_width
from muster.errors import NotFound, Unavailable
from muster.model.audit import AuditEvent, Source, encode_leaf
from muster.store.relational.audit_schema import audit_events, audit_head, audit_sources, audit_tiles

Head = tuple[int, str, str]


def read_head(connection: Connection, *, lock: bool = False) -> Head:
    """Return size, origin and checkpoint; locked until the transaction ends."""
    query = select(audit_head.c.size, audit_head.c.origin, audit_head.c.checkpoint).where(
        audit_head.c.id == 1
    )
    size, origin, checkpoint = connection.execute(query.with_for_update() if lock else query).one()
    return size, origin, checkpoint


def read_events(connection: Connection, first: int, count: int) -> list[AuditEvent]:
    """Return the events of leaves from `first` on, as many as there are of `count`."""
    query = (
        select(
            audit_events.c.id,
            audit_events.c.ts_us,
            audit_sources.c.application,
            audit_sources.c.kind,
            audit_events.c.payload,
        )
        .join(audit_sources, audit_sources.c.id == audit_events.c.source_id)
        .where(audit_events.c.id.between(first + 1, first + count))
        .order_by(audit_events.c.id)
    )
    return [
        AuditEvent(event_id, ts_us, Source(application, kind), bytes(payload))
        for event_id, ts_us, application, kind, payload in connection.execute(query)
    ]


def leaf_of(event: AuditEvent) -> bytes:
    """Return the leaf of an event."""
    return encode_leaf(to_text(event.ts_us), event.source, event.payload)


def tile_reader(connection: Connection, size: int) -> ReadTile:
    """Return what reads tiles of a tree of `size` leaves. It raises NotFound for hashes it has not."""
    known: dict[tuple[int, int], list[bytes]] = {}

    def read(level: int, number: int, width: int) -> Sequence[bytes]:
        hashes = known.get((level, number))
        if hashes is None:
            whole = tile_width(size, level, number)
            hashes = known[level, number] = _read_tile(connection, level, number, whole)
        if len(hashes) < width:
            raise NotFound(f"the tree of {size} has no {width} hashes in tile {number} of level {level}")
        return hashes[:width]

    return read


def _read_tile(connection: Connection, level: int, number: int, width: int) -> list[bytes]:
    complete = select(audit_tiles.c.hashes).where(
        audit_tiles.c.level == level, audit_tiles.c.number == number
    )
    stored = connection.execute(complete).scalar()
    if stored is not None:
        hashes = split_hashes(bytes(stored))
    elif level == 0:
        hashes = [leaf_hash(leaf_of(event)) for event in read_events(connection, number * WIDTH, width)]
    else:
        first = number * WIDTH
        below = (
            select(audit_tiles.c.root)
            .where(audit_tiles.c.level == level - 1, audit_tiles.c.number.between(first, first + width - 1))
            .order_by(audit_tiles.c.number)
        )
        hashes = [bytes(root) for (root,) in connection.execute(below)]
    if len(hashes) < width:
        raise NotFound(f"the tree has no {width} hashes in tile {number} of level {level}")
    return hashes


def split_hashes(joined: bytes) -> list[bytes]:
    """Return hashes that were stored one after the other."""
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def read_edge(connection: Connection, size: int) -> Edge:
    """Return the right edge of the stored tree. Raises Unavailable when parts of it are missing."""
    try:
        return load_edge(size, tile_reader(connection, size))
    except NotFound as error:
        raise Unavailable(
            f"the audit log was changed behind the server's back: {error.message}; see `muster audit fsck`"
        ) from None
