"""High-water marks of the streams of agents."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.engine import Row

from muster.model.ids import AgentId, Epoch, StreamName
from muster.model.mark import Mark
from muster.store.relational.database import Relational
from muster.store.relational.schema import stream_marks

KEY = ("agent_id", "stream", "epoch")

_gaps = msgspec.json.Decoder(tuple[tuple[int, int], ...])


class RelationalMarks:
    """Implements `muster.core.ingest.MarkStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    def load_mark(self, agent_id: AgentId, stream: StreamName, epoch: Epoch) -> Mark | None:
        """See `MarkStore`."""
        query = select(stream_marks).where(
            stream_marks.c.agent_id == agent_id,
            stream_marks.c.stream == stream,
            stream_marks.c.epoch == epoch,
        )
        row = self._relational.read_now(lambda c: c.execute(query).one_or_none())
        return _to_mark(row) if row is not None else None

    def save_marks(self, marks: Sequence[Mark]) -> None:
        """See `MarkStore`."""
        if not marks:
            return
        rows = [
            msgspec.structs.asdict(mark) | {"gaps": msgspec.json.encode(mark.gaps).decode()} for mark in marks
        ]
        keys = [{f"at_{name}": row[name] for name in KEY} for row in rows]

        def work(connection: Connection) -> None:
            same = [stream_marks.c[name] == bindparam(f"at_{name}") for name in KEY]
            connection.execute(delete(stream_marks).where(*same), keys)
            connection.execute(insert(stream_marks), rows)

        self._relational.write_now(work)

    async def marks_of_agent(self, agent_id: AgentId) -> list[Mark]:
        """See `MarkStore`."""
        query = select(stream_marks).where(stream_marks.c.agent_id == agent_id)
        return [_to_mark(row) for row in await self._relational.read(lambda c: c.execute(query).all())]


def _to_mark(row: Row[tuple[object, ...]]) -> Mark:
    return Mark(
        agent_id=row.agent_id,
        stream=row.stream,
        epoch=row.epoch,
        sequence=row.sequence,
        sha256=row.sha256,
        gaps=_gaps.decode(row.gaps),
    )
