"""Everything of logs under one roof."""

from litestar import Router
from litestar.di import Provide

from muster.api.logs import exporting, posting, searching, tailing
from muster.api.logs.asking import asked_rows


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
        dependencies={"where": Provide(asked_rows)},
        tags=["Logs"],
    )
