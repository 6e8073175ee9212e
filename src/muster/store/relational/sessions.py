"""Sessions of people who are signed in, and links that sign in once."""

import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select

from muster.core.people import Person, Session
from muster.model.audit import ControlAction
from muster.store.relational.database import Relational
from muster.store.relational.outbox import note_action
from muster.store.relational.schema import sessions, sign_in_links


class RelationalSessions:
    """Implements `muster.core.people.SessionStore`."""

    def __init__(
        self, relational: Relational, *, now_us: Callable[[], int] = lambda: time.time_ns() // 1000
    ) -> None:
        self._relational = relational
        self._now_us = now_us

    async def add_link(self, sha256: bytes, expires_us: int) -> None:
        """See `SessionStore`."""
        row = {"code_sha256": sha256, "expires_us": expires_us}

        def work(connection: Connection) -> None:
            connection.execute(insert(sign_in_links), row)
            note_action(connection, ControlAction("SignInLinkCreated", self._now_us(), {}))

        await self._relational.write(work)

    async def take_link(self, sha256: bytes, now_us: int) -> bool:
        """See `SessionStore`."""

        def work(connection: Connection) -> bool:
            connection.execute(delete(sign_in_links).where(sign_in_links.c.expires_us <= now_us))
            taken = connection.execute(delete(sign_in_links).where(sign_in_links.c.code_sha256 == sha256))
            return taken.rowcount > 0

        return await self._relational.write(work)

    async def add_session(self, sha256: bytes, session: Session, now_us: int) -> None:
        """See `SessionStore`."""
        row = {
            "secret_sha256": sha256,
            "name": session.person.name,
            "is_admin": session.person.is_admin,
            "expires_us": session.expires_us,
        }

        def work(connection: Connection) -> None:
            connection.execute(delete(sessions).where(sessions.c.expires_us <= now_us))
            connection.execute(insert(sessions), row)
            details = {"name": session.person.name, "is_admin": session.person.is_admin}
            note_action(connection, ControlAction("SignedIn", now_us, details))

        await self._relational.write(work)

    async def find_session(self, sha256: bytes) -> Session | None:
        """See `SessionStore`."""
        query = select(sessions).where(sessions.c.secret_sha256 == sha256)
        row = await self._relational.read(lambda c: c.execute(query).one_or_none())
        return None if row is None else Session(Person(row.name, row.is_admin), row.expires_us)

    async def delete_session(self, sha256: bytes) -> None:
        """See `SessionStore`."""
        same = sessions.c.secret_sha256 == sha256

        def work(connection: Connection) -> None:
            name = connection.execute(select(sessions.c.name).where(same)).scalar()
            if name is not None:
                connection.execute(delete(sessions).where(same))
                note_action(connection, ControlAction("SignedOut", self._now_us(), {"name": name}))

        await self._relational.write(work)

    async def delete_sessions_of(self, name: str) -> int:
        """See `SessionStore`."""

        def work(connection: Connection) -> int:
            ended = connection.execute(delete(sessions).where(sessions.c.name == name)).rowcount
            if ended:
                details = {"name": name, "sessions": ended}
                note_action(connection, ControlAction("SignedOutEverywhere", self._now_us(), details))
            return ended

        return await self._relational.write(work)
