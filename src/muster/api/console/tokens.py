"""Tokens that let programs and agents in: made, listed and ended."""

import time
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import PathParameter

from muster.api.http.authorization import Needs
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.core.access import Access
from muster.model.access import Scope, Token
from muster.model.link import NO_NUL

ADMIN = {"needs": Needs(Scope.ADMIN)}
SECOND_US = 1_000_000
MAX_VALID_S = 10 * 366 * 86_400

TokenPath = Annotated[str, PathParameter(max_length=64, pattern=NO_NUL)]
ValidSeconds = Annotated[int, msgspec.Meta(ge=60, le=MAX_VALID_S)]


class Tokens(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    access: Access
    live: Live


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /console/v1/tokens`; `valid_s` null means for ever."""

    name: str
    scopes: frozenset[Scope]
    valid_s: ValidSeconds | None = None


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A token; `state` is `valid`, `expired` or `revoked`, `signs` tells of a key pair."""

    id: str
    name: str
    scopes: list[Scope]
    created_us: int
    expires_us: int | None
    revoked_us: int | None
    state: str
    signs: bool


class MadeToken(msgspec.Struct, frozen=True):
    """A new token; its text is shown this once."""

    token: TokenRow
    text: str


@get("/tokens", opt=ADMIN, summary="Every token")
async def list_tokens(tokens: Tokens) -> list[TokenRow]:
    """Return the tokens, the newest first, revoked and expired ones too."""
    now_us = time.time_ns() // 1000
    return [_row(token, now_us) for token in reversed(await tokens.access.list_tokens())]


@post(
    "/tokens",
    opt=ADMIN,
    summary="Make a token",
    operation_class=raw_body({"application/json": Schema(type=OpenAPIType.OBJECT)}),
    status_code=201,
)
async def create_token(request: AnyRequest, tokens: Tokens) -> Response[MadeToken]:
    """Make a token and show its text, once."""
    new = await json_of(request, tokens.live.limits, NewToken)
    now_us = time.time_ns() // 1000
    expires_us = None if new.valid_s is None else now_us + new.valid_s * SECOND_US
    token, text = await tokens.access.create_token(new.name, new.scopes, expires_us=expires_us)
    made = MadeToken(_row(token, now_us), text)
    return Response(made, status_code=201, headers={"Cache-Control": "no-store"})


@delete(
    "/tokens/{token_id:str}",
    opt={"needs": Needs(Scope.ADMIN), "errors": (404,)},
    summary="End a token",
    status_code=204,
)
async def revoke_token(token_id: TokenPath, tokens: Tokens) -> None:
    """Revoke a token, which counts within a second on every server."""
    await tokens.access.revoke_token(token_id)


def _row(token: Token, now_us: int) -> TokenRow:
    return TokenRow(
        id=token.id,
        name=token.name,
        scopes=sorted(token.scopes),
        created_us=token.created_us,
        expires_us=token.expires_us,
        revoked_us=token.revoked_us,
        state=_state(token, now_us),
        signs=token.signing_secret is not None,
    )


def _state(token: Token, now_us: int) -> str:
    if token.revoked_us is not None:
        return "revoked"
    return "valid" if token.is_valid(now_us) else "expired"


HANDLERS: tuple[Any, ...] = (list_tokens, create_token, revoke_token)
