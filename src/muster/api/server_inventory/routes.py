"""The router of this surface."""

from typing import Any

from litestar import Router
from litestar.enums import HttpMethod

from muster.api.server_inventory import information, servers
from muster.api.server_inventory.errors import error_handlers
from muster.api.server_inventory.refused import others_refused

READ_ONLY = (HttpMethod.GET,)
LIST = (HttpMethod.GET, HttpMethod.POST)
ONE = (HttpMethod.GET, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)
REFUSED = (
    ([servers.PATH, information.PATH], LIST),
    ([f"{servers.PATH}/add", f"{information.PATH}/add"], (HttpMethod.POST,)),
    ([f"{servers.PATH}/status", f"{servers.PATH}/{{pk:str}}/versions"], READ_ONLY),
    ([f"{information.PATH}/{{pk:str}}/versions", f"{information.PATH}/{{pk:str}}/compare"], READ_ONLY),
    ([f"{servers.PATH}/{{pk:str}}", f"{information.PATH}/{{pk:str}}"], ONE),
)
"""Paths, and the methods that they take; the others are answered 405."""


def server_inventory_router(**options: Any) -> Router:
    """Return the routes of this surface."""
    return Router(
        "/",
        route_handlers=[
            servers.list_servers,
            servers.server_status,
            servers.add_server,
            servers.one_server,
            servers.replace_server,
            servers.update_server,
            servers.delete_server,
            servers.server_versions,
            information.list_information,
            information.add_information,
            information.one_information,
            information.replace_information,
            information.update_information,
            information.delete_information,
            information.information_versions,
            information.compare_information,
            *(others_refused(*refused) for refused in REFUSED),
        ],
        exception_handlers=error_handlers(),
        tags=["Server inventory"],
        **options,
    )
