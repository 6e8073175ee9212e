"""People with a password: who they are, where they are signed in, and putting an end to that."""

from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import PathParameter

from muster.api.console.changing import JSON_OBJECT
from muster.api.console.session import SignIn, Text
from muster.api.http.authorization import Needs
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.core.people import LINK_US, User
from muster.errors import Conflict
from muster.model.access import Scope
from muster.model.link import NO_NUL

ADMIN = {"needs": Needs(Scope.ADMIN)}
FOUND = {"needs": Needs(Scope.ADMIN), "errors": (404,)}
SECOND_US = 1_000_000

Name = Annotated[str, PathParameter(max_length=128, pattern=NO_NUL)]


class NewUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /console/v1/users`."""

    name: Text
    password: Text
    is_admin: bool = False


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `PUT /console/v1/users/{name}/password`."""

    password: Text


class Ended(msgspec.Struct, frozen=True):
    """How many sessions were ended."""

    sessions: int


class NewLink(msgspec.Struct, frozen=True):
    """A link that signs an administrator in once: `/sign-in#code=CODE`, for `valid_s` seconds."""

    code: str
    valid_s: int


@get("/users", opt=ADMIN, summary="People with a password")
async def list_users(sign_in: SignIn) -> list[User]:
    """Return everybody by name."""
    return await sign_in.people.list_users()


@post(
    "/users",
    opt={"needs": Needs(Scope.ADMIN), "errors": (409,)},
    summary="Let a person sign in",
    operation_class=raw_body(JSON_OBJECT),
    status_code=201,
)
async def create_user(request: AnyRequest, sign_in: SignIn) -> User:
    """Make a person with a password."""
    new = await json_of(request, sign_in.live.limits, NewUser)
    await sign_in.people.create_user(new.name, new.password, is_admin=new.is_admin)
    return next(user for user in await sign_in.people.list_users() if user.name == new.name)


@post("/users/link", opt=ADMIN, summary="Make a link that signs in once", status_code=201)
async def create_link(sign_in: SignIn) -> Response[NewLink]:
    """Make a link for an administrator; its code is shown this once."""
    link = NewLink(await sign_in.people.create_link(), LINK_US // SECOND_US)
    return Response(link, status_code=201, headers={"Cache-Control": "no-store"})


@put(
    "/users/{name:str}/password",
    opt=FOUND,
    summary="Give a person another password",
    operation_class=raw_body(JSON_OBJECT),
    status_code=204,
)
async def set_password(request: AnyRequest, name: Name, sign_in: SignIn) -> None:
    """Replace a password; the person must sign in again everywhere."""
    new = await json_of(request, sign_in.live.limits, NewPassword)
    await sign_in.people.set_password(name, new.password)


@delete("/users/{name:str}/sessions", opt=ADMIN, summary="Sign a person out everywhere", status_code=200)
async def end_sessions(name: Name, sign_in: SignIn) -> Ended:
    """End every session of a name; no error when there is none."""
    return Ended(await sign_in.people.sign_out_everywhere(name))


@delete(
    "/users/{name:str}",
    opt={"needs": Needs(Scope.ADMIN), "errors": (404, 409)},
    summary="Remove a person",
    status_code=204,
)
async def remove_user(request: AnyRequest, name: Name, sign_in: SignIn) -> None:
    """Remove a person, who is signed out at once; nobody removes themselves."""
    person = getattr(request.state, "person", None)
    if person is not None and person.name == name:
        raise Conflict("you are signed in as this user; let another administrator remove it")
    await sign_in.people.remove_user(name)


HANDLERS: tuple[Any, ...] = (
    list_users,
    create_user,
    create_link,
    set_password,
    end_sessions,
    remove_user,
)
