"""People who may sign in."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from muster.core.people import Person
from muster.errors import Conflict
from muster.model.audit import ControlAction
from muster.store.relational.database import Relational
from muster.store.relational.outbox import note_action
from muster.store.relational.schema import users


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
