"""Who may call a route: a token with its scope, sent or used to sign, a session, or an open surface."""

import contextlib
import time
from functools import partial
from typing import Any, NamedTuple

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from muster.api.http.live import Live
from muster.api.http.origin import came_through_proxy, is_loopback
from muster.api.http.pandora import SCHEME, Pandora
from muster.core.access import Access, require
from muster.core.people import People, Person
from muster.errors import Forbidden, Unauthenticated
from muster.model.access import Scope, Surface, Token

Connection = ASGIConnection[Any, Any, Any, Any]

SESSION_COOKIE = "muster_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Needs(NamedTuple):
    """What a route asks of its caller: a scope, unless its surface is open to them."""

    scope: Scope
    surface: Surface | None = None


class Authorizer:
    """A Litestar guard; the route names its `Needs` in `opt["needs"]`, none means: for everybody."""

    def __init__(self, access: Access, people: People, live: Live, pandora: Pandora) -> None:
        self._access = access
        self._pandora = pandora
        self._people = people
        self._live = live

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Leave the caller's token in `connection.state.token`. Raises Unauthenticated or Forbidden."""
        needs: Needs | None = handler.opt.get("needs")
        if needs is not None:
            await self.check(connection, needs)

    async def check(self, connection: Connection, needs: Needs) -> None:
        """Do the same for a route that a handler found by itself."""
        connection.state.check_again = partial(self._check, connection, needs)
        await self._check(connection, needs)

    async def _check(self, connection: Connection, needs: Needs) -> None:
        if not connection.headers.get("authorization"):
            if self._is_open(connection, needs.surface):
                await self._check_person(connection, needs.scope)
                return
            if SESSION_COOKIE in connection.cookies:
                await self._check_session(connection, needs.scope)
                return
        token = await self._token(connection, needs.surface)
        require(token, needs.scope)
        connection.state.token = token

    async def _token(self, connection: Connection, surface: Surface | None) -> Token:
        """Return the token that a request carries, or with which it is signed. Raises Unauthenticated."""
        scheme = connection.headers.get("authorization", "").partition(" ")[0].lower()
        if scheme == SCHEME and surface is Surface.FLEET:
            return await self._pandora.authenticate(connection)
        return await self._access.authenticate(bearer(connection), time.time_ns() // 1000)

    async def _check_session(self, connection: Connection, scope: Scope) -> None:
        """Raise unless somebody is signed in who may; a page of another site must not act for them."""
        session = await self._people.session(connection.cookies[SESSION_COOKIE])
        connection.state.person = session.person
        _check_may(session.person, scope)
        if connection.scope.get("method") not in SAFE_METHODS and "origin" not in connection.headers:
            raise Forbidden("a request with a session needs an Origin header")

    async def _check_person(self, connection: Connection, scope: Scope) -> None:
        """Hold who is signed in, if anybody, to what they may, also where it is open to all.

        Their changes are theirs. Raises Forbidden.
        """
        secret = connection.cookies.get(SESSION_COOKIE)
        if secret is None or not (
            connection.scope.get("method") in SAFE_METHODS or "origin" in connection.headers
        ):
            return
        with contextlib.suppress(Unauthenticated):
            connection.state.person = (await self._people.session(secret)).person
            _check_may(connection.state.person, scope)

    def _is_open(self, connection: Connection, surface: Surface | None) -> bool:
        if surface is None or surface not in self._live.settings.auth.open:
            return False
        peer = connection.client.host if connection.client else None
        return is_loopback(peer) and not came_through_proxy(connection.headers)


def _check_may(person: Person, scope: Scope) -> None:
    if scope is not Scope.READ and not person.is_admin:
        raise Forbidden("only administrators may do this")


def is_admin(connection: Connection) -> bool:
    """Tell whether a caller that was let in is an administrator; one without a credential is not."""
    token: Token | None = getattr(connection.state, "token", None)
    person: Person | None = getattr(connection.state, "person", None)
    return Scope.ADMIN in token.scopes if token else person is not None and person.is_admin


def caller_of(connection: Connection) -> str:
    """Return a name for the caller that no other one has, and that stays the same."""
    token: Token | None = getattr(connection.state, "token", None)
    person: Person | None = getattr(connection.state, "person", None)
    if token:
        return f"token {token.id}"
    return f"person {person.name}" if person else "anybody"


async def check_again(connection: Connection) -> None:
    """Raise Unauthenticated or Forbidden when a caller that was let in may no longer call this route.

    An answer that goes on for long asks so before it shows more.
    """
    await connection.state.check_again()


def bearer(connection: Connection) -> str:
    """Return the bearer token of a request. Raises Unauthenticated without one."""
    kind, _, credential = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not credential.strip():
        raise Unauthenticated("send a token: Authorization: Bearer TOKEN (made by `muster token create`)")
    return credential.strip()
