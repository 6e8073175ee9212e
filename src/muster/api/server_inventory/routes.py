"""The router of this surface."""

from typing import Any

from litestar import Router

from muster.api.server_inventory import information, servers
from muster.api.server_inventory.errors import error_handlers


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
            servers.servers_not_allowed,
            servers.add_server_not_allowed,
            servers.server_lists_not_allowed,
            servers.server_not_allowed,
            information.list_information,
            information.add_information,
            information.one_information,
            information.replace_information,
            information.update_information,
            information.delete_information,
            information.information_versions,
            information.compare_information,
            information.information_list_not_allowed,
            information.add_information_not_allowed,
            information.information_history_not_allowed,
            information.information_not_allowed,
        ],
        exception_handlers=error_handlers(),
        tags=["Server inventory"],
        **options,
    )
