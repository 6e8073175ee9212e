"""Signatures that were used."""

from sqlalchemy import Connection, delete, text

from muster.store.relational.database import Relational
from muster.store.relational.schema import used_signatures

_USE = text(
    "INSERT INTO used_signatures (sha256, expires_us) VALUES (:sha256, :expires_us) "
    "ON CONFLICT (sha256) DO NOTHING"
)


class RelationalSignatures:
    """Implements `muster.core.signing.SignatureStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    async def use(self, signature: bytes, *, expires_us: int, now_us: int) -> bool:
        """See `SignatureStore`."""
        row = {"sha256": signature.hex(), "expires_us": expires_us}

        def work(connection: Connection) -> bool:
            connection.execute(delete(used_signatures).where(used_signatures.c.expires_us < now_us))
            return connection.execute(_USE, row).rowcount > 0

        return await self._relational.write(work)
