"""Inventory: servers and descriptions of machines (source 2), current and over time."""

import enum
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, NewType, Protocol

import msgspec

from muster.core.ingest import BatchOutcome
from muster.model.batch import BatchKey
from muster.model.ids import AgentId
from muster.model.inventory import Disk, Inventory

RecordId = NewType("RecordId", int)
"""Given by the server to each server and each record, from 1 up, never twice."""

ACTIVE_US = 180 * 1_000_000
"""A server that reports by itself is active while its last report is younger than three intervals."""

BOOT_WOBBLE_S = 60
"""The time of the last boot is computed from the clock: this much difference is still the same boot."""

DISK_WOBBLE = 0.01
"""A disk whose size differs by this part is still the same."""

STEADY = (
    "hostname",
    "system",
    "user",
    "outside_address",
    "environment",
    "interfaces",
    "memory_total_bytes",
    "cpu_cores",
    "cpu_threads",
)
"""What of an inventory makes a version when it differs; the clock of a processor is not steady everywhere."""

UNKNOWN = (None, "")


class ServerFields(msgspec.Struct, frozen=True, kw_only=True):
    """What people and agents say of a server; `is_active` counts while nothing reports by itself."""

    name: str
    ip_address: str = "0.0.0.0"  # noqa: S104 the documented default, nobody listens there
    description: str = "no_description"
    is_active: bool = False


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A server. `is_active` is computed by `is_active`, `fields.is_active` is what was written."""

    id: RecordId
    fields: ServerFields
    is_active: bool
    agent_id: AgentId | None = None


class Foreign(msgspec.Struct, frozen=True, kw_only=True):
    """A machine in the words of a surface, which alone understands `body` (JSON).

    `hostname` links it to servers of that name, empty: to none. `steady_sha256` is the hash (64 hex
    digits) of the part that does not change by itself.
    """

    body: str
    hostname: str
    steady_sha256: str


Description = Inventory | Foreign


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The current description of one machine."""

    id: RecordId
    description: Description
    agent_id: AgentId | None = None


class Kind(enum.StrEnum):
    """What a version is a version of."""

    SERVER = "server"
    RECORD = "record"


class Change(enum.StrEnum):
    """What happened to a server or a record."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A server or a record as it was from `ts_us` (Unix microseconds) on, whole, and by whom.

    A deletion holds what was deleted.
    """

    id: int
    ts_us: int
    kind: Kind
    record_id: RecordId
    change: Change
    by: str
    document: ServerFields | Description


class ServerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which servers to list, by id. None: whatever it is; `limit` None: all of them."""

    name: str | None = None
    ip_address: str | None = None
    is_active: bool | None = None
    limit: int | None = None
    offset: int = 0


class InventoryBatch(msgspec.Struct, frozen=True):
    """Inventories of one agent, and the address it sent them from; `sha256` is 64 hex digits."""

    key: BatchKey
    sha256: str
    inventories: list[Inventory]
    address: str = ""


class InventoryStore(Protocol):
    """Keeps servers, records and their versions. All methods may run concurrently.

    A write and the versions it adds are one transaction, durable on return. `by` says who changes.
    A `change` is a pure function of what is stored; it may run more than once.
    """

    async def list_servers(self, query: ServerQuery) -> list[Server]:
        """Return servers by id."""
        ...

    async def find_server(self, server_id: RecordId) -> Server:
        """Return one server. Raises NotFound."""
        ...

    async def add_server(self, fields: ServerFields, by: str) -> Server:
        """Store a server, unless one of that name and address exists: that one is returned unchanged."""
        ...

    async def change_server(
        self, server_id: RecordId, change: Callable[[ServerFields], ServerFields], by: str
    ) -> Server:
        """Replace what is written of a server. Raises NotFound."""
        ...

    async def delete_server(self, server_id: RecordId, by: str) -> None:
        """Delete a server; its versions stay. Raises NotFound."""
        ...

    async def list_records(
        self, *, limit: int | None = None, after: int = 0, offset: int = 0
    ) -> list[Record]:
        """Return records by id, only those with an id above `after`."""
        ...

    async def find_record(self, record_id: RecordId) -> Record:
        """Return one record. Raises NotFound."""
        ...

    async def add_record(self, foreign: Foreign, by: str) -> Record:
        """Store a record; it counts as a report of its host."""
        ...

    async def change_record(
        self, record_id: RecordId, change: Callable[[Description], Foreign], by: str, *, is_report: bool
    ) -> Record:
        """Replace a record's description; `is_report`: its host reported. Raises NotFound."""
        ...

    async def delete_record(self, record_id: RecordId, by: str) -> None:
        """Delete a record; its versions stay. Raises NotFound."""
        ...

    async def versions(
        self, kind: Kind, record_id: RecordId, *, limit: int, before: int | None = None
    ) -> list[Version]:
        """Return versions, newest first, only those with an id below `before`."""
        ...

    async def version_at(self, kind: Kind, record_id: RecordId, ts_us: int) -> Version | None:
        """Return the version in force at a time, None when there was none yet."""
        ...

    async def of_agent(self, agent_id: AgentId) -> Inventory | None:
        """Return the newest inventory of an agent."""
        ...

    async def record_of(self, agent_id: AgentId) -> RecordId | None:
        """Return which record an agent feeds."""
        ...

    async def of_agents(self, agents: Collection[AgentId]) -> dict[AgentId, Inventory]:
        """Return the newest inventory of each of these agents that has one."""
        ...

    def submit_batch(self, batch: InventoryBatch, size_bytes: int) -> "Future[BatchOutcome]":
        """Store a batch once; the future ends when it is durable, with Conflict when it contradicts.

        The inventory with the newest `ts_us` becomes current and each steady change on the way a
        version; marks, rows and versions are one transaction. Raises Overloaded, Unavailable.
        """
        ...

    def prune(self, before_us: int) -> int:
        """Drop versions that were replaced before a time, return how many. Blocks."""
        ...


def is_active(written: bool, reported_us: int | None, now_us: int) -> bool:
    """Tell whether a server is active: by its last own report if there ever was one, else as written."""
    return written if reported_us is None else now_us - reported_us < ACTIVE_US


def is_steady(old: Description, new: Description) -> bool:
    """Tell whether nothing differs but what changes by itself, or could not be read once."""
    match old, new:
        case Inventory(), Inventory():
            known = ((getattr(old, name), getattr(new, name)) for name in STEADY)
            return (
                all(before == after or before in UNKNOWN or after in UNKNOWN for before, after in known)
                and abs(old.boot_time_s - new.boot_time_s) <= BOOT_WOBBLE_S
                and _has_same_disks(old.disks, new.disks)
            )
        case Foreign(), Foreign():
            return old.steady_sha256 == new.steady_sha256
    return False


def _has_same_disks(old: list[Disk] | None, new: list[Disk] | None) -> bool:
    """Compare what is mounted where; pools of disks differ in size a little each time."""
    if old is None or new is None:
        return True
    before = [(disk.device, disk.mountpoint, disk.file_system) for disk in old]
    after = [(disk.device, disk.mountpoint, disk.file_system) for disk in new]
    return before == after and all(
        abs(was.total_bytes - now.total_bytes) <= DISK_WOBBLE * was.total_bytes
        for was, now in zip(old, new, strict=True)
    )


class Difference(msgspec.Struct, frozen=True):
    """A place in a JSON document whose value differs; None where there is none."""

    path: str
    old: Any
    new: Any


def iter_differences(old: Any, new: Any, path: str = "") -> Iterator[Difference]:
    """Compare two JSON values place by place: objects by key, arrays by position."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            inner = f"{path}.{key}" if path and key.isidentifier() else f'{path}["{key}"]' if path else key
            yield from iter_differences(old.get(key), new.get(key), inner)
    elif _is_array(old) and _is_array(new):
        for index in range(max(len(old), len(new))):
            left, right = (side[index] if index < len(side) else None for side in (old, new))
            yield from iter_differences(left, right, f"{path}[{index}]")
    elif type(old) is not type(new) or old != new:
        yield Difference(path, old, new)


def _is_array(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
