"""Everything of the console under one roof."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from muster.api.console import (
    admission,
    agents,
    attention,
    audit,
    bulk,
    collecting,
    configs,
    event_types,
    fleet,
    host_history,
    session,
    settings,
    storage,
    timeline,
    tokens,
    users,
)
from muster.api.console.pages import page_handlers


def console_handlers() -> list[ControllerRouterHandler]:
    """Return the routes of this surface."""
    api = Router(
        "/console/v1",
        route_handlers=[
            *session.HANDLERS,
            *attention.HANDLERS,
            *fleet.HANDLERS,
            *host_history.HANDLERS,
            *timeline.HANDLERS,
            *agents.HANDLERS,
            *admission.HANDLERS,
            *bulk.HANDLERS,
            *configs.HANDLERS,
            *event_types.HANDLERS,
            *audit.HANDLERS,
            *users.HANDLERS,
            *tokens.HANDLERS,
            *storage.HANDLERS,
            *settings.HANDLERS,
            *collecting.HANDLERS,
        ],
        tags=["Console"],
    )
    return [api, *page_handlers()]
