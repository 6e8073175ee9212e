"""Signing in and out. A session is a cookie that scripts cannot read and other sites cannot use."""

from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Response, delete, get, post
from litestar.datastructures import Cookie

from muster.api.console.changing import JSON_OBJECT
from muster.api.http.authorization import SESSION_COOKIE, Needs
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, body_of, check_media_type, raw_body
from muster.core.people import SESSION_US, People, Session
from muster.errors import InvalidInput, Unauthenticated
from muster.model.access import Scope
from muster.model.link import NO_NUL

SIGNED_IN = {"needs": Needs(Scope.READ)}
SECOND_US = 1_000_000

M = TypeVar("M", "NameAndPassword", "LinkCode")
Text = Annotated[str, msgspec.Meta(max_length=1024, pattern=NO_NUL)]


class SignIn(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    people: People
    live: Live


class NameAndPassword(msgspec.Struct, frozen=True):
    """Body of `POST /console/v1/session`."""

    name: Text
    password: Text


class LinkCode(msgspec.Struct, frozen=True):
    """Body of `POST /console/v1/session/link`."""

    code: Text


class WhoIs(msgspec.Struct, frozen=True):
    """Who is signed in; `timezone` is the IANA name of the zone in which this server counts days."""

    name: str
    is_admin: bool
    timezone: str


@get("/session", opt=SIGNED_IN, summary="Who is signed in")
async def who_is(request: AnyRequest, sign_in: SignIn) -> WhoIs:
    """Return the person of the session's cookie."""
    secret = request.cookies.get(SESSION_COOKIE)
    if secret is None:
        raise Unauthenticated("nobody is signed in")
    return _who(await sign_in.people.session(secret), sign_in.live)


@post(
    "/session",
    opt={"errors": (401,)},
    summary="Sign in",
    operation_class=raw_body(JSON_OBJECT),
    status_code=201,
)
async def begin_session(request: AnyRequest, sign_in: SignIn) -> Response[WhoIs]:
    """Sign in by name and password."""
    message = await _read(request, sign_in, NameAndPassword)
    session, secret = await sign_in.people.sign_in(message.name, message.password)
    return _signed_in(session, secret, sign_in.live)


@post(
    "/session/link",
    opt={"errors": (401,)},
    summary="Sign in by a link that is valid once",
    operation_class=raw_body(JSON_OBJECT),
    status_code=201,
)
async def begin_session_by_link(request: AnyRequest, sign_in: SignIn) -> Response[WhoIs]:
    """Sign in by the code of a link that was printed on the server's terminal."""
    message = await _read(request, sign_in, LinkCode)
    session, secret = await sign_in.people.sign_in_by_link(message.code)
    return _signed_in(session, secret, sign_in.live)


@delete("/session", summary="Sign out", status_code=204)
async def end_session(request: AnyRequest, sign_in: SignIn) -> Response[None]:
    """End the session and take its cookie away; no error when there is none."""
    secret = request.cookies.get(SESSION_COOKIE)
    if secret is not None:
        await sign_in.people.sign_out(secret)
    return Response(None, status_code=204, cookies=[_cookie("", sign_in.live, max_age_s=0)])


async def _read(request: AnyRequest, sign_in: SignIn, kind: type[M]) -> M:
    check_media_type(request, "application/json")
    try:
        return msgspec.json.decode((await body_of(request, sign_in.live.limits)).decode(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = str(error).replace(f"matching regex {NO_NUL!r}", "without U+0000")
        raise InvalidInput(message, field="body") from None
    except RecursionError:
        raise InvalidInput("nested too deeply", field="body") from None


def _signed_in(session: Session, secret: str, live: Live) -> Response[WhoIs]:
    cookie = _cookie(secret, live, max_age_s=SESSION_US // SECOND_US)
    return Response(
        _who(session, live), status_code=201, cookies=[cookie], headers={"Cache-Control": "no-store"}
    )


def _who(session: Session, live: Live) -> WhoIs:
    person = session.person
    return WhoIs(person.name, person.is_admin, live.settings.server.display_timezone)


def _cookie(secret: str, live: Live, *, max_age_s: int) -> Cookie:
    return Cookie(
        key=SESSION_COOKIE,
        value=secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=bool(live.settings.server.tls_certificate),
        max_age=max_age_s,
    )


HANDLERS: tuple[Any, ...] = (who_is, begin_session, begin_session_by_link, end_session)
