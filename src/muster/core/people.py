"""People: who may sign in to the console, and who is signed in."""

import base64
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import msgspec

from muster.core.access import parse_name
from muster.errors import InvalidInput, NotFound, Overloaded, Unauthenticated

MINUTE_US = 60 * 1_000_000
LINK_US = 15 * MINUTE_US
"""A link that signs in once is valid for so long."""

SESSION_US = 7 * 24 * 60 * MINUTE_US
MIN_PASSWORD = 8
MAX_PASSWORD = 1024
LINK_NAME = "administrator"
"""Who signed in by a link: whoever can read the terminal or the data directory of the server."""

FREE_TRIES = 5
LONGEST_WAIT_S = 60
NAMES_IN_MEMORY = 10_000


class Person(msgspec.Struct, frozen=True):
    """Somebody who may sign in."""

    name: str
    is_admin: bool


class Session(msgspec.Struct, frozen=True):
    """Somebody who is signed in, until `expires_us` (Unix microseconds)."""

    person: Person
    expires_us: int


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person with a password, and in how many places they are signed in."""

    name: str
    is_admin: bool
    created_us: int
    sessions: int


class UserStore(Protocol):
    """Keeps people. A write is durable when it returns."""

    async def load_users(self, now_us: int) -> list[User]:
        """Return everybody by name, with the sessions that are not over."""
        ...

    async def remove_user(self, name: str, now_us: int) -> bool:
        """Forget a person and end their sessions; false when there is none of that name."""
        ...

    async def set_password(self, name: str, password: str, now_us: int) -> bool:
        """Replace a password and end all sessions of the person; false when there is none of that name."""
        ...

    async def add_user(self, name: str, password: str, *, is_admin: bool, now_us: int) -> None:
        """Store a new person with a slow hash of the password. Raises Conflict when the name exists."""
        ...

    async def verify_user(self, name: str, password: str) -> Person | None:
        """Return the person with this name and password, in the same time when there is none."""
        ...


class SessionStore(Protocol):
    """Keeps sessions and sign-in links by the SHA-256 of their secrets (32 bytes).

    A write is durable when it returns. All methods may run concurrently.
    """

    async def add_link(self, sha256: bytes, expires_us: int) -> None:
        """Store a link."""
        ...

    async def take_link(self, sha256: bytes, now_us: int) -> bool:
        """Use a link up; false when it is unknown, used or expired. Of several callers one gets true."""
        ...

    async def add_session(self, sha256: bytes, session: Session, now_us: int) -> None:
        """Store a session; those that are over are forgotten."""
        ...

    async def find_session(self, sha256: bytes) -> Session | None:
        """Return a session, expired or not."""
        ...

    async def delete_session(self, sha256: bytes) -> None:
        """Forget a session, if there is one."""
        ...

    async def delete_sessions_of(self, name: str) -> int:
        """Forget all sessions of a name; return how many there were."""
        ...


class People:
    """Signs people in and out."""

    def __init__(
        self,
        users: UserStore,
        sessions: SessionStore,
        *,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        monotonic_s: Callable[[], float] = time.monotonic,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._now_us = now_us
        self._random_bytes = random_bytes
        self._patience = Patience(monotonic_s)

    async def create_user(self, name: str, password: str, *, is_admin: bool) -> None:
        """Make a person who may sign in. Raises InvalidInput or Conflict."""
        name, password = parse_name(name), parse_password(password)
        await self._users.add_user(name, password, is_admin=is_admin, now_us=self._now_us())

    async def list_users(self) -> list[User]:
        """Return everybody who has a password, by name."""
        return await self._users.load_users(self._now_us())

    async def remove_user(self, name: str) -> None:
        """Forget a person, who is signed out at once. Raises NotFound."""
        if not await self._users.remove_user(name, self._now_us()):
            raise NotFound(f"no user {name}")

    async def set_password(self, name: str, password: str) -> None:
        """Give a person another password, which signs them out everywhere. Raises NotFound, InvalidInput."""
        if not await self._users.set_password(name, parse_password(password), self._now_us()):
            raise NotFound(f"no user {name}")

    async def sign_out_everywhere(self, name: str) -> int:
        """End all sessions of a name; return how many there were."""
        return await self._sessions.delete_sessions_of(name)

    async def create_link(self) -> str:
        """Return the code of a link that signs an administrator in, once."""
        code = self._new_secret()
        await self._sessions.add_link(_sha256(code), self._now_us() + LINK_US)
        return code

    async def sign_in_by_link(self, code: str) -> tuple[Session, str]:
        """Return a new session and its secret. Raises Unauthenticated when the code is not valid any more."""
        if not await self._sessions.take_link(_sha256(code), self._now_us()):
            raise Unauthenticated("this sign-in link was used already, or is older than 15 minutes")
        return await self._begin(Person(LINK_NAME, is_admin=True))

    async def sign_in(self, name: str, password: str) -> tuple[Session, str]:
        """Return a new session and its secret.

        Raises Unauthenticated, and Overloaded after too many wrong passwords for one name.
        """
        self._patience.check(name)
        self._patience.tried(name)
        person = await self._users.verify_user(name, password) if len(password) <= MAX_PASSWORD else None
        if person is None:
            raise Unauthenticated("wrong name or password")
        self._patience.forget(name)
        return await self._begin(person)

    async def session(self, secret: str) -> Session:
        """Return who is signed in with a secret. Raises Unauthenticated."""
        session = await self._sessions.find_session(_sha256(secret))
        if session is None or session.expires_us <= self._now_us():
            raise Unauthenticated("sign in again: this session is over")
        return session

    async def sign_out(self, secret: str) -> None:
        """End a session."""
        await self._sessions.delete_session(_sha256(secret))

    async def _begin(self, person: Person) -> tuple[Session, str]:
        secret = self._new_secret()
        session = Session(person, self._now_us() + SESSION_US)
        await self._sessions.add_session(_sha256(secret), session, self._now_us())
        return session, secret

    def _new_secret(self) -> str:
        return base64.urlsafe_b64encode(self._random_bytes(32)).rstrip(b"=").decode()


class Patience:
    """Makes guessing slow: after five wrong passwords for a name the next must wait, ever longer."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def check(self, name: str) -> None:
        """Raise Overloaded when it is too early for another try."""
        count, last_s = self._failures.get(name, (0, 0.0))
        if count < FREE_TRIES:
            return
        left_s = last_s + min(LONGEST_WAIT_S, 2 ** (count - FREE_TRIES)) - self._monotonic_s()
        if left_s > 0:
            raise Overloaded("too many wrong passwords; wait and try again", retry_after_s=int(left_s) + 1)

    def tried(self, name: str) -> None:
        """Note a try; it counts as wrong until `forget`, so that tries at the same time are counted too."""
        count, _ = self._failures.pop(name, (0, 0.0))
        self._failures[name] = min(count + 1, 100), self._monotonic_s()
        if len(self._failures) > NAMES_IN_MEMORY:
            self._failures.popitem(last=False)

    def forget(self, name: str) -> None:
        """Note a right password."""
        self._failures.pop(name, None)


def parse_password(text: str) -> str:
    """Return a password that somebody may have. Raises InvalidInput unless it has 8-1024 characters."""
    if not MIN_PASSWORD <= len(text) <= MAX_PASSWORD:
        raise InvalidInput(f"expected {MIN_PASSWORD}-{MAX_PASSWORD} characters", field="password")
    return text


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()
