"""What needs a person, for the first thing that the console shows."""

from typing import Any

from litestar import get

from muster.api.http.authorization import Needs
from muster.core.attention.watch import Attention, Overall
from muster.model.access import Scope


@get("/attention", opt={"needs": Needs(Scope.READ)}, summary="What needs a person")
async def attention_page(attention: Attention) -> Overall:
    """Return what is wrong in the fleet and with the server, the worst first, at most a few seconds old."""
    return await attention.overall()


HANDLERS: tuple[Any, ...] = (attention_page,)
