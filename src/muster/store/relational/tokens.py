"""Access tokens, as hashes."""

from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import Row

from muster.model.access import Scope, Token
from muster.model.audit import ControlAction
from muster.model.ids import TokenId
from muster.store.relational.database import Relational
from muster.store.relational.outbox import note_action
from muster.store.relational.schema import tokens


class RelationalTokens:
    """Implements `muster.core.access.TokenStore`."""

    def __init__(self, relational: Relational) -> None:
        self._relational = relational

    async def load_tokens(self) -> list[Token]:
        """See `TokenStore`."""
        query = select(tokens).order_by(tokens.c.created_us, tokens.c.id)
        return [_to_token(row) for row in await self._relational.read(lambda c: c.execute(query).all())]

    async def add_token(self, token: Token) -> None:
        """See `TokenStore`."""
        row = msgspec.structs.asdict(token) | {
            "scopes": " ".join(sorted(token.scopes)),
            "tags": msgspec.json.encode(token.tags).decode(),
        }
        details: dict[str, object] = {
            "token_id": token.id,
            "name": token.name,
            "scopes": sorted(token.scopes),
        }
        if token.max_agents is not None:
            details["max_agents"] = token.max_agents

        def work(connection: Connection) -> None:
            connection.execute(insert(tokens), row)
            note_action(connection, ControlAction("TokenCreated", token.created_us, details))

        await self._relational.write(work)

    async def revoke_token(self, token_id: TokenId, now_us: int) -> bool:
        """See `TokenStore`."""
        change = (
            update(tokens)
            .where(tokens.c.id == token_id, tokens.c.revoked_us.is_(None))
            .values(revoked_us=now_us)
        )

        def work(connection: Connection) -> bool:
            is_revoked = connection.execute(change).rowcount > 0
            if is_revoked:
                note_action(connection, ControlAction("TokenRevoked", now_us, {"token_id": token_id}))
            return is_revoked

        return await self._relational.write(work)


def _to_token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
        secret_sha256=row.secret_sha256,
        created_us=row.created_us,
        expires_us=row.expires_us,
        revoked_us=row.revoked_us,
        signing_secret=row.signing_secret,
        max_agents=row.max_agents,
        enrolled=row.enrolled,
        tags=msgspec.json.decode(row.tags, type=tuple[str, ...]),
    )
