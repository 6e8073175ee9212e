"""High-water marks of the streams of agents."""

import secrets
from collections.abc import Callable, Collection, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.engine import Row

from muster.model.ids import AgentId, Epoch, StreamName
from muster.model.mark import Mark, Window
from muster.store.relational.database import Relational
from muster.store.relational.sample_windows import touch_windows
from muster.store.relational.schema import stream_marks

KEY = ("agent_id", "stream", "epoch")

_gaps = msgspec.json.Decoder(tuple[tuple[int, int], ...])


class RelationalMarks:
    """Implements `muster.core.ingest.MarkStore`."""

    def __init__(
        self, relational: Relational, *, new_revision: Callable[[], int] = lambda: secrets.randbits(62)
    ) -> None:
        self._relational = relational
        self._new_revision = new_revision

    def load_mark(self, agent_id: AgentId, stream: StreamName, epoch: Epoch) -> Mark | None:
        """See `MarkStore`."""
        return self._relational.read_now(lambda c: read_mark(c, agent_id, stream, epoch))

    def save_marks(self, marks: Sequence[Mark], windows: Collection[Window] = ()) -> None:
        """See `MarkStore`."""
        if not marks:
            return

        def work(connection: Connection) -> None:
            put_marks(connection, marks)
            touch_windows(connection, windows, self._new_revision())

        self._relational.write_now(work)

    async def marks_of_agent(self, agent_id: AgentId) -> list[Mark]:
        """See `MarkStore`."""
        query = select(stream_marks).where(stream_marks.c.agent_id == agent_id)
        return [_to_mark(row) for row in await self._relational.read(lambda c: c.execute(query).all())]


def read_mark(connection: Connection, agent_id: AgentId, stream: StreamName, epoch: Epoch) -> Mark | None:
    """Return the mark of an epoch as a transaction sees it, None when there is none."""
    query = select(stream_marks).where(
        stream_marks.c.agent_id == agent_id,
        stream_marks.c.stream == stream,
        stream_marks.c.epoch == epoch,
    )
    row = connection.execute(query).one_or_none()
    return _to_mark(row) if row is not None else None


def put_marks(connection: Connection, marks: Sequence[Mark]) -> None:
    """Insert or replace marks inside a transaction."""
    rows = [
        msgspec.structs.asdict(mark) | {"gaps": msgspec.json.encode(mark.gaps).decode()} for mark in marks
    ]
    keys = [{f"at_{name}": row[name] for name in KEY} for row in rows]
    same = [stream_marks.c[name] == bindparam(f"at_{name}") for name in KEY]
    connection.execute(delete(stream_marks).where(*same), keys)
    connection.execute(insert(stream_marks), rows)


def _to_mark(row: Row[tuple[object, ...]]) -> Mark:
    return Mark(
        agent_id=row.agent_id,
        stream=row.stream,
        epoch=row.epoch,
        sequence=row.sequence,
        sha256=row.sha256,
        gaps=_gaps.decode(row.gaps),
    )
