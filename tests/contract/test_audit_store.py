"""The audit log keeps its promises, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from muster.core.audit.control import drain
from muster.core.audit.events import make_batch
from muster.core.audit.fsck import Finding, check_log
from muster.core.audit.note import Checkpoint, Signer, read_checkpoint
from muster.core.audit.ports import Appended, AuditBatch, Page, Question
from muster.core.audit.proofs import is_consistent, is_included
from muster.core.audit.times import to_text
from muster.core.audit.tree import EMPTY_ROOT, leaf_hash
from muster.errors import InvalidInput, NotFound, SettingsError, Unavailable
from muster.failpoints import Reach, ignore
from muster.model.audit import ControlAction, Source
from muster.model.idempotency import IdempotencyKey
from muster.settings import CommitSettings
from muster.store.relational import audit_pages
from muster.store.relational.audit import AuditTable, log_origin, open_audit_database
from muster.store.relational.audit_check import RelationalStoredLog
from muster.store.relational.audit_schema import metadata
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.migrate import AUDIT, migrate
from muster.store.relational.outbox import RelationalOutbox

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
START_US = 1_700_000_000 * SECOND_US
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PLAIN = Source("app", "Kind")
SIGNER = Signer("test.example/audit", KEY)

Open = Callable[..., AuditTable]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def dsn(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_dsn"))


@pytest.fixture
def database(dsn: str, tmp_path: Path) -> Iterator[Relational]:
    """An empty log at this version's schema."""
    if dsn:
        blank = open_relational(dsn, tmp_path)
        blank.write_now(lambda c: c.execute(text("DROP SCHEMA public CASCADE")) and None)
        blank.write_now(lambda c: c.execute(text("CREATE SCHEMA public")) and None)
        blank.close()
    relational = open_audit_database(dsn, tmp_path)
    yield relational
    relational.close()


@pytest.fixture
def clock() -> list[int]:
    return [START_US]


@pytest.fixture
def open_log(database: Relational, dsn: str, tmp_path: Path, clock: list[int]) -> Iterator[Open]:
    """Open the log anew, as another process would."""
    opened: list[AuditTable] = []

    def open_one(reach: Reach = ignore, signer: Signer = SIGNER) -> AuditTable:
        table = AuditTable(
            open_audit_database(dsn, tmp_path), signer, CommitSettings(), now_us=lambda: clock[0], reach=reach
        )
        opened.append(table)
        table.sign_head()
        return table

    yield open_one
    for table in opened:
        table.close()


@pytest.fixture
def log(open_log: Open) -> AuditTable:
    return open_log()


def batch(*payloads: bytes, source: Source = PLAIN, ts_us: Sequence[int] = ()) -> AuditBatch:
    times = list(ts_us) or [START_US + at for at in range(len(payloads))]
    return make_batch(times, list(map(to_text, times)), [source] * len(payloads), payloads)


def numbered(count: int, first: int = 0, **options: object) -> AuditBatch:
    return batch(*(b"%d" % at for at in range(first, first + count)), **options)  # type: ignore[arg-type]


def add(log: AuditTable, events: AuditBatch, once: IdempotencyKey | None = None) -> Appended:
    return log.submit(events, once=once).result(30)


def page(log: AuditTable, **filters: object) -> Page:
    return asyncio.run(log.page(Question(**({"limit": 10} | filters))))  # type: ignore[arg-type]


def payloads(found: Page) -> list[bytes]:
    return [event.payload for event in found.events]


def signed(log: AuditTable) -> Checkpoint:
    return SIGNER.verifier.verify(asyncio.run(log.checkpoint()))


def finding(database: Relational, kept: Checkpoint | None = None) -> Finding | None:
    return database.read_now(lambda c: check_log(RelationalStoredLog(c), SIGNER.verifier, kept))


def test_the_revisions_make_the_tables_of_the_schema(database: Relational) -> None:
    options = {"version_table": AUDIT.version_table}
    migrated = database.read_now(
        lambda c: compare_metadata(MigrationContext.configure(c, opts=options), metadata)
    )
    assert migrated == []
    assert migrate(database, AUDIT).is_current


