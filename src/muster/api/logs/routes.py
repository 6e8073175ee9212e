"""Everything of logs under one roof."""

from litestar import Router

from muster.api.logs import exporting, posting, searching, tailing


def logs_router() -> Router:
    """Return the routes of this surface."""
    return Router(
        "/console/v1/logs",
        route_handlers=[
            *searching.HANDLERS,
            *exporting.HANDLERS,
            *tailing.HANDLERS,
            *posting.HANDLERS,
        ],
        tags=["Logs"],
    )
