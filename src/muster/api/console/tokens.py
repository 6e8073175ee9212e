"""Tokens that let programs and agents in: made, listed and ended."""

import time
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from litestar.params import PathParameter, QueryParameter

from muster.api.console.admission import shut_out_all
from muster.api.console.changing import JSON_OBJECT
from muster.api.http.authorization import Needs, caller_of
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.core.access import Access
from muster.core.fleet.names import parse_name
from muster.core.fleet.registry import Fleet
from muster.core.fleet.steering import Steering
from muster.core.metrics.overview import Overview
from muster.model.access import MAX_AGENTS, Scope, Token
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.link import NO_NUL

ADMIN = {"needs": Needs(Scope.ADMIN)}
SECOND_US = 1_000_000
MAX_VALID_S = 10 * 366 * 86_400
MAX_TAGS = 20
MAX_LISTED = 100

TokenPath = Annotated[str, PathParameter(max_length=64, pattern=NO_NUL)]
WithAgents = Annotated[bool, QueryParameter(description="Shut out the agents that it let in, too.")]
ValidSeconds = Annotated[int, msgspec.Meta(ge=60, le=MAX_VALID_S)]
MaxAgents = Annotated[int, msgspec.Meta(ge=1, le=MAX_AGENTS)]


class Tokens(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    access: Access
    steering: Steering
    overview: Overview
    live: Live

    @property
    def fleet(self) -> Fleet:
        """The agents."""
        return self.steering.fleet


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /console/v1/tokens`; `valid_s` null means for ever.

    With the scope `agent`: `max_agents` is how many agents it enrols, null any number, and each of them
    gets its `tags`.
    """

    name: str
    scopes: frozenset[Scope]
    valid_s: ValidSeconds | None = None
    max_agents: MaxAgents | None = None
    tags: Annotated[list[str], msgspec.Meta(max_length=MAX_TAGS)] = []


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A token; `state` is `valid`, `used` (it enrolled all it may), `expired` or `revoked`.

    `signs` tells of a key pair, `enrolled` how many agents the token let in.
    """

    id: str
    name: str
    scopes: list[Scope]
    created_us: int
    expires_us: int | None
    revoked_us: int | None
    state: str
    signs: bool
    max_agents: int | None
    enrolled: int
    tags: list[str]


class EnrolledAgent(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that a token let in; `has_samples` tells whether figures of it arrived."""

    agent_id: AgentId
    hostname: str
    platform: str
    address: str
    enrolled_us: int
    state: str
    has_samples: bool


class TokenPage(msgspec.Struct, frozen=True):
    """`GET /console/v1/tokens/{ID}`: a token, and the newest agents that it let in."""

    token: TokenRow
    agents: list[EnrolledAgent]


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
    operation_class=raw_body(JSON_OBJECT),
    status_code=201,
)
async def create_token(request: AnyRequest, tokens: Tokens) -> Response[MadeToken]:
    """Make a token and show its text, once."""
    new = await json_of(request, tokens.live.limits, NewToken)
    now_us = time.time_ns() // 1000
    expires_us = None if new.valid_s is None else now_us + new.valid_s * SECOND_US
    token, text = await tokens.access.create_token(
        new.name,
        new.scopes,
        expires_us=expires_us,
        max_agents=new.max_agents,
        tags=tuple(parse_name(tag, "tags") for tag in new.tags),
    )
    made = MadeToken(_row(token, now_us), text)
    return Response(made, status_code=201, headers={"Cache-Control": "no-store"})


@get("/tokens/{token_id:str}", opt={"needs": Needs(Scope.ADMIN), "errors": (404,)}, summary="One token")
async def one_token(token_id: TokenPath, tokens: Tokens) -> TokenPage:
    """Return a token and the agents that it enrolled, the newest first, at most a hundred."""
    now_us = time.time_ns() // 1000
    token = await tokens.access.token(token_id)
    newest = tokens.fleet.newest_enrolled_by(token.id, MAX_LISTED)
    return TokenPage(_row(token, now_us), [_enrolled(tokens, agent) for agent in newest])


@delete(
    "/tokens/{token_id:str}",
    opt={"needs": Needs(Scope.ADMIN), "errors": (404,)},
    summary="End a token",
    status_code=204,
)
async def revoke_token(
    token_id: TokenPath, request: AnyRequest, tokens: Tokens, agents: WithAgents = False
) -> None:
    """Revoke a token, which counts within a second on every server.

    With its agents: one that is revoked already is no error.
    """
    if not agents:
        await tokens.access.revoke_token(token_id)
        return
    if (await tokens.access.token(token_id)).revoked_us is None:
        await tokens.access.revoke_token(token_id)
    let_in = tokens.fleet.enrolled_by(token_id)
    action = f"shut out the agents that token {token_id} let in"
    await shut_out_all(tokens.steering, let_in, action, by=caller_of(request))


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
        max_agents=token.max_agents,
        enrolled=token.enrolled,
        tags=list(token.tags),
    )


def _enrolled(tokens: Tokens, agent: Agent) -> EnrolledAgent:
    return EnrolledAgent(
        agent_id=agent.id,
        hostname=agent.hostname,
        platform=agent.platform,
        address=agent.address,
        enrolled_us=agent.enrolled_us,
        state=tokens.fleet.presence.state_of(agent.id),
        has_samples=tokens.overview.now(agent.id) is not None,
    )


def _state(token: Token, now_us: int) -> str:
    if token.revoked_us is not None:
        return "revoked"
    if not token.is_valid(now_us):
        return "expired"
    return "used" if token.is_used_up else "valid"


HANDLERS: tuple[Any, ...] = (list_tokens, one_token, create_token, revoke_token)