def test_both_chains_live_in_one_database(database: Relational, dsn: str, tmp_path: Path) -> None:
    main = open_relational(dsn, tmp_path)
    migrate(main)
    assert migrate(main).is_current
    assert migrate(database, AUDIT).is_current
    main.close()


def test_a_command_makes_no_log(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no Muster data"):
        open_audit_database("", tmp_path / "typo", create=False)
    assert not (tmp_path / "typo").exists()


def test_a_new_log_has_a_signed_empty_head(log: AuditTable, database: Relational) -> None:
    assert signed(log) == ("test.example/audit", 0, EMPTY_ROOT)
    assert finding(database) is None
    assert page(log) == Page([], None)


def test_events_come_back_byte_for_byte_the_newest_first(log: AuditTable) -> None:
    odd = [b'{ "a" :1.0e2,\n"b":[ ]}', b"null", b'"\xc3\xa9\\u00e9"', b'{"a":1,"a":2}', b"1e400"]
    assert add(log, batch(*odd)) == Appended(0, 5)
    found = page(log)
    assert payloads(found) == odd[::-1]
    assert [event.id for event in found.events] == [5, 4, 3, 2, 1]
    assert found.next_before == 1
    assert not found.ran_out_of_time
    assert page(log, before=1) == Page([], None)


def test_a_search_that_stops_before_its_end_says_so(log: AuditTable, monkeypatch: pytest.MonkeyPatch) -> None:
    add(log, batch(*(str(number).encode() for number in range(8))))
    monkeypatch.setattr(audit_pages, "FIRST_WINDOW", 2)
    monkeypatch.setattr(audit_pages, "SEARCH_S", -1)
    found = page(log, text="6")
    assert (payloads(found), found.next_before, found.ran_out_of_time) == ([b"6"], 7, True)
    for goes_on_at in (5, 3):
        found = page(log, text="0", before=found.next_before)
        assert (payloads(found), found.next_before, found.ran_out_of_time) == ([], goes_on_at, True)
    found = page(log, text="0", before=found.next_before)
    assert (payloads(found), found.next_before, found.ran_out_of_time) == ([b"0"], 1, False)


def test_an_event_is_in_the_tree_when_it_is_answered(log: AuditTable) -> None:
    for first in range(0, 600, 60):
        events = numbered(60, first)
        appended = add(log, events)
        checkpoint = signed(log)
        assert (appended.first, checkpoint.size) == (first, first + 60)
        _, size, proof = asyncio.run(log.inclusion(first + 7, None))
        assert is_included(events.leaf_hashes[7], first + 7, size, proof, checkpoint.root)


def test_the_log_is_only_appended_to(log: AuditTable) -> None:
    checkpoints = [signed(log)]
    for count in (1, 255, 1, 300, 65):
        add(log, numbered(count))
        checkpoints.append(signed(log))
    for early in checkpoints:
        for late in checkpoints[checkpoints.index(early) :]:
            proof = asyncio.run(log.consistency(early.size, late.size))
            assert is_consistent(early.size, late.size, early.root, late.root, proof)


def test_a_log_goes_on_after_a_restart(open_log: Open, database: Relational) -> None:
    for first, count in ((0, 255), (255, 2), (257, 600)):
        assert add(open_log(), numbered(count, first)).first == first
        assert finding(database) is None


def test_two_servers_on_one_database_grow_one_tree(open_log: Open, database: Relational) -> None:
    logs = [open_log(), open_log()]
    futures = [logs[number % 2].submit(numbered(7, number * 7)) for number in range(60)]
    places = sorted(future.result(60).first for future in futures)
    assert places == list(range(0, 420, 7))
    assert finding(database) is None
    assert signed(logs[0]) == signed(logs[1])


def test_a_group_that_fails_leaves_nothing(open_log: Open, database: Relational) -> None:
    fails = [True]

    def reach(name: str) -> None:
        if name == "server.audit.before_commit" and fails[0]:
            raise OSError("no space left on device")

    log = open_log(reach)
    with pytest.raises(OSError, match="no space"):
        add(log, numbered(300))
    assert signed(log).size == 0
    fails[0] = False
    assert add(log, numbered(300)).first == 0
    assert finding(database) is None


def test_a_repeat_with_the_key_is_not_stored_again(log: AuditTable, clock: list[int]) -> None:
    key = IdempotencyKey("audit", "a", bytes(32))
    other = IdempotencyKey("audit", "a", bytes(31) + b"1")
    add(log, numbered(3))
    assert add(log, numbered(2), key) == Appended(3, 2)
    assert add(log, numbered(2), key) == Appended(3, 2, repeated=True)
    with pytest.raises(InvalidInput, match="another request"):
        add(log, numbered(2), other)
    assert signed(log).size == 5
    clock[0] += DAY_US + 1
    assert add(log, numbered(2), other) == Appended(5, 2)


def test_repeats_that_wait_together_are_stored_once(open_log: Open) -> None:
    log, key = open_log(), IdempotencyKey("audit", "a", bytes(32))
    futures = [log.submit(numbered(2), once=key) for _ in range(20)]
    outcomes = [future.result(30) for future in futures]
    assert {outcome.first for outcome in outcomes} == {0}
    assert sum(not outcome.repeated for outcome in outcomes) == 1
    assert signed(log).size == 2


def test_pages_by_application_kind_time_and_text(log: AuditTable) -> None:
    for number in range(700):
        application, kind = ("odd" if number % 2 else "even"), f"K{number % 3}"
        times = [START_US + number * SECOND_US]
        log.submit(numbered(1, number, source=Source(application, kind), ts_us=times))
    add(log, batch(b'{"who":"\\u00e9va \\"x\\""}', source=Source("rare", "K0"), ts_us=[START_US]))

    assert payloads(page(log, application="odd", limit=3)) == [b"699", b"697", b"695"]
    assert payloads(page(log, application="odd", kind="K1", limit=2)) == [b"697", b"691"]
    assert payloads(page(log, kind="K2", before=10)) == [b"8", b"5", b"2"]
    assert page(log, application="nobody") == Page([], None)
    between = {"from_us": START_US + 100 * SECOND_US, "to_us": START_US + 103 * SECOND_US}
    assert payloads(page(log, **between)) == [b"102", b"101", b"100"]
    assert payloads(page(log, **between, application="even")) == [b"102", b"100"]
    assert payloads(page(log, text="37", before=380)) == [b"%d" % n for n in (*range(378, 369, -1), 337)]
    assert payloads(page(log, text="699")) == [b"699"]
    for words in ("éva", "\\u00e9va", '"x"', "who"):
        assert [event.source.application for event in page(log, text=words).events] == ["rare"]
    assert page(log, text="ÉVA").events == []


def test_an_event_that_comes_late_is_found_by_its_time(log: AuditTable) -> None:
    add(log, numbered(600))
    add(log, batch(b'"late"', ts_us=[START_US - DAY_US]))
    add(log, numbered(600, 600))
    found = page(log, from_us=START_US - 2 * DAY_US, to_us=START_US - SECOND_US)
    assert payloads(found) == [b'"late"']


def test_control_events_are_only_for_those_who_ask(log: AuditTable) -> None:
    add(log, numbered(2, source=Source("muster", "TokenCreated")))
    add(log, numbered(1))
    assert len(page(log).events) == 1
    assert len(page(log, kind="TokenCreated").events) == 0
    assert len(page(log, application="muster").events) == 0
    assert len(page(log, application="muster", with_control=True).events) == 2
    assert len(page(log, with_control=True).events) == 3


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(size=st.integers(1, 7), inserts=st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_pages_are_stable_while_events_come_in(log: AuditTable, size: int, inserts: list[int]) -> None:
    """Whoever follows `next_before` sees every event of the first page's moment once, in order."""
    mine = Source("paged", "K")
    add(log, numbered(sum(inserts) + 1, source=mine))
    before = signed(log).size
    expected = [event.id for event in page(log, limit=1000, before=before + 1, application="paged").events]
    seen: list[int] = []
    token: int | None = before + 1
    rounds = iter(inserts)
    while token is not None:
        found = page(log, limit=size, before=token, application=mine.application)
        seen += [event.id for event in found.events]
        token = found.next_before
        if count := next(rounds, 0):
            add(log, numbered(count, source=mine))
    assert seen == expected
    assert seen == sorted(set(seen), reverse=True)


def test_tiles_are_those_of_the_leaves(log: AuditTable) -> None:
    events = numbered(600)
    add(log, events)
    joined = b"".join(events.leaf_hashes)
    assert asyncio.run(log.tile(0, 0, 256)) == joined[: 256 * 32]
    assert asyncio.run(log.tile(0, 2, 88)) == joined[512 * 32 :]
    assert asyncio.run(log.tile(0, 1, 3)) == joined[256 * 32 : 259 * 32]
    assert len(asyncio.run(log.tile(1, 0, 2))) == 64
    for wrong in ((0, 2, 89), (0, 3, 1), (1, 0, 3), (2, 0, 1), (7, 0, 1)):
        with pytest.raises(NotFound):
            asyncio.run(log.tile(*wrong))


def test_questions_beyond_the_log_are_not_found(log: AuditTable) -> None:
    add(log, numbered(3))
    for work in (log.inclusion(3, None), log.inclusion(0, 4), log.consistency(1, 4), log.events(2, 2)):
        with pytest.raises(NotFound):
            asyncio.run(work)  # type: ignore[arg-type]


def test_a_head_of_another_key_is_signed_anew(open_log: Open, database: Relational) -> None:
    add(open_log(), numbered(5))
    assert log_origin(database) == SIGNER.origin
    other = Signer("new.example/audit", Ed25519PrivateKey.generate())
    again = open_log(signer=other)
    checkpoint = other.verifier.verify(asyncio.run(again.checkpoint()))
    assert (checkpoint.origin, checkpoint.size) == ("new.example/audit", 5)


# What is done behind the server's back, to a log of 700 events, and the first index that is wrong.
TAMPERED = [
    ("UPDATE audit_events SET payload = {hex} WHERE id = 300", 299),
    ("UPDATE audit_events SET payload = {hex} WHERE id = 699", 698),
    ("UPDATE audit_events SET ts_us = ts_us + 1 WHERE id = 1", 0),
    ("UPDATE audit_events SET source_id = 2 WHERE id = 257", 256),
    ("UPDATE audit_sources SET application = 'forged' WHERE id = 2", 650),
    ("DELETE FROM audit_events WHERE id = 300", 299),
    ("DELETE FROM audit_events WHERE id = 1", 0),
    ("DELETE FROM audit_events WHERE id = 700", 699),
    ("DELETE FROM audit_events WHERE id > 512", 512),
    ("DELETE FROM audit_events", 0),
    (
        "UPDATE audit_events SET id = -id WHERE id IN (20, 40); "
        "UPDATE audit_events SET id = 60 + id WHERE id IN (-20, -40)",
        19,
    ),
    ("DELETE FROM audit_events WHERE id = 50; UPDATE audit_events SET id = id - 1 WHERE id > 50", 49),
    ("UPDATE audit_head SET size = 512; DELETE FROM audit_events WHERE id > 512", 512),
    ("INSERT INTO audit_events SELECT 701, ts_us, source_id, payload FROM audit_events WHERE id = 1", 700),
    ("UPDATE audit_tiles SET root = {zeros} WHERE level = 0 AND number = 1", 256),
    ("DELETE FROM audit_tiles WHERE level = 0 AND number = 1", 256),
]


@pytest.mark.parametrize(("change", "index"), TAMPERED)
def test_what_was_changed_behind_the_back_is_named(
    log: AuditTable, database: Relational, change: str, index: int
) -> None:
    add(log, numbered(650))
    add(log, numbered(50, 650, source=Source("second", "Kind")))
    assert finding(database) is None
    _tamper(database, change)
    found = finding(database)
    assert found is not None, "nothing was found"
    assert found.index == index, found


@pytest.mark.parametrize("change", ["UPDATE audit_events SET payload = {hex} WHERE id = 699", TAMPERED[7][0]])
def test_nothing_is_appended_to_a_changed_edge(
    open_log: Open, log: AuditTable, database: Relational, change: str
) -> None:
    add(log, numbered(700))
    _tamper(database, change)
    with pytest.raises(Unavailable, match="fsck"):
        add(open_log(), numbered(1))


def test_a_log_set_back_is_found_by_a_checkpoint_that_was_kept(log: AuditTable, database: Relational) -> None:
    add(log, numbered(512))
    old = database.read_now(lambda c: c.execute(text("SELECT checkpoint FROM audit_head")).scalar())
    add(log, numbered(100, 512))
    kept = signed(log)
    _tamper(database, "DELETE FROM audit_events WHERE id > 512")
    put_back = text("UPDATE audit_head SET size = 512, edge = NULL, checkpoint = :old")
    database.write_now(lambda c: c.execute(put_back, {"old": old}) and None)
    assert finding(database) is None, "everything fits its own old signature"
    found = finding(database, kept)
    assert found is not None
    assert found.index == 512


def test_a_rewritten_log_contradicts_a_checkpoint_that_was_kept(
    log: AuditTable, database: Relational, tmp_path: Path
) -> None:
    add(log, numbered(300))
    kept = signed(log)
    other = AuditTable(
        open_audit_database("", tmp_path / "other"), SIGNER, CommitSettings(), now_us=lambda: START_US
    )
    add(other, numbered(300, 1))
    rewritten = signed(other)
    other.close()
    forged = Checkpoint(kept.origin, kept.size, rewritten.root)
    assert finding(database, kept) is None
    found = finding(database, forged)
    assert found is not None
    assert "first 300 events" in found.reason


def _tamper(database: Relational, statements: str) -> None:
    is_sqlite = database.is_sqlite
    filled = statements.format(
        hex="X'2266616b6522'" if is_sqlite else "'\\x2266616b6522'::bytea",
        zeros="zeroblob(32)" if is_sqlite else "decode(repeat('00', 32), 'hex')",
    )

    def work(connection: Connection) -> None:
        for statement in filled.split("; "):
            connection.exec_driver_sql(statement)

    database.write_now(work)


@pytest.fixture
def outbox(database: Relational, dsn: str, tmp_path: Path) -> Iterator[RelationalOutbox]:
    main = open_relational(dsn, tmp_path)
    migrate(main)
    yield RelationalOutbox(main)
    main.close()


def test_control_actions_reach_the_log_once(log: AuditTable, outbox: RelationalOutbox) -> None:
    async def run() -> None:
        for number in range(3):
            await outbox.add(ControlAction("TokenCreated", START_US + number, {"token_id": f"{number}"}))
        assert await drain(outbox, log) == 3
        assert await outbox.waiting() == []
        assert await drain(outbox, log) == 0

    asyncio.run(run())
    found = page(log, application="muster", with_control=True)
    assert payloads(found) == [b'{"token_id":"2"}', b'{"token_id":"1"}', b'{"token_id":"0"}']
    assert found.events[0].ts_us == START_US + 2


def test_a_crash_between_log_and_outbox_doubles_nothing(log: AuditTable, outbox: RelationalOutbox) -> None:
    class Forgetful(RelationalOutbox):
        async def forget(self, keys: Sequence[str]) -> None:
            raise Unavailable("killed")

    async def run() -> None:
        await outbox.add(ControlAction("Reloaded", START_US, {}))
        with pytest.raises(Unavailable):
            await drain(Forgetful(outbox._relational), log)
        assert await drain(outbox, log) == 1

    asyncio.run(run())
    assert len(page(log, application="muster", with_control=True).events) == 1


def test_the_checkpoint_is_the_one_of_the_stored_leaves(log: AuditTable) -> None:
    add(log, batch(b"1"))
    note = asyncio.run(log.checkpoint())
    leaf = b"\x01\x00\x14" + b"2023-11-14T22:13:20Z" + b"\x00\x03app\x00\x04Kind1"
    assert read_checkpoint(note).root == leaf_hash(leaf)


def test_sources_by_name(log: AuditTable) -> None:
    for source in (Source("b", "Made"), Source("a", "Made"), Source("a", "Gone"), Source("a", "Made")):
        log.submit(batch(b"1", source=source)).result(10)
    assert asyncio.run(log.sources(limit=10)) == [("a", "Gone"), ("a", "Made"), ("b", "Made")]
    assert len(asyncio.run(log.sources(limit=2))) == 2
