"""The routers of this surface."""

from typing import Any

from litestar import Router

from muster.api.audit_events import events, proofs
from muster.api.audit_events.errors import error_handlers


def audit_routers(**options: Any) -> list[Router]:
    """Return the routes of this surface."""
    return [
        Router(
            "/",
            route_handlers=[events.add_events, events.list_events],
            exception_handlers=error_handlers(),
            opt={"wrong": 422},
            tags=["Audit events"],
            **options,
        ),
        Router(
            "/",
            route_handlers=[
                proofs.checkpoint,
                proofs.key,
                proofs.tile,
                proofs.inclusion,
                proofs.consistency,
                proofs.export,
            ],
            tags=["Audit proofs"],
            **options,
        ),
    ]
