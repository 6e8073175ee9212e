"""What the old service answered to a method that a path does not take: 405, and the ones that it does."""

from collections.abc import Collection, Sequence

from litestar import route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from muster.api.http.requests import AnyRequest
from muster.api.server_inventory.errors import method_not_allowed
from muster.api.server_inventory.service import READ

METHODS = (HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)


def others_refused(paths: str | Sequence[str], allowed: Collection[HttpMethod]) -> HTTPRouteHandler:
    """Return the handler of all methods of some paths but these; callers without a token get 401 first."""
    header = ", ".join((*(method for method in METHODS if method in allowed), "OPTIONS"))

    @route(
        paths,
        http_method=[method for method in METHODS if method not in allowed],
        opt=READ,
        include_in_schema=False,
        status_code=405,
    )
    async def refuse(request: AnyRequest) -> None:
        method_not_allowed(request, header)

    return refuse
