"""People who may sign in."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from muster.core.people import Person, User
from muster.errors import Conflict
from muster.model.audit import ControlAction
from muster.store.relational.database import Relational
from muster.store.relational.outbox import note_action
from muster.store.relational.schema import sessions, users


class RelationalUsers:
    """Implements `muster.core.people.UserStore`; passwords are kept as argon2id hashes."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash("")

    async def add_user(self, name: str, password: str, *, is_admin: bool, now_us: int) -> None:
        """See `UserStore`."""
        password_hash = await asyncio.to_thread(self._hasher.hash, password)
        row = {"name": name, "password_hash": password_hash, "is_admin": is_admin, "created_us": now_us}

        def work(connection: Connection) -> None:
            try:
                connection.execute(insert(users), row)
            except IntegrityError:
                raise Conflict(f"user {name} exists") from None
            details = {"name": name, "is_admin": is_admin}
            note_action(connection, ControlAction("UserCreated", now_us, details))

        await self._relational.write(work)

    async def load_users(self, now_us: int) -> list[User]:
        """See `UserStore`."""
        signed_in = (
            select(func.count())
            .where(sessions.c.name == users.c.name, sessions.c.expires_us > now_us)
            .scalar_subquery()
        )
        query = select(users.c.name, users.c.is_admin, users.c.created_us, signed_in.label("sessions"))
        rows = await self._relational.read(lambda c: c.execute(query.order_by(users.c.name)).mappings().all())
        return [User(**row) for row in rows]

    async def remove_user(self, name: str, now_us: int) -> bool:
        """See `UserStore`."""

        def work(connection: Connection) -> bool:
            is_removed = connection.execute(delete(users).where(users.c.name == name)).rowcount > 0
            if is_removed:
                connection.execute(delete(sessions).where(sessions.c.name == name))
                note_action(connection, ControlAction("UserRemoved", now_us, {"name": name}))
            return is_removed

        return await self._relational.write(work)

    async def set_password(self, name: str, password: str, now_us: int) -> bool:
        """See `UserStore`."""
        password_hash = await asyncio.to_thread(self._hasher.hash, password)
        change = update(users).where(users.c.name == name).values(password_hash=password_hash)

        def work(connection: Connection) -> bool:
            is_changed = connection.execute(change).rowcount > 0
            if is_changed:
                connection.execute(delete(sessions).where(sessions.c.name == name))
                note_action(connection, ControlAction("PasswordChanged", now_us, {"name": name}))
            return is_changed

        return await self._relational.write(work)

    async def verify_user(self, name: str, password: str) -> Person | None:
        """See `UserStore`."""
        query = select(users).where(users.c.name == name)
        row = await self._relational.read(lambda c: c.execute(query).one_or_none())
        password_hash = self._nobody if row is None else row.password_hash
        try:
            await asyncio.to_thread(self._hasher.verify, password_hash, password)
        except VerificationError:
            return None
        return None if row is None else Person(row.name, row.is_admin)
