"""Counters: how often each event happened in each hour."""

import datetime
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from muster.errors import InvalidInput
from muster.model.idempotency import IdempotencyKey

HOUR_S = 3600
HOUR_US = HOUR_S * 1_000_000
DAY_HOURS = 24
MAX_NAME_BYTES = 255
MAX_ADD = 1_000_000_000
"""One addition is at most this."""

MAX_TOTAL = 2**63 - 1
MAX_DESCRIPTION = 1000


class Add(NamedTuple):
    """An event happened so many `times` in the hour that begins `hour` hours after 1970."""

    name: str
    hour: int
    times: int


class CountRequest(NamedTuple):
    """Additions that are stored together or not at all; with a key, once."""

    adds: Sequence[Add]
    key: IdempotencyKey | None = None


class EventType(msgspec.Struct, frozen=True, kw_only=True):
    """A name that was counted; an inactive one takes no more. Times in Unix microseconds."""

    id: int
    name: str
    description: str
    created_us: int
    is_active: bool
    total: int


class HourCount(NamedTuple):
    """How often an event happened in an hour (hours since 1970)."""

    name: str
    hour: int
    times: int


class TypeHour(NamedTuple):
    """How often the event of a type happened in an hour (hours since 1970)."""

    type_id: int
    hour: int
    times: int


class CounterStore(Protocol):
    """Keeps event types and hourly counts. All methods may run concurrently."""

    def add(self, request: CountRequest) -> Awaitable[bool]:
        """Add; durable when it ends with whether a name was new.

        It ends with Forbidden when a type is inactive, Conflict when a total would exceed `MAX_TOTAL`,
        InvalidInput when the key was used for another request; raises Overloaded, Unavailable. A
        request with a key that was answered gets the same answer.
        """
        ...

    async def types(self) -> list[EventType]:
        """Return every type by name (order of code points)."""
        ...

    async def change_type(
        self, type_id: int, *, description: str | None = None, is_active: bool | None = None
    ) -> EventType:
        """Replace what is not None. Raises NotFound."""
        ...

    async def counts(self, first_hour: int, last_hour: int, *, limit: int) -> list[HourCount]:
        """Return at most `limit` counts of these hours, both included, in no order."""
        ...

    async def hours_of(self, name: str, first_hour: int, last_hour: int) -> Mapping[int, int]:
        """Return the counts of one event by hour. Raises NotFound when there is no such type."""
        ...

    async def hours_of_types(
        self, type_ids: Collection[int], first_hour: int, last_hour: int, *, limit: int
    ) -> list[TypeHour]:
        """Return at most `limit` counts of these types and hours, both included, in no order."""
        ...


class Counters:
    """Counts events. `zone` is the time zone in which hours and days are asked for."""

    def __init__(
        self,
        store: CounterStore,
        *,
        zone: Callable[[], datetime.tzinfo],
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self.store = store
        self.zone = zone
        self._now_us = now_us

    def add(self, name: str, times: int = 1, key: IdempotencyKey | None = None) -> Awaitable[bool]:
        """Count an event in this hour. Ends and raises as `CounterStore.add`."""
        return self.store.add(CountRequest((Add(name, self.this_hour, times),), key))

    def add_all(self, adds: Sequence[Add], key: IdempotencyKey | None = None) -> Awaitable[bool]:
        """Count several, all or none. Ends and raises as `CounterStore.add`."""
        return self.store.add(CountRequest(adds, key))

    @property
    def this_hour(self) -> int:
        """The current hour."""
        return self._now_us() // HOUR_US

    async def span(self, first: datetime.datetime, last: datetime.datetime, *, limit: int) -> list[HourCount]:
        """Return the counts of local hours, both included, by name, then hour.

        Raises InvalidInput when there are more than `limit`.
        """
        zone = self.zone()
        found = await self.store.counts(to_hour(first, zone), to_hour(last, zone, fold=1), limit=limit + 1)
        if len(found) > limit:
            raise InvalidInput(f"more than {limit} counts; ask for less time", field="end_date")
        return sorted(found)

    async def day(self, name: str, date: datetime.date) -> list[int]:
        """Return 24 counts of a local day; an hour that the clock repeats holds both. Raises NotFound."""
        zone = self.zone()
        first, last = (datetime.datetime.combine(date, datetime.time(hour)) for hour in (0, DAY_HOURS - 1))
        by_hour = await self.store.hours_of(name, to_hour(first, zone), to_hour(last, zone, fold=1))
        counts = [0] * DAY_HOURS
        for hour, times in by_hour.items():
            counts[local_hour(hour, zone).hour] += times
        return counts


def parse_event_name(text: str) -> str:
    """Return an event's name.

    Raises InvalidInput unless it has 1-255 bytes of UTF-8 without U+0000 and no segment `.` or `..`,
    which clients remove from paths.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise InvalidInput("expected UTF-8", field="event") from None
    if not 1 <= size <= MAX_NAME_BYTES:
        raise InvalidInput(f"expected 1-{MAX_NAME_BYTES} bytes, got {size}", field="event")
    if "\0" in text:
        raise InvalidInput("U+0000 cannot be stored", field="event")
    if "." in text and not {".", ".."}.isdisjoint(text.split("/")):
        raise InvalidInput("a segment of a name cannot be . or ..", field="event")
    return text


def parse_description(text: str) -> str:
    """Return a type's description. Raises InvalidInput beyond 1000 characters, or for U+0000."""
    if len(text) > MAX_DESCRIPTION or "\0" in text:
        raise InvalidInput(f"expected at most {MAX_DESCRIPTION} characters, none U+0000", field="description")
    return text


def to_hour(local: datetime.datetime, zone: datetime.tzinfo, *, fold: int = 0) -> int:
    """Return the hour (since 1970) of a local time; `fold` 1 means the second one where two are alike."""
    return int(local.replace(tzinfo=zone, fold=fold).timestamp() // HOUR_S)


def local_hour(hour: int, zone: datetime.tzinfo) -> datetime.datetime:
    """Return the local time at which an hour begins."""
    return datetime.datetime.fromtimestamp(hour * HOUR_S, zone)
