"""What the OpenAPI document says of errors: for each route its statuses, in the shape of its surface.

Most statuses follow from what a route takes: a scope, parameters, a body. Others it names itself, in
`opt["errors"]`; a surface that answers a wrong parameter with another status than 400 names that in
`opt["wrong"]`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Parameter,
    PathItem,
    Reference,
    Schema,
)
from litestar.routes import HTTPRoute

from muster.api.http.errors import Problem, Shape

MEANING: Mapping[int, str] = {
    400: "A parameter or the body cannot be read.",
    401: "There is no credential, or not a valid one.",
    403: "The credential may not do this.",
    404: "What is named does not exist.",
    408: "The body stopped: nothing came for 30 s.",
    409: "It contradicts what is stored; the message says how.",
    413: "The body is larger than the limits allow.",
    415: "The body is of a kind that is not read here.",
    422: "A value is wrong; the message names it.",
    429: "Too much waits already; nothing was stored. Try again after `Retry-After` seconds.",
    500: "The request could not be done; the message says why, or names an id in the server's log.",
    503: "A store does not answer, or the server is stopping. Try again after `Retry-After` seconds.",
    504: "The machine that was asked is offline or did not answer in time.",
}

OF_A_CREDENTIAL = (401, 403)
OF_A_PARAMETER = (400,)
OF_A_PATH = (404,)
OF_A_BODY = (400, 408, 413, 422, 429)
OF_A_STORE = (503,)

COMPONENT = "#/components/schemas/{name}"


def document_errors(app: Litestar, shape_of: Callable[[str], Shape]) -> None:
    """Write the errors of every route into the application's OpenAPI document.

    What a route describes itself stays; the framework's own error, which is answered nowhere, goes.
    `shape_of` returns the shape of the errors under a path.
    """
    document = app.openapi_schema
    shapes: set[type] = set()
    for route in app.routes:
        item = (document.paths or {}).get(route.path_format or "/")
        if not isinstance(route, HTTPRoute) or item is None:
            continue
        shape = type(shape_of(route.path)(Problem(500, "", "")))
        for handler in route.route_handlers:
            for operation in _operations(item, handler):
                _document(operation, handler, shape)
                shapes.add(shape)
    in_order = sorted(shapes, key=lambda shape: shape.__name__)
    _, components = msgspec.json.schema_components(in_order, ref_template=COMPONENT)
    schemas: dict[str, Any] = document.components.schemas
    schemas.update(components)


def _operations(item: PathItem, handler: HTTPRouteHandler) -> Iterable[Operation]:
    operations = (getattr(item, method.lower()) for method in handler.http_methods)
    return [operation for operation in operations if operation is not None]


def _document(operation: Operation, handler: HTTPRouteHandler, shape: type) -> None:
    described = operation.responses or {}
    responses = operation.responses = {
        status: response for status, response in described.items() if not _is_the_frameworks(response)
    }
    for status in _statuses(operation, handler):
        if str(status) not in responses:
            responses[str(status)] = OpenAPIResponse(
                description=MEANING[status],
                content={
                    "application/json": OpenAPIMediaType(
                        schema=Reference(ref=COMPONENT.format(name=shape.__name__))
                    )
                },
            )


def _statuses(operation: Operation, handler: HTTPRouteHandler) -> list[int]:
    """Return the error statuses of a route, rising."""
    places = [x.param_in for x in operation.parameters or () if isinstance(x, Parameter)]
    named: tuple[int, ...] = handler.opt.get("errors", ())
    statuses = {
        *named,
        *(OF_A_CREDENTIAL + OF_A_STORE if "needs" in handler.opt else ()),
        *(OF_A_PARAMETER if places else ()),
        *(OF_A_PATH if "path" in places else ()),
        *(OF_A_BODY + OF_A_STORE if operation.request_body is not None else ()),
    }
    wrong: int = handler.opt.get("wrong", 400)
    return sorted({wrong if status == 400 else status for status in statuses})


def _is_the_frameworks(response: OpenAPIResponse | Reference) -> bool:
    content = getattr(response, "content", None) or {}
    return any(
        isinstance(media.schema, Schema) and "status_code" in (media.schema.properties or {})
        for media in content.values()
    )
