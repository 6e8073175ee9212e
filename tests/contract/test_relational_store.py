"""The relational store keeps its promises, on SQLite and on PostgreSQL."""

import asyncio
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from muster.core.access import Access, require
from muster.core.people import People, Person
from muster.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    Overloaded,
    SettingsError,
    Unauthenticated,
    Unavailable,
)
from muster.model.access import Scope
from muster.model.agent import Agent
from muster.model.batch import REPORTS
from muster.model.ids import AgentId, Epoch
from muster.model.link import StreamLedger
from muster.model.mark import Mark, Window
from muster.store.relational.agents import RelationalAgents
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.fleet_schema import metadata
from muster.store.relational.marks import RelationalMarks
from muster.store.relational.migrate import migrate, plan_migration
from muster.store.relational.sample_windows import RelationalWindows
from muster.store.relational.sessions import RelationalSessions
from muster.store.relational.tokens import RelationalTokens
from muster.store.relational.users import RelationalUsers

ONE, TWO = AgentId("1" * 32), AgentId("2" * 32)
EPOCH = Epoch("e" * 32)


@pytest.fixture(params=["sqlite", "postgresql"])
def dsn(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_dsn"))


@pytest.fixture
def empty(dsn: str, tmp_path: Path) -> Iterator[Relational]:
    relational = open_relational(dsn, tmp_path)
    if dsn:
        relational.write_now(lambda c: c.execute(text("DROP SCHEMA public CASCADE")))
        relational.write_now(lambda c: c.execute(text("CREATE SCHEMA public")))
    yield relational
    relational.close()


@pytest.fixture
def relational(empty: Relational) -> Relational:
    migrate(empty)
    return empty


def agent(agent_id: AgentId = ONE, **fields: object) -> Agent:
    values = {
        "id": agent_id,
        "hostname": "web1",
        "machine_id": "m",
        "platform": "Linux",
        "agent_version": "0.1.0",
        "credential_sha256": bytes(range(32)),
        "enrolled_us": 1_790_000_000_000_001,
        "last_seen_us": 1_790_000_000_000_002,
    }
    return Agent(**(values | fields))  # type: ignore[arg-type]


def ledger(collected: int) -> StreamLedger:
    zero = dict.fromkeys(("dropped", "thinned", "quarantined", "acknowledged", "waiting_bytes"), 0)
    return StreamLedger(stream=REPORTS, collected=collected, spooled=collected, waiting=collected, **zero)


def mark(sequence: int, agent_id: AgentId = ONE, **fields: object) -> Mark:
    values = {
        "agent_id": agent_id,
        "stream": REPORTS,
        "epoch": EPOCH,
        "sequence": sequence,
        "sha256": "a" * 64,
    }
    return Mark(**(values | fields))  # type: ignore[arg-type]


def test_the_revisions_make_the_tables_of_the_schema(relational: Relational) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert relational.read_now(differences) == []


def test_a_dry_run_says_what_it_would_do_and_does_nothing(empty: Relational) -> None:
    plan = migrate(empty, dry_run=True)
    assert (plan.current, plan.is_current) == (None, False)
    assert "CREATE TABLE tokens" in plan.sql
    assert plan_migration(empty).current is None
    migrate(empty)
    again = migrate(empty)
    assert (again.is_current, again.sql) == (True, "")


def test_a_database_of_a_newer_version_is_refused(relational: Relational) -> None:
    relational.write_now(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(SettingsError, match="newer"):
        migrate(relational)


def test_works_of_one_group_are_independent(relational: Relational) -> None:
    agents = RelationalAgents(relational)

    async def run() -> list[object]:
        adds = [agents.add_agent(agent(AgentId(f"{n % 5:032x}"))) for n in range(20)]
        return list(await asyncio.gather(*adds, return_exceptions=True))

    outcomes = asyncio.run(run())
    assert sum(outcome is None for outcome in outcomes) == 5
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 15
    assert len(asyncio.run(agents.load_agents())) == 5


def test_a_failed_work_leaves_nothing_behind(relational: Relational) -> None:
    def half(connection: Connection) -> None:
        connection.execute(text("DELETE FROM alembic_version"))
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        relational.write_now(half)
    assert plan_migration(relational).is_current


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    relational = open_relational("", tmp_path)
    relational.close()
    with pytest.raises(Unavailable):
        asyncio.run(relational.ping())
    with pytest.raises(Unavailable):
        relational.write_now(lambda c: None)


def test_agents_and_ledgers_read_back(relational: Relational) -> None:
    store = RelationalAgents(relational)
    first, second = agent(), agent(TWO, hostname="web2")
    asyncio.run(store.add_agent(first))
    asyncio.run(store.add_agent(second))
    moved = agent(hostname="web9", last_seen_us=2**53 + 1, address="192.0.2.1", skew_us=-5)
    asyncio.run(store.update_agents([moved], {ONE: [ledger(1)]}))
    asyncio.run(store.update_agents([], {ONE: [ledger(2)]}))
    assert sorted(asyncio.run(store.load_agents()), key=lambda a: a.id) == [moved, second]
    assert asyncio.run(store.load_ledgers()) == {ONE: [ledger(2)]}


def test_an_update_keeps_credential_and_enrolment(relational: Relational) -> None:
    store = RelationalAgents(relational)
    asyncio.run(store.add_agent(agent()))
    asyncio.run(store.update_agents([agent(credential_sha256=bytes(32), enrolled_us=1), agent(TWO)], {}))
    assert asyncio.run(store.load_agents()) == [agent()]


def test_marks_are_replaced_and_kept_apart(relational: Relational) -> None:
    store = RelationalMarks(relational)
    assert store.load_mark(ONE, REPORTS, EPOCH) is None
    store.save_marks([mark(1), mark(7, TWO)])
    raised = mark(2**62, gaps=((2, 3), (5, 5)))
    store.save_marks([raised])
    store.save_marks([])
    assert store.load_mark(ONE, REPORTS, EPOCH) == raised
    assert store.load_mark(TWO, REPORTS, EPOCH) == mark(7, TWO)
    assert asyncio.run(store.marks_of_agent(ONE)) == [raised]


def access(relational: Relational, clock: list[float]) -> Access:
    return Access(
        RelationalTokens(relational),
        now_us=lambda: int(clock[0] * 1_000_000),
        monotonic_s=lambda: clock[0],
    )


def test_a_token_lets_in_until_it_expires(relational: Relational) -> None:
    clock = [1000.0]
    here = access(relational, clock)

    async def run() -> None:
        token, secret = await here.create_token("ci", frozenset({Scope.READ}), expires_us=1_010_000_000)
        assert (await here.authenticate(secret, 1_009_999_999)).id == token.id
        with pytest.raises(Unauthenticated, match="expired"):
            await here.authenticate(secret, 1_010_000_000)
        for wrong in ("", "x", secret[:-1], secret + "A", secret[:-1] + ("A" if secret[-1] != "A" else "B")):
            with pytest.raises(Unauthenticated):
                await here.authenticate(wrong, 1_001_000_000)

    asyncio.run(run())


def test_a_revocation_elsewhere_counts_within_a_second(relational: Relational) -> None:
    clock = [1000.0]
    here, elsewhere = access(relational, clock), access(relational, clock)

    async def run() -> None:
        token, secret = await elsewhere.create_token("ci", frozenset({Scope.READ}))
        await here.authenticate(secret, 0)
        await elsewhere.revoke_token(token.id)
        clock[0] += 1.0
        with pytest.raises(Unauthenticated, match="revoked"):
            await here.authenticate(secret, 0)
        with pytest.raises(NotFound):
            await elsewhere.revoke_token(token.id)

    asyncio.run(run())


def test_the_secret_is_nowhere_in_the_database(tmp_path: Path) -> None:
    relational = open_relational("", tmp_path)
    migrate(relational)
    _, secret = asyncio.run(access(relational, [1.0]).create_token("ci", frozenset({Scope.ADMIN})))
    relational.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert secret.split("_", 2)[2].encode() not in kept


def test_scopes_are_exact_and_admin_is_no_agent(relational: Relational) -> None:
    here = access(relational, [1.0])
    reader, _ = asyncio.run(here.create_token("r", frozenset({Scope.READ})))
    admin, _ = asyncio.run(here.create_token("a", frozenset({Scope.ADMIN})))
    require(reader, Scope.READ)
    require(admin, Scope.WRITE_REPORTS)
    for token, scope in ((reader, Scope.ADMIN), (reader, Scope.WRITE_REPORTS), (admin, Scope.AGENT)):
        with pytest.raises(Forbidden):
            require(token, scope)


@pytest.mark.parametrize("name", ["", "x" * 129, "a\0b", "a\nb"])
def test_names_that_cannot_be_shown_are_refused(relational: Relational, name: str) -> None:
    with pytest.raises(InvalidInput):
        asyncio.run(access(relational, [1.0]).create_token(name, frozenset({Scope.READ})))


def people(relational: Relational, clock: list[float]) -> People:
    return People(
        RelationalUsers(relational),
        RelationalSessions(relational),
        now_us=lambda: int(clock[0] * 1_000_000),
        monotonic_s=lambda: clock[0],
    )


def test_users_are_made_once_with_a_slow_hash(relational: Relational) -> None:
    here = people(relational, [1.0])
    asyncio.run(here.create_user("ada", "correct horse", is_admin=True))
    with pytest.raises(Conflict):
        asyncio.run(here.create_user("ada", "another one", is_admin=False))
    with pytest.raises(InvalidInput):
        asyncio.run(here.create_user("bob", "short", is_admin=False))
    rows = relational.read_now(lambda c: c.execute(text("SELECT name, password_hash FROM users")).all())
    ((name, password_hash),) = rows
    assert name == "ada"
    assert password_hash.startswith("$argon2id$")


def test_people_are_listed_with_their_sessions_and_removed_with_them(relational: Relational) -> None:
    clock = [1000.0]
    here = people(relational, clock)

    async def run() -> None:
        for name in ("bob", "ada"):
            await here.create_user(name, "correct horse", is_admin=name == "ada")
        await here.sign_in("ada", "correct horse")
        clock[0] += 7 * 86_400
        secrets = [(await here.sign_in(name, "correct horse"))[1] for name in ("ada", "ada", "bob")]
        listed = await here.list_users()
        assert [(user.name, user.is_admin, user.created_us, user.sessions) for user in listed] == [
            ("ada", True, 1_000_000_000, 2),
            ("bob", False, 1_000_000_000, 1),
        ]
        await here.set_password("ada", "battery staple")
        await here.remove_user("bob")
        for secret in secrets:
            with pytest.raises(Unauthenticated):
                await here.session(secret)
        await here.sign_in("ada", "battery staple")
        assert [(user.name, user.sessions) for user in await here.list_users()] == [("ada", 1)]
        assert await here.sign_out_everywhere("ada") == 1
        for unknown in (here.remove_user("bob"), here.set_password("bob", "correct horse")):
            with pytest.raises(NotFound):
                await unknown

    asyncio.run(run())


def test_a_password_signs_in_until_the_session_ends(relational: Relational) -> None:
    clock = [1000.0]
    here = people(relational, clock)

    async def run() -> None:
        await here.create_user("ada", "correct horse", is_admin=False)
        session, secret = await here.sign_in("ada", "correct horse")
        assert session.person == Person("ada", is_admin=False)
        assert await here.session(secret) == session
        clock[0] += 7 * 86_400 - 1
        assert await here.session(secret) == session
        clock[0] += 1
        with pytest.raises(Unauthenticated):
            await here.session(secret)
        _, other = await here.sign_in("ada", "correct horse")
        await here.sign_out(other)
        for gone in (other, secret, "", "x" * 5000, "\ud800"):
            with pytest.raises(Unauthenticated):
                await here.session(gone)

    asyncio.run(run())
    kept = relational.read_now(lambda c: c.execute(text("SELECT count(*) FROM sessions")).scalar())
    assert kept == 0, "a new session forgets those that are over, signing out its own"


def test_guessing_passwords_becomes_slow_and_the_right_one_ends_it(relational: Relational) -> None:
    clock = [1000.0]
    here = people(relational, clock)

    async def run() -> None:
        await here.create_user("ada", "correct horse", is_admin=True)
        for _ in range(5):
            for name in ("ada", "nobody"):
                with pytest.raises(Unauthenticated):
                    await here.sign_in(name, "wrong")
        with pytest.raises(Overloaded) as refused:
            await here.sign_in("ada", "correct horse")
        clock[0] += refused.value.retry_after_s
        session, _ = await here.sign_in("ada", "correct horse")
        assert session.person.is_admin
        with pytest.raises(Unauthenticated):
            await here.sign_in("ada", "wrong")

    asyncio.run(run())


def test_a_link_signs_an_administrator_in_once_within_15_minutes(relational: Relational) -> None:
    clock = [1000.0]
    here = people(relational, clock)

    async def run() -> None:
        code = await here.create_link()
        results = await asyncio.gather(
            *(here.sign_in_by_link(code) for _ in range(5)), return_exceptions=True
        )
        signed_in = [result for result in results if not isinstance(result, BaseException)]
        assert len(signed_in) == 1
        session, secret = signed_in[0]
        assert session.person.is_admin
        assert await here.session(secret) == session
        late = await here.create_link()
        clock[0] += 15 * 60
        for unusable in (late, code, "", "nonsense"):
            with pytest.raises(Unauthenticated):
                await here.sign_in_by_link(unusable)

    asyncio.run(run())


def test_a_window_stays_stale_until_it_is_rolled_up_at_its_last_revision(relational: Relational) -> None:
    store = RelationalMarks(relational)
    windows = RelationalWindows(relational)
    early, late = Window(ONE, 300), Window(TWO, 600)
    store.save_marks([mark(1)], [late, early, early])
    stale = windows.load_stale(before_s=601, limit=10)
    assert [each.window for each in stale] == [early, late]
    assert windows.load_stale(before_s=600, limit=10) == stale[:1]
    assert windows.load_stale(before_s=601, limit=1) == stale[:1]
    assert asyncio.run(windows.oldest_stale([ONE, TWO])) == 300
    assert asyncio.run(windows.oldest_stale([TWO])) == 600
    store.save_marks([mark(2)], [early])
    windows.forget_stale(stale)
    (again,) = windows.load_stale(before_s=601, limit=10)
    assert (again.window, again.revision != stale[0].revision) == (early, True)
    windows.forget_stale([again])
    assert asyncio.run(windows.oldest_stale([ONE, TWO])) is None


def test_the_sqlite_file_is_durable_and_private(tmp_path: Path) -> None:
    relational = open_relational("", tmp_path)
    migrate(relational)
    pragmas = {
        name: relational.read_now(lambda c, n=name: c.exec_driver_sql(f"PRAGMA {n}").scalar())
        for name in ("journal_mode", "synchronous")
    }
    relational.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}
    assert stat.S_IMODE((tmp_path / "relational.db").stat().st_mode) == 0o600


def test_a_second_process_may_write_beside_the_first(tmp_path: Path) -> None:
    relational = open_relational("", tmp_path)
    migrate(relational)
    with sqlite3.connect(tmp_path / "relational.db") as other:
        other.execute("DELETE FROM users")
    other.close()
    asyncio.run(access(relational, [1.0]).create_token("after", frozenset({Scope.READ})))
    relational.close()


@pytest.mark.parametrize("dsn", ["mysql://x", "nonsense", "postgresql:/", "sqlite:///x"])
def test_another_database_is_refused_by_name(tmp_path: Path, dsn: str) -> None:
    with pytest.raises(SettingsError, match=r"relational\.dsn"):
        open_relational(dsn, tmp_path)


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    relational = open_relational("postgresql://muster@127.0.0.1:1/none", tmp_path)
    with pytest.raises(Unavailable):
        migrate(relational)
    relational.close()


def test_a_token_is_never_used_more_often_than_it_may(relational: Relational) -> None:
    """However many come at once: the count is in the transaction that stores the agent."""

    async def run() -> tuple[list[object], int, int]:
        access = Access(RelationalTokens(relational), now_us=lambda: 1)
        token, _ = await access.create_token("rack", frozenset({Scope.AGENT}), max_agents=3)
        store = RelationalAgents(relational)
        coming = [
            agent(AgentId(f"{n:032x}"), enrolled_by=token.id, credential_sha256=bytes([n])) for n in range(9)
        ]
        done = await asyncio.gather(*(store.add_agent(each) for each in coming), return_exceptions=True)
        return list(done), (await access.token(token.id)).enrolled, len(await store.load_agents())

    done, enrolled, stored = asyncio.run(run())
    assert [isinstance(each, Unauthenticated) for each in done].count(True) == 6
    assert (enrolled, stored) == (3, 3)
