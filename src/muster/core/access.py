"""Access: tokens with scopes."""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from typing import Protocol

from muster.core.signing import Vault
from muster.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from muster.model.access import Scope, Token
from muster.model.ids import TokenId

TOKEN = re.compile(r"muster_(?P<id>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")
FRESH_S = 1.0
"""A revocation by another process counts after at most this time."""

UNKNOWN_S = 0.02
"""An unknown token is looked for anew at most this often: it may have been made a moment ago."""

MAX_NAME = 128


class TokenStore(Protocol):
    """Keeps tokens. All methods may run concurrently; a write is durable when it returns."""

    async def load_tokens(self) -> list[Token]:
        """Return every token, the oldest first."""
        ...

    async def add_token(self, token: Token) -> None:
        """Store a new token."""
        ...

    async def revoke_token(self, token_id: TokenId, now_us: int) -> bool:
        """Mark a token as revoked; false when there is none of that id, or it is revoked already."""
        ...


class Access:
    """Makes tokens and checks them. They are kept in memory, as fresh as `FRESH_S`."""

    def __init__(
        self,
        tokens: TokenStore,
        *,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        monotonic_s: Callable[[], float] = time.monotonic,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._tokens = tokens
        self._now_us = now_us
        self._monotonic_s = monotonic_s
        self._random_bytes = random_bytes
        self._known: dict[TokenId, Token] = {}
        self._known_s = float("-inf")
        self._reading = asyncio.Lock()

    async def create_token(
        self,
        name: str,
        scopes: frozenset[Scope],
        *,
        expires_us: int | None = None,
        seal: Callable[[TokenId], bytes] | None = None,
        max_agents: int | None = None,
        tags: tuple[str, ...] = (),
    ) -> tuple[Token, str]:
        """Make a token; the text is shown this once. Raises InvalidInput for a wrong name or no scope.

        `seal` makes the encrypted secret of a token that signs. `max_agents` and `tags` are for tokens that
        enrol: how many agents, and the tags that each of them gets.
        """
        if not scopes:
            raise InvalidInput("at least one scope is needed", field="scope")
        if Scope.AGENT not in scopes and (max_agents is not None or tags):
            raise InvalidInput("only a token with the scope agent enrols agents", field="max_agents")
        now_us = self._now_us()
        if expires_us is not None and expires_us <= now_us:
            raise InvalidInput("expected a time in the future", field="expires")
        token_id = TokenId(self._random_bytes(6).hex())
        secret = _to_text(self._random_bytes(32))
        token = Token(
            id=token_id,
            name=parse_name(name),
            scopes=scopes,
            secret_sha256=_sha256(secret),
            created_us=now_us,
            expires_us=expires_us,
            signing_secret=seal(token_id) if seal else None,
            max_agents=max_agents,
            tags=tags,
        )
        await self._tokens.add_token(token)
        self._known_s = float("-inf")
        return token, f"muster_{token_id}_{secret}"

    async def create_key_pair(
        self, name: str, scopes: frozenset[Scope], vault: Vault, *, expires_us: int | None = None
    ) -> tuple[Token, str]:
        """Make a token that signs requests; its secret is shown this once. Raises as `create_token`."""
        secret = _to_text(self._random_bytes(32))
        token, _ = await self.create_token(
            name, scopes, expires_us=expires_us, seal=lambda token_id: vault.seal(secret, token_id)
        )
        return token, secret

    async def signing_token(self, token_id: str, now_us: int) -> Token | None:
        """Return a token that signs requests, None when there is none that is valid at `now_us`."""
        await self._refresh(FRESH_S)
        if token_id not in self._known:
            await self._refresh(UNKNOWN_S)
        token = self._known.get(TokenId(token_id))
        return token if token and token.signing_secret and token.is_valid(now_us) else None

    async def list_tokens(self) -> list[Token]:
        """Return every token, the oldest first, revoked and expired ones too."""
        return await self._tokens.load_tokens()

    async def token(self, token_id: str) -> Token:
        """Return a token as it is stored now. Raises NotFound."""
        for token in await self._tokens.load_tokens():
            if token.id == token_id:
                return token
        raise NotFound(f"no token {token_id}")

    async def revoke_token(self, token_id: str) -> None:
        """End a token. Raises NotFound when there is none of that id that could be revoked."""
        if not await self._tokens.revoke_token(TokenId(token_id), self._now_us()):
            raise NotFound(f"no token {token_id} that is not revoked already")
        self._known_s = float("-inf")

    async def authenticate(self, text: str, now_us: int) -> Token:
        """Return the token of a bearer text. Raises Unauthenticated when it is not valid at `now_us`."""
        match = TOKEN.fullmatch(text)
        if match is None:
            raise Unauthenticated("this is no token of Muster")
        token_id = TokenId(match["id"])
        await self._refresh(FRESH_S)
        if token_id not in self._known:
            await self._refresh(UNKNOWN_S)
        token = self._known.get(token_id)
        expected = token.secret_sha256 if token else bytes(32)
        if not hmac.compare_digest(_sha256(match["secret"]), expected) or token is None:
            raise Unauthenticated("unknown token")
        if not token.is_valid(now_us):
            raise Unauthenticated("this token was revoked" if token.revoked_us else "this token has expired")
        return token

    async def _refresh(self, max_age_s: float) -> None:
        """Read the tokens unless those that are known were read so short a time ago, or after the call."""
        asked_s = self._monotonic_s()
        if asked_s - self._known_s < max_age_s:
            return
        async with self._reading:
            if asked_s - self._known_s >= max_age_s:
                began_s = self._monotonic_s()
                self._known = {token.id: token for token in await self._tokens.load_tokens()}
                self._known_s = began_s


def require(token: Token, scope: Scope) -> None:
    """Raise Forbidden when the token lacks the scope; `admin` includes every scope but `agent`."""
    if scope in token.scopes or (Scope.ADMIN in token.scopes and scope is not Scope.AGENT):
        return
    raise Forbidden(f"this token lacks the scope {scope}")


def parse_name(text: str) -> str:
    """Return a token's or person's name. Raises InvalidInput unless it has 1-128 printable characters."""
    if not 1 <= len(text) <= MAX_NAME or not text.isprintable():
        raise InvalidInput(f"expected 1-{MAX_NAME} printable characters", field="name")
    return text


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _to_text(random: bytes) -> str:
    return base64.urlsafe_b64encode(random).rstrip(b"=").decode()
