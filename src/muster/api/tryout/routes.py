"""Try a draft on lines, pasted or of an agent's files; hold it against what is stored. Nothing is changed."""

import asyncio
import time
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, post
from litestar.openapi.spec import OpenAPIType, Schema

from muster.api.http.authorization import Needs, caller_of
from muster.api.http.errors import CodedError
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.api.tryout.service import AgentSilent, TryOutSurface, problems_of
from muster.core.access import require
from muster.errors import TooLarge
from muster.model.access import Scope, Surface, Token
from muster.pipeline.tryout.messages import (
    MAX_BYTES,
    MAX_LINES,
    MAX_STORED,
    Backtested,
    BacktestRequest,
    DraftError,
    Lines,
    Tried,
    TryRequest,
)

NEEDS = Needs(Scope.WRITE_FLEET, Surface.FLEET)
PASTED = "pasted"
MAX_NAMES = 1000

_CONFIG = Schema(type=OpenAPIType.OBJECT, description="A draft of a runner configuration.")
_TEXT = Schema(type=OpenAPIType.STRING)
_TEXTS = Schema(type=OpenAPIType.ARRAY, items=_TEXT)

Texts = Annotated[list[str], msgspec.Meta(max_length=MAX_NAMES)]


class TryBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draft, and lines or the agent that has some; with neither the draft is only checked."""

    config: dict[str, Any]
    lines: Annotated[list[str], msgspec.Meta(max_length=MAX_LINES)] | None = None
    agent_id: str | None = None
    max_lines: Annotated[int, msgspec.Meta(ge=1, le=MAX_LINES)] = 100


class BacktestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draft, and whose stored rows it is held against: the newest of a runner, of all agents or some."""

    config: dict[str, Any]
    runner: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    agent_ids: Texts = []
    tags: Texts = []
    lines: Annotated[int, msgspec.Meta(ge=1, le=MAX_STORED)] = 10_000


_TRY = Schema(
    type=OpenAPIType.OBJECT,
    required=["config"],
    properties={
        "config": _CONFIG,
        "lines": Schema(
            type=OpenAPIType.ARRAY,
            items=_TEXT,
            max_items=MAX_LINES,
            description=f"At most {MAX_BYTES} bytes.",
        ),
        "agent_id": Schema(type=OpenAPIType.STRING, description="Whose files the lines come from, not both."),
        "max_lines": Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=MAX_LINES, default=100),
    },
)
_BACKTEST = Schema(
    type=OpenAPIType.OBJECT,
    required=["config", "runner"],
    properties={
        "config": _CONFIG,
        "runner": Schema(type=OpenAPIType.STRING, min_length=1, max_length=128),
        "agent_ids": _TEXTS,
        "tags": _TEXTS,
        "lines": Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=MAX_STORED, default=10_000),
    },
)


@post(
    "/tryout",
    opt={"needs": NEEDS, "errors": (404, 504)},
    summary="Try a runner configuration on lines",
    operation_class=raw_body({"application/json": _TRY}),
    status_code=200,
)
async def try_draft(request: AnyRequest, tryout: TryOutSurface) -> Response[Tried]:
    """Return what a draft makes of pasted lines, or of the newest lines of an agent's files.

    An agent is asked for up to 10 s; what its own settings forbid it refuses, which is an entry of
    `errors`. For its lines the token needs the scope `read`, too.
    """
    body = await json_of(request, tryout.live.limits, TryBody)
    if body.lines is not None and body.agent_id is not None:
        return Response(Tried(errors=[DraftError(key="agent_id", message="lines or an agent, not both")]))
    asks_agent = body.agent_id is not None
    if asks_agent:
        _require_read(request)
    errors = await asyncio.to_thread(problems_of, body.config, needs_reader=asks_agent)
    if errors:
        return Response(Tried(errors=errors))
    ask = TryRequest(config=body.config, now_us=time.time_ns() // 1000)
    notes: list[str] = []
    if body.agent_id is not None:
        try:
            found = await tryout.sample(body.config, body.agent_id, body.max_lines, caller_of(request))
        except AgentSilent as error:
            return Response(CodedError("agent_silent", str(error)), status_code=504)  # type: ignore[arg-type]
        if isinstance(found, DraftError):
            return Response(Tried(errors=[found]))
        ask = msgspec.structs.replace(ask, lines=found.lines, files=found.files, is_read=True)
        notes = found.notes
    elif body.lines is not None:
        ask = msgspec.structs.replace(ask, lines=[Lines(PASTED, _pasted(body.lines, body.max_lines))])
    tried = await tryout.tryouts.try_lines(ask)
    return Response(msgspec.structs.replace(tried, notes=[*notes, *tried.notes]))


@post(
    "/backtest",
    opt={"needs": NEEDS, "errors": (404,)},
    summary="Hold a runner configuration against stored rows",
    operation_class=raw_body({"application/json": _BACKTEST}),
    status_code=200,
)
async def backtest_draft(request: AnyRequest, tryout: TryOutSurface) -> Backtested:
    """Return how many stored lines a draft parses, what differs from what is stored, and what it costs.

    The line of a row is its field `raw_data`, if it has one (`keep_raw_data`), else its message. The token
    needs the scope `read`, too.
    """
    _require_read(request)
    body = await json_of(request, tryout.live.limits, BacktestBody)
    errors = await asyncio.to_thread(problems_of, body.config, needs_reader=False)
    if errors:
        return Backtested(errors=errors)
    agents = tryout.agents(body.agent_ids, body.tags)
    rows = await tryout.stored(body.runner, agents, body.lines)
    current = tryout.current(body.runner)
    return await tryout.tryouts.backtest(BacktestRequest(config=body.config, current=current, rows=rows))


def _require_read(request: AnyRequest) -> None:
    """Raise Forbidden when the caller's token may not read what others sent."""
    token: Token | None = getattr(request.state, "token", None)
    if token is not None:
        require(token, Scope.READ)


def _pasted(lines: list[str], max_lines: int) -> list[str]:
    lines = lines[:max_lines]
    size = sum(len(line.encode(errors="replace")) for line in lines)
    if size > MAX_BYTES:
        raise TooLarge(f"the lines have {size} bytes, at most {MAX_BYTES} are tried")
    return lines


def tryout_router() -> Router:
    """Return the routes of this surface."""
    return Router("/console/v1", route_handlers=[try_draft, backtest_draft], tags=["Logs"])
