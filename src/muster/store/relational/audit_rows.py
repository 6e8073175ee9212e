"""Rows of events into the database: one statement for all of a group, so that nothing waits in between.

A driver that is handed row after row takes and gives back the interpreter's lock for each, and stands
behind whatever else runs every time: beside one busy thread that is a hundred times slower (ADR 0010).
"""

import itertools
import struct
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from muster.core.audit.ports import Payload
from muster.core.audit.tree import Tile

_INSERT = (
    "INSERT INTO audit_events (id, ts_us, source_id, payload) "
    "SELECT ? + key, json_extract(value, '$[0]'), json_extract(value, '$[1]'), "
    "substr(?, json_extract(value, '$[2]'), json_extract(value, '$[3]')) FROM json_each(?)"
)
_COPY = "COPY audit_events (id, ts_us, source_id, payload) FROM STDIN (FORMAT BINARY)"
_COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_ROW = struct.Struct(">hiqiqiii")
_COPY_TAIL = b"\xff\xff"


class EventRows(NamedTuple):
    """Events in the order of their ids, a column each."""

    ts_us: Sequence[int]
    source_ids: Sequence[int]
    payloads: Sequence[Payload]
    lengths: Sequence[int]


def insert_events(connection: Connection, first_id: int, rows: EventRows) -> None:
    """Insert events with ids that rise from `first_id`."""
    if connection.dialect.name == "sqlite":
        offsets = itertools.accumulate(rows.lengths, initial=1)
        places = list(zip(rows.ts_us, rows.source_ids, offsets, rows.lengths, strict=False))
        body = b"".join(rows.payloads)
        connection.exec_driver_sql(_INSERT, (first_id, body, msgspec.json.encode(places).decode()))
        return
    pack = _COPY_ROW.pack
    parts = [_COPY_HEAD]
    for row_id, (ts_us, source_id, payload, length) in enumerate(zip(*rows, strict=True), first_id):
        parts += (pack(4, 8, row_id, 8, ts_us, 4, source_id, length), payload)
    parts.append(_COPY_TAIL)
    with connection.connection.cursor() as cursor, cursor.copy(_COPY) as copy:  # type: ignore[attr-defined]
        copy.write(b"".join(parts))


def insert_tiles(connection: Connection, tiles: Sequence[Tile]) -> None:
    """Insert complete tiles."""
    place = "?" if connection.dialect.name == "sqlite" else "%s"
    values = ", ".join([place] * 4)
    connection.exec_driver_sql(
        f"INSERT INTO audit_tiles (level, number, hashes, root) VALUES ({values})",  # noqa: S608 places only
        [(tile.level, tile.number, b"".join(tile.hashes), tile.root) for tile in tiles],
    )
