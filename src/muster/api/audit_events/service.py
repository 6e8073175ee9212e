"""What the routes of this surface need."""

import random
from collections.abc import Callable

import msgspec

from muster.api.audit_events.errors import InjectedFault
from muster.api.http.authorization import is_admin
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest
from muster.api.http.turns import Turns
from muster.core.audit.ports import AuditLog
from muster.errors import Forbidden
from muster.model.audit import CONTROL_APPLICATION


class AuditSurface(msgspec.Struct, frozen=True):
    """The parts behind these routes.

    `verifier` is the public key as text; `inserted` hears the applications of stored events; bulk
    bodies are decoded in `turns`;
    `random_share` returns numbers of 0 to 1.
    """

    log: AuditLog
    live: Live
    verifier: str
    inserted: Callable[[str, int], None]
    turns: Turns
    random_share: Callable[[], float] = random.random

    def maybe_fail(self) -> None:
        """Raise InjectedFault as often as `faults.audit_error_rate` asks for."""
        if self.random_share() < self.live.settings.faults.audit_error_rate:
            raise InjectedFault("this error was asked for by faults.audit_error_rate")


def check_may_read_control(request: AnyRequest) -> None:
    """Raise Forbidden unless the caller is an administrator."""
    if not is_admin(request):
        raise Forbidden(f"events of {CONTROL_APPLICATION!r} are for administrators")
