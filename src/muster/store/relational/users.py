"""People who may sign in."""

import asyncio

from argon2 import PasswordHasher
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from muster.errors import Conflict
from muster.store.relational.database import Relational
from muster.store.relational.schema import users


class RelationalUsers:
    """Implements `muster.core.access.UserStore`; passwords are kept as argon2id hashes."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational
        self._hasher = PasswordHasher()

    async def add_user(self, name: str, password: str, *, is_admin: bool, now_us: int) -> None:
        """See `UserStore`."""
        password_hash = await asyncio.to_thread(self._hasher.hash, password)
        row = {"name": name, "password_hash": password_hash, "is_admin": is_admin, "created_us": now_us}

        def work(connection: Connection) -> None:
            try:
                connection.execute(insert(users), row)
            except IntegrityError:
                raise Conflict(f"user {name} exists") from None

        await self._relational.write(work)
