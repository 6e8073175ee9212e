"""Event types and their hourly counts."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import Future

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import Row

from muster.core.counters import CountRequest, EventType, HourCount, TypeHour
from muster.errors import NotFound
from muster.failpoints import Reach, ignore
from muster.store.gather import Gather
from muster.store.relational.counter_group import add_group
from muster.store.relational.database import Relational
from muster.store.relational.schema import event_counts, event_types

ADD_BYTES = 400
"""What an addition counts against the queue's bound: a name, and the objects around it."""

PIECE_BYTES = 4 * 1024 * 1024


class RelationalCounters:
    """Implements `muster.core.counters.CounterStore`. `add` belongs to one event loop."""

    def __init__(
        self,
        relational: Relational,
        *,
        queue_bytes: int = 16 * 1024 * 1024,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        reach: Reach = ignore,
    ) -> None:
        self._relational = relational
        self._now_us = now_us
        self._reach = reach
        self._gather: Gather[CountRequest, bool] = Gather(
            self._submit, max_weight=queue_bytes, piece_weight=PIECE_BYTES
        )

    @property
    def waiting_bytes(self) -> int:
        """Bytes of additions that were not handed to the writer yet."""
        return self._gather.waiting_weight

    def add(self, request: CountRequest) -> Awaitable[bool]:
        """See `CounterStore`."""
        return self._gather.add(request, ADD_BYTES * len(request.adds))

    def _submit(self, requests: Sequence[CountRequest]) -> "Future[Sequence[bool | Exception]]":
        now_us = self._now_us()

        def work(connection: Connection) -> Sequence[bool | Exception]:
            outcomes = add_group(connection, requests, now_us)
            self._reach("server.count.before_commit")
            return outcomes

        written = self._relational.submit(
            work, size_bytes=ADD_BYTES * sum(len(request.adds) for request in requests)
        )
        written.add_done_callback(lambda _: self._reach("server.count.after_commit"))
        return written

    async def types(self) -> list[EventType]:
        """See `CounterStore`."""
        rows = await self._relational.read(lambda c: c.execute(select(event_types)).all())
        return sorted(map(_to_type, rows), key=lambda each: each.name)

    async def change_type(
        self, type_id: int, *, description: str | None = None, is_active: bool | None = None
    ) -> EventType:
        """See `CounterStore`."""
        given = {"description": description, "is_active": is_active}
        values = {name: value for name, value in given.items() if value is not None}
        at = event_types.c.id == type_id

        def work(connection: Connection) -> EventType:
            if values:
                connection.execute(update(event_types).where(at).values(values))
            row = connection.execute(select(event_types).where(at)).one_or_none()
            if row is None:
                raise NotFound(f"no event type {type_id}")
            return _to_type(row)

        return await self._relational.write(work)

    async def counts(self, first_hour: int, last_hour: int, *, limit: int) -> list[HourCount]:
        """See `CounterStore`."""
        query = (
            select(event_types.c.name, event_counts.c.hour, event_counts.c.count)
            .join(event_types, event_types.c.id == event_counts.c.event_type_id)
            .where(event_counts.c.hour.between(first_hour, last_hour))
            .limit(limit)
        )
        return await self._relational.read(lambda c: [HourCount(*row) for row in c.execute(query)])

    async def hours_of(self, name: str, first_hour: int, last_hour: int) -> Mapping[int, int]:
        """See `CounterStore`."""
        find = select(event_types.c.id).where(event_types.c.name == name)

        def work(connection: Connection) -> dict[int, int]:
            type_id = connection.execute(find).scalar()
            if type_id is None:
                raise NotFound(f"no event {name}")
            query = select(event_counts.c.hour, event_counts.c.count.label("times")).where(
                event_counts.c.event_type_id == type_id, event_counts.c.hour.between(first_hour, last_hour)
            )
            return {row.hour: row.times for row in connection.execute(query)}

        return await self._relational.read(work)

    async def hours_of_types(
        self, type_ids: Collection[int], first_hour: int, last_hour: int, *, limit: int
    ) -> list[TypeHour]:
        """See `CounterStore`."""
        query = (
            select(event_counts.c.event_type_id, event_counts.c.hour, event_counts.c.count)
            .where(
                event_counts.c.event_type_id.in_(type_ids), event_counts.c.hour.between(first_hour, last_hour)
            )
            .limit(limit)
        )
        return await self._relational.read(lambda c: [TypeHour(*row) for row in c.execute(query)])


def _to_type(row: Row[tuple[object, ...]]) -> EventType:
    return EventType(
        id=row.id,
        name=row.name,
        description=row.description,
        created_us=row.created_us,
        is_active=bool(row.is_active),
        total=row.total,
    )
