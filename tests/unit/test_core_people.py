"""Sign-in: links once, sessions that end, and guessing that gets slow."""

import asyncio

import pytest

from muster.core.people import (
    FREE_TRIES,
    LINK_US,
    LONGEST_WAIT_S,
    NAMES_IN_MEMORY,
    SESSION_US,
    Patience,
    People,
    Person,
    Session,
)
from muster.errors import InvalidInput, Overloaded, Unauthenticated

NOW_US = 1_790_000_000_000_000
ADA = Person("ada", is_admin=True)


class Clock:
    def __init__(self) -> None:
        self.us = NOW_US

    def now_us(self) -> int:
        return self.us

    def monotonic_s(self) -> float:
        return self.us / 1e6


class MemoryUsers:
    """A UserStore that knows ada; it counts how often somebody's password was checked."""

    def __init__(self) -> None:
        self.verified = 0
        self.added: list[tuple[str, bool]] = []

    async def add_user(self, name: str, password: str, *, is_admin: bool, now_us: int) -> None:
        self.added.append((name, is_admin))

    async def verify_user(self, name: str, password: str) -> Person | None:
        self.verified += 1
        await asyncio.sleep(0)
        return ADA if (name, password) == ("ada", "right") else None


class MemorySessions:
    """A SessionStore in memory."""

    def __init__(self) -> None:
        self.links: dict[bytes, int] = {}
        self.sessions: dict[bytes, Session] = {}

    async def add_link(self, sha256: bytes, expires_us: int) -> None:
        self.links[sha256] = expires_us

    async def take_link(self, sha256: bytes, now_us: int) -> bool:
        return self.links.pop(sha256, 0) > now_us

    async def add_session(self, sha256: bytes, session: Session, now_us: int) -> None:
        self.sessions[sha256] = session

    async def find_session(self, sha256: bytes) -> Session | None:
        return self.sessions.get(sha256)

    async def delete_session(self, sha256: bytes) -> None:
        self.sessions.pop(sha256, None)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def users() -> MemoryUsers:
    return MemoryUsers()


@pytest.fixture
def sessions() -> MemorySessions:
    return MemorySessions()


@pytest.fixture
def people(users: MemoryUsers, sessions: MemorySessions, clock: Clock) -> People:
    return People(users, sessions, now_us=clock.now_us, monotonic_s=clock.monotonic_s)


def test_a_session_lasts_a_week(people: People, sessions: MemorySessions, clock: Clock) -> None:
    session, secret = asyncio.run(people.sign_in("ada", "right"))
    assert session == Session(ADA, NOW_US + SESSION_US)
    clock.us += SESSION_US - 1
    assert asyncio.run(people.session(secret)) == session
    clock.us += 1
    with pytest.raises(Unauthenticated):
        asyncio.run(people.session(secret))


def test_secrets_are_kept_as_hashes(people: People, sessions: MemorySessions) -> None:
    _, secret = asyncio.run(people.sign_in("ada", "right"))
    code = asyncio.run(people.create_link())
    kept = b"".join((*sessions.sessions, *sessions.links))
    assert secret.encode() not in kept
    assert code.encode() not in kept
    assert {len(key) for key in (*sessions.sessions, *sessions.links)} == {32}


def test_a_link_is_valid_once_and_for_15_minutes(people: People, clock: Clock) -> None:
    late, used = asyncio.run(people.create_link()), asyncio.run(people.create_link())
    assert late != used
    session, _ = asyncio.run(people.sign_in_by_link(used))
    assert session.person.is_admin
    clock.us += LINK_US
    for code in (used, late, "", "\ud800"):
        with pytest.raises(Unauthenticated):
            asyncio.run(people.sign_in_by_link(code))


@pytest.mark.parametrize(("name", "password"), [("ada", "1234567"), ("ada", "x" * 1025), ("", "12345678")])
def test_who_cannot_be_created(people: People, users: MemoryUsers, name: str, password: str) -> None:
    with pytest.raises(InvalidInput):
        asyncio.run(people.create_user(name, password, is_admin=False))
    assert users.added == []


def test_an_endless_password_is_not_hashed(people: People, users: MemoryUsers) -> None:
    with pytest.raises(Unauthenticated):
        asyncio.run(people.sign_in("ada", "x" * 1025))
    assert users.verified == 0


def test_guesses_at_the_same_time_are_counted_too(people: People, users: MemoryUsers) -> None:
    async def guess() -> list[BaseException | tuple[Session, str]]:
        tries = (people.sign_in("ada", f"wrong {n}") for n in range(50))
        return await asyncio.gather(*tries, return_exceptions=True)

    refused = asyncio.run(guess())
    assert users.verified == FREE_TRIES
    assert sum(isinstance(error, Overloaded) for error in refused) == 50 - FREE_TRIES


def test_after_waiting_the_right_password_opens_and_all_is_forgotten(people: People, clock: Clock) -> None:
    for _ in range(FREE_TRIES):
        with pytest.raises(Unauthenticated):
            asyncio.run(people.sign_in("ada", "wrong"))
    with pytest.raises(Overloaded):
        asyncio.run(people.sign_in("ada", "right"))
    clock.us += 1_000_000
    assert asyncio.run(people.sign_in("ada", "right"))[0].person == ADA
    with pytest.raises(Unauthenticated):
        asyncio.run(people.sign_in("ada", "wrong"))


def test_each_wrong_password_doubles_the_wait_up_to_a_minute(clock: Clock) -> None:
    patience = Patience(clock.monotonic_s)
    waits = []
    for _ in range(FREE_TRIES + 9):
        patience.tried("ada")
        try:
            patience.check("ada")
        except Overloaded as error:
            waits.append(error.retry_after_s - 1)
            clock.us += (error.retry_after_s - 1) * 1_000_000
            patience.check("ada")
        patience.check("bob")
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S]


def test_made_up_names_do_not_fill_the_memory(clock: Clock) -> None:
    patience = Patience(clock.monotonic_s)
    for number in range(NAMES_IN_MEMORY + FREE_TRIES):
        patience.tried(f"name {number}")
    for _ in range(FREE_TRIES):
        patience.tried("ada")
    assert len(patience._failures) == NAMES_IN_MEMORY
    with pytest.raises(Overloaded):
        patience.check("ada")
