"""The inventory store keeps its promises, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, text

from muster.core.ingest import BatchOutcome
from muster.core.inventory import (
    ACTIVE_US,
    Change,
    Foreign,
    InventoryBatch,
    Kind,
    RecordId,
    ServerFields,
    ServerQuery,
    is_steady,
)
from muster.core.storage import Dropped
from muster.errors import Conflict, NotFound
from muster.model.batch import INVENTORY, BatchKey
from muster.model.ids import AgentId, Epoch
from muster.model.inventory import Battery, Disk, Interface, Inventory
from muster.store.relational.database import Relational
from muster.store.relational.inventory import RelationalInventory
from muster.store.relational.inventory_versions import find_prunable
from muster.store.relational.marks import RelationalMarks

MINUTE_US = 60_000_000
START_US = 1_790_000_000_000_000
START_DAY = "2026-09-21"
AGENT, OTHER = AgentId("a" * 32), AgentId("b" * 32)
EPOCH = Epoch("e" * 32)


class Clock:
    def __init__(self) -> None:
        self.now_us = START_US

    def __call__(self) -> int:
        return self.now_us


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(relational: Relational, clock: Clock) -> RelationalInventory:
    return RelationalInventory(relational, now_us=clock)


def disk(**fields: Any) -> Disk:
    values: dict[str, Any] = {
        "device": "sda1",
        "mountpoint": "/",
        "file_system": "ext4",
        "total_bytes": 10**9,
        "used_bytes": 1,
    }
    return Disk(**(values | fields))


def inventory(ts_us: int = START_US, **fields: Any) -> Inventory:
    values: dict[str, Any] = {
        "hostname": "web1",
        "system": "Linux",
        "user": "root",
        "boot_time_s": 1_780_000_000,
        "interfaces": [Interface(name="eth0", is_up=True, mtu=1500, addresses=["10.0.0.5"])],
        "disks": [disk()],
        "memory_total_bytes": 8 * 2**30,
        "memory_used_bytes": 2**30,
        "load": (0.1, 0.2, 0.3),
    }
    return Inventory(ts_us=ts_us, **(values | fields))


def foreign(body: str = "{}", hostname: str = "old1", steady: str = "0") -> Foreign:
    return Foreign(body=body, hostname=hostname, steady_sha256=steady * 64)


def batch(sequence: int, *inventories: Inventory, sha256: str = "1" * 64, **fields: Any) -> InventoryBatch:
    key = BatchKey(fields.pop("agent_id", AGENT), INVENTORY, EPOCH, sequence)
    return InventoryBatch(key, sha256, list(inventories), address=fields.pop("address", "192.0.2.1"))


def stored(store: RelationalInventory, item: InventoryBatch) -> BatchOutcome:
    future: Future[BatchOutcome] = store.submit_batch(item, size_bytes=1000)
    return future.result(20)


def changes(store: RelationalInventory, kind: Kind, record_id: int = 1) -> list[tuple[Change, str]]:
    found = asyncio.run(store.versions(kind, RecordId(record_id), limit=100))
    return [(version.change, version.by) for version in found]


def test_a_server_is_added_changed_and_deleted_with_a_version_each(store: RelationalInventory) -> None:
    async def run() -> None:
        server = await store.add_server(ServerFields(name="a", ip_address="10.0.0.1"), "me")
        assert (server.id, server.is_active, server.agent_id) == (1, False, None)
        renamed = await store.change_server(
            server.id, lambda old: msgspec.structs.replace(old, name="b"), "you"
        )
        assert renamed.fields == ServerFields(name="b", ip_address="10.0.0.1")
        assert await store.find_server(server.id) == renamed
        await store.change_server(server.id, lambda old: old, "nobody")
        await store.delete_server(server.id, "me")
        with pytest.raises(NotFound):
            await store.find_server(server.id)
        versions = await store.versions(Kind.SERVER, server.id, limit=10)
        assert [(v.change, v.by, v.document.name) for v in versions] == [  # type: ignore[union-attr]
            (Change.DELETED, "me", "b"),
            (Change.CHANGED, "you", "b"),
            (Change.CREATED, "me", "a"),
        ]
        assert await store.versions(Kind.SERVER, server.id, limit=10, before=versions[1].id) == versions[2:]

    asyncio.run(run())


def test_ids_are_never_given_twice(store: RelationalInventory) -> None:
    async def run() -> None:
        first = await store.add_server(ServerFields(name="a"), "me")
        await store.delete_server(first.id, "me")
        assert (await store.add_server(ServerFields(name="a"), "me")).id > first.id
        record = await store.add_record(foreign(), "me")
        await store.delete_record(record.id, "me")
        assert (await store.add_record(foreign(), "me")).id > record.id

    asyncio.run(run())


def test_a_twin_is_not_added(store: RelationalInventory) -> None:
    async def run() -> None:
        fields = ServerFields(name="a", ip_address="10.0.0.1", description="first")
        first = await store.add_server(fields, "me")
        again = msgspec.structs.replace(fields, description="second")
        both = await asyncio.gather(*(store.add_server(again, "me") for _ in range(2)))
        assert both == [first, first]
        other = await store.add_server(msgspec.structs.replace(fields, ip_address="10.0.0.2"), "me")
        assert [s.id for s in await store.list_servers(ServerQuery())] == [first.id, other.id]
        assert len(await store.versions(Kind.SERVER, first.id, limit=10)) == 1

    asyncio.run(run())


def test_unknown_ids_are_not_found_and_leave_no_version(store: RelationalInventory) -> None:
    unknown = RecordId(2**63 - 1)
    attempts: list[Callable[[], Any]] = [
        lambda: store.find_server(unknown),
        lambda: store.change_server(unknown, lambda old: old, "me"),
        lambda: store.delete_server(unknown, "me"),
        lambda: store.find_record(unknown),
        lambda: store.change_record(unknown, lambda old: foreign(), "me", is_report=True),
        lambda: store.delete_record(unknown, "me"),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            asyncio.run(attempt())
    assert changes(store, Kind.SERVER, unknown) == changes(store, Kind.RECORD, unknown) == []


def test_filters_and_pages(store: RelationalInventory, clock: Clock) -> None:
    async def ids(**query: Any) -> list[int]:
        return [server.id for server in await store.list_servers(ServerQuery(**query))]

    async def run() -> None:
        for number in range(5):
            fields = ServerFields(name=f"n{number % 2}", ip_address=f"10.0.0.{number}", is_active=number == 4)
            await store.add_server(fields, "me")
        assert await ids() == [1, 2, 3, 4, 5]
        assert await ids(name="n1") == [2, 4]
        assert await ids(ip_address="10.0.0.2") == [3]
        assert await ids(is_active=True) == [5]
        assert await ids(is_active=False) == [1, 2, 3, 4]
        assert await ids(limit=2, offset=1) == [2, 3]
        assert await ids(offset=9) == []
        await store.add_record(foreign(hostname="n1"), "me")
        assert await ids(is_active=True) == [2, 4, 5]
        assert await ids(is_active=True, limit=1, offset=1) == [4]
        clock.now_us += ACTIVE_US
        assert await ids(is_active=True) == [5]
        for is_active in (True, False):
            found = await store.list_servers(ServerQuery(is_active=is_active))
            assert all(server.is_active is is_active for server in found)

    asyncio.run(run())


def test_activity_follows_the_reports_of_a_record_of_that_name(
    store: RelationalInventory, clock: Clock
) -> None:
    async def is_active() -> bool:
        return (await store.find_server(RecordId(1))).is_active

    async def run() -> None:
        await store.add_server(ServerFields(name="old1", is_active=True), "me")
        record = await store.add_record(foreign(), "me")
        clock.now_us += ACTIVE_US - 1
        assert await is_active()
        clock.now_us += 1
        assert not await is_active()
        await store.change_record(record.id, lambda old: foreign(), "me", is_report=False)
        assert not await is_active()
        await store.change_record(record.id, lambda old: foreign(), "me", is_report=True)
        assert await is_active()
        await store.change_record(record.id, lambda old: foreign(hostname="other"), "me", is_report=True)
        assert await is_active(), "nothing reports under its name any more: what was written counts"

    asyncio.run(run())


def test_a_record_gets_a_version_only_for_steady_changes(store: RelationalInventory) -> None:
    async def run() -> None:
        record = await store.add_record(foreign('{"load": 1}'), "me")
        same = await store.change_record(record.id, lambda old: foreign('{"load": 2}'), "me", is_report=True)
        assert same.description == foreign('{"load": 2}')
        assert len(await store.versions(Kind.RECORD, record.id, limit=10)) == 1
        await store.change_record(
            record.id, lambda old: foreign('{"cpu": 3}', steady="1"), "me", is_report=True
        )
        await store.delete_record(record.id, "me")
        versions = await store.versions(Kind.RECORD, record.id, limit=10)
        assert [version.change for version in versions] == [Change.DELETED, Change.CHANGED, Change.CREATED]
        assert versions[1].document == foreign('{"cpu": 3}', steady="1")

    asyncio.run(run())


def test_a_long_hostname_is_kept_but_links_to_nothing(store: RelationalInventory) -> None:
    record = asyncio.run(store.add_record(foreign('{"a":1}', hostname="x" * 100_000), "me"))
    assert record.description == foreign('{"a":1}', hostname="")


def test_records_are_paged(store: RelationalInventory) -> None:
    for _ in range(4):
        asyncio.run(store.add_record(foreign(), "me"))
    assert [r.id for r in asyncio.run(store.list_records(limit=2, offset=1))] == [2, 3]
    assert [r.id for r in asyncio.run(store.list_records(after=2))] == [3, 4]


def test_an_agents_batch_makes_a_server_and_a_record(store: RelationalInventory, clock: Clock) -> None:
    assert stored(store, batch(1, inventory())) == BatchOutcome(repeated=False, rows=1)
    (server,) = asyncio.run(store.list_servers(ServerQuery()))
    assert server.fields == ServerFields(
        name="web1", ip_address="192.0.2.1", description="Linux", is_active=True
    )
    assert (server.is_active, server.agent_id) == (True, AGENT)
    (record,) = asyncio.run(store.list_records())
    assert (record.description, record.agent_id) == (inventory(), AGENT)
    assert asyncio.run(store.of_agent(AGENT)) == inventory()
    assert asyncio.run(store.of_agent(OTHER)) is None
    assert asyncio.run(store.record_of(AGENT)) == record.id
    assert asyncio.run(store.record_of(OTHER)) is None
    by = f"agent {AGENT}"
    assert changes(store, Kind.SERVER) == changes(store, Kind.RECORD) == [(Change.CREATED, by)]
    clock.now_us += ACTIVE_US
    assert not asyncio.run(store.find_server(server.id)).is_active


def test_a_batch_is_stored_once(store: RelationalInventory, relational: Relational) -> None:
    first = batch(1, inventory(), inventory(START_US - 1, user="me"))
    stored(store, first)
    assert stored(store, first) == BatchOutcome(repeated=True, rows=2)
    with pytest.raises(Conflict) as refused:
        stored(store, batch(1, inventory(user="other"), sha256="2" * 64))
    assert refused.value.code == "sequence_conflict"
    stored(store, batch(3, inventory(START_US + 3)))
    assert stored(store, batch(2, inventory(START_US + 2))) == BatchOutcome(repeated=False, rows=1)
    assert stored(store, batch(2, inventory(START_US + 2))) == BatchOutcome(repeated=True, rows=1)
    (mark,) = asyncio.run(RelationalMarks(relational).marks_of_agent(AGENT))
    assert (mark.sequence, mark.gaps) == (3, ())
    assert len(asyncio.run(store.list_records())) == 1


def test_nothing_of_a_batch_is_stored_when_its_mark_is_not(
    store: RelationalInventory, relational: Relational
) -> None:
    def break_marks(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE stream_marks RENAME TO gone"))

    relational.write_now(break_marks)
    with pytest.raises(Exception, match="stream_marks"):
        stored(store, batch(1, inventory()))
    assert asyncio.run(store.list_servers(ServerQuery())) == []
    assert asyncio.run(store.list_records()) == []
    assert changes(store, Kind.RECORD) == []


def test_the_newest_inventory_is_current_and_each_steady_change_a_version(
    store: RelationalInventory, clock: Clock
) -> None:
    clock.now_us += 10 * MINUTE_US
    looks = [inventory(START_US + n * MINUTE_US, load=(n, n, n), user=f"u{n // 2}") for n in range(6)]
    stored(store, batch(1, *reversed(looks)))
    assert asyncio.run(store.of_agent(AGENT)) == looks[5]
    versions = asyncio.run(store.versions(Kind.RECORD, RecordId(1), limit=10))
    assert [version.document for version in versions] == [looks[4], looks[2], looks[0]]
    assert [version.ts_us for version in versions] == [looks[n].ts_us for n in (4, 2, 0)]
    for n, expected in ((-1, None), (0, looks[0]), (3, looks[2]), (9, looks[4])):
        found = asyncio.run(store.version_at(Kind.RECORD, RecordId(1), START_US + n * MINUTE_US))
        assert (found and found.document) == expected
    stored(store, batch(2, inventory(START_US, user="late")))
    assert asyncio.run(store.of_agent(AGENT)) == looks[5]
    assert len(changes(store, Kind.RECORD)) == 3


def test_a_clock_in_the_future_does_not_hold_back_what_comes_after(
    store: RelationalInventory, clock: Clock
) -> None:
    stored(store, batch(1, inventory(START_US * 4, user="future")))
    clock.now_us += MINUTE_US
    stored(store, batch(2, inventory(clock.now_us, user="now")))
    found = asyncio.run(store.of_agent(AGENT))
    assert found is not None
    assert found.user == "now"


def test_what_a_client_writes_over_an_agents_record_stays_until_its_next_inventory(
    store: RelationalInventory, clock: Clock
) -> None:
    stored(store, batch(1, inventory()))
    written = foreign('{"by": "hand"}', hostname="web1")
    asyncio.run(store.change_record(RecordId(1), lambda old: written, "me", is_report=True))
    assert asyncio.run(store.find_record(RecordId(1))).description == written
    assert asyncio.run(store.of_agent(AGENT)) == inventory()
    clock.now_us += MINUTE_US
    stored(store, batch(2, inventory(START_US + 1)))
    record = asyncio.run(store.find_record(RecordId(1)))
    assert (record.description, record.agent_id) == (inventory(START_US + 1), AGENT)
    by = f"agent {AGENT}"
    expected = [(Change.CHANGED, by), (Change.CHANGED, "me"), (Change.CREATED, by)]
    assert changes(store, Kind.RECORD) == expected


def test_an_agent_takes_over_the_rows_of_the_old_client_of_its_machine(store: RelationalInventory) -> None:
    fields = ServerFields(name="web1", ip_address="192.0.2.1", description="by hand")
    asyncio.run(store.add_server(fields, "me"))
    asyncio.run(store.add_record(foreign(hostname="web1"), "me"))
    stored(store, batch(1, inventory()))
    stored(store, batch(1, inventory(), agent_id=OTHER, address="192.0.2.2"))
    servers = asyncio.run(store.list_servers(ServerQuery()))
    assert [(s.id, s.agent_id, s.fields.ip_address) for s in servers] == [
        (1, AGENT, "192.0.2.1"),
        (2, OTHER, "192.0.2.2"),
    ]
    records = asyncio.run(store.list_records())
    assert [(r.id, r.agent_id) for r in records] == [(1, AGENT), (2, OTHER)]


@pytest.mark.parametrize(
    ("outside", "peer", "expected"),
    [
        ("203.0.113.9", "192.0.2.1", "203.0.113.9"),
        ("", "::ffff:192.0.2.1", "192.0.2.1"),
        ("not an address", "fe80::1%eth0", "fe80::1"),
        ("", "", "0.0.0.0"),
    ],
)
def test_the_address_of_an_agents_server(
    store: RelationalInventory, outside: str, peer: str, expected: str
) -> None:
    stored(store, batch(1, inventory(outside_address=outside), address=peer))
    assert asyncio.run(store.find_server(RecordId(1))).fields.ip_address == expected


def test_a_deleted_row_of_an_agent_comes_back_with_its_next_inventory(store: RelationalInventory) -> None:
    stored(store, batch(1, inventory()))
    asyncio.run(store.delete_server(RecordId(1), "me"))
    asyncio.run(store.delete_record(RecordId(1), "me"))
    stored(store, batch(2, inventory(START_US + 1)))
    assert [s.agent_id for s in asyncio.run(store.list_servers(ServerQuery()))] == [AGENT]
    assert [r.agent_id for r in asyncio.run(store.list_records())] == [AGENT]


def test_pruning_keeps_what_was_in_force_then(
    store: RelationalInventory, relational: Relational, clock: Clock
) -> None:
    async def run() -> None:
        for name in ("kept", "gone"):
            await store.add_record(foreign(hostname=name), "me")
        for step in range(1, 5):
            clock.now_us = START_US + step * MINUTE_US
            change = foreign(steady=str(step))
            await store.change_record(RecordId(1), lambda old, new=change: new, "me", is_report=True)  # type: ignore[misc]
        await store.delete_record(RecordId(2), "me")
        before = START_US + 2 * MINUTE_US + 1
        assert (await relational.read(lambda c: find_prunable(c, before))).rows == 2
        assert store.prune(before) == 2
        kept = await store.versions(Kind.RECORD, RecordId(1), limit=10)
        assert [version.ts_us for version in kept] == [START_US + n * MINUTE_US for n in (4, 3, 2)]
        in_force = await store.version_at(Kind.RECORD, RecordId(1), before)
        assert in_force is not None
        assert len(await store.versions(Kind.RECORD, RecordId(2), limit=10)) == 2
        found = await relational.read(lambda c: find_prunable(c, clock.now_us + 1))
        assert (found.rows, found.days) == (4, [START_DAY])
        assert found.stored_bytes > 0
        assert store.prune(clock.now_us + 1) == 4
        none = await relational.read(lambda c: find_prunable(c, clock.now_us + 1))
        assert none == Dropped(days=[], rows=0, stored_bytes=0)
        assert len(await store.versions(Kind.RECORD, RecordId(1), limit=10)) == 1
        assert await store.versions(Kind.RECORD, RecordId(2), limit=10) == []

    asyncio.run(run())


STEADY: list[tuple[dict[str, Any], bool]] = [
    ({"load": (9, 9, 9)}, True),
    ({"memory_used_bytes": 1, "memory_percent": 3.0}, True),
    ({"battery": Battery(percent=3)}, True),
    ({"cpu_mhz": 1234.5}, True),
    ({"boot_time_s": 1_780_000_001}, True),
    ({"utc_offset_s": 3600}, True),
    ({"interfaces": None}, True),
    ({"disks": None}, True),
    ({"disks": [disk(used_bytes=9)]}, True),
    ({"disks": [disk(total_bytes=10**9 + 1)]}, True),
    ({"disks": [disk(total_bytes=2 * 10**9)]}, False),
    ({"disks": [disk(mountpoint="/srv")]}, False),
    ({"disks": []}, False),
    ({"interfaces": []}, False),
    ({"boot_time_s": 1_780_009_999}, False),
    ({"memory_total_bytes": 1}, False),
    ({"hostname": "web2"}, False),
    ({"user": "you"}, False),
    ({"environment": {"LANG": "C"}}, False),
]


@pytest.mark.parametrize(("fields", "expected"), STEADY, ids=[next(iter(fields)) for fields, _ in STEADY])
def test_what_changes_by_itself_is_no_change(fields: dict[str, Any], expected: bool) -> None:
    assert is_steady(inventory(), inventory(**fields)) is expected
