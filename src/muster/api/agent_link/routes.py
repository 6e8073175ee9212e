"""Routes of the agent link. Errors are `{"code": ..., "message": ...}`."""

from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Router, post
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.openapi.spec.enums import OpenAPIFormat
from litestar.params import QueryParameter

from muster.api.agent_link.streams import Arrived, Streams
from muster.api.http.authorization import Needs, bearer
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, body_of, check_media_type, peer_of, raw_body
from muster.core.fleet.registry import Fleet
from muster.core.fleet.steering import Steering
from muster.errors import InvalidInput
from muster.model.access import Scope
from muster.model.batch import ARROW_STREAM, MSGPACK, content_sha256, parse_batch_key, parse_sha256
from muster.model.link import NO_NUL, CheckinReply, CheckinRequest, EnrolReply, EnrolRequest

M = TypeVar("M", EnrolRequest, CheckinRequest)


class AgentLink(msgspec.Struct, frozen=True):
    """The parts behind the routes of this surface."""

    steering: Steering
    streams: Streams
    live: Live

    @property
    def fleet(self) -> Fleet:
        """The agents."""
        return self.steering.fleet


_BINARY = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
_JSON_OBJECT = {"application/json": Schema(type=OpenAPIType.OBJECT)}


@post(
    "/enroll",
    opt={"needs": Needs(Scope.AGENT)},
    summary="Register an agent",
    operation_class=raw_body(_JSON_OBJECT),
    status_code=201,
)
async def enrol(request: AnyRequest, agent_link: AgentLink) -> EnrolReply:
    """Give a new agent its id and its credential, for a token with the scope `agent`.

    401 when the token is not valid any more, or has enrolled as many agents as it may.
    """
    message = _parse(await body_of(request, agent_link.live.limits), EnrolRequest)
    return await agent_link.steering.enrol(message.facts, peer_of(request), request.state.token)


@post(
    "/checkin",
    opt={"errors": (401, 409)},
    summary="Say how it goes, learn what to do",
    operation_class=raw_body(_JSON_OBJECT),
    status_code=200,
)
async def check_in(request: AnyRequest, agent_link: AgentLink) -> CheckinReply:
    """Answer at once when there is something to tell, else after `wait_s` seconds."""
    fleet = agent_link.fleet
    agent = fleet.authenticate(bearer(request))
    message = _parse(await body_of(request, agent_link.live.limits), CheckinRequest)
    fleet.presence.claim(agent.id, message.nonce)
    await agent_link.steering.welcome(agent.id, message.nonce)
    return await fleet.check_in(agent.id, message, peer_of(request), lambda: _disconnected(request))


@post(
    "/batches",
    opt={"errors": (401, 409)},
    summary="Store a batch of an agent, once",
    operation_class=raw_body({MSGPACK: _BINARY, ARROW_STREAM: _BINARY}),
    status_code=204,
)
async def store_batch(
    request: AnyRequest,
    agent_link: AgentLink,
    stream: str,
    epoch: str,
    sequence: Annotated[int, QueryParameter(ge=1, le=2**63 - 1)],
    sha256: str,
) -> None:
    """Answer 204 when the batch is on disk, also when it was before; 409 when it was with another content."""
    agent = agent_link.fleet.authenticate(bearer(request))
    key = parse_batch_key(agent.id, stream, epoch, sequence)
    media_type = check_media_type(request, MSGPACK, ARROW_STREAM)
    body = await body_of(request, agent_link.live.limits)
    if content_sha256(body) != parse_sha256(sha256):
        raise InvalidInput("does not equal the hash of the body", field="sha256")
    agent_link.fleet.check_let_in(agent.id)
    await agent_link.streams.store(Arrived(key, sha256, body, media_type, peer_of(request)))


async def _disconnected(request: AnyRequest) -> None:
    """Return when the other end has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _parse(body: bytes, kind: type[M]) -> M:
    try:
        return msgspec.json.decode(body.decode(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = str(error).replace(f"matching regex {NO_NUL!r}", "without U+0000")
        raise InvalidInput(message, field="body") from None
    except RecursionError:
        raise InvalidInput("nested too deeply", field="body") from None


def agent_link_router(**options: Any) -> Router:
    """Return the routes of this surface."""
    return Router(
        "/agent/v1",
        route_handlers=[enrol, check_in, store_batch],
        tags=["Agent link"],
        **options,
    )
