"""The product's own actions on their way from the outbox into the log, each exactly once."""

import asyncio
import hashlib

import msgspec

from muster.core.audit.events import make_batch
from muster.core.audit.ports import AuditBatch, AuditLog, Outbox
from muster.core.audit.times import to_text
from muster.model.audit import CONTROL_APPLICATION, ControlAction, Source
from muster.model.idempotency import IdempotencyKey

DRAIN_S = 1.0


async def drain(outbox: Outbox, log: AuditLog) -> int:
    """Move what waits into the log and return how much that was. Raises Unavailable or Overloaded.

    A crash between log and outbox repeats the move; the key of each action keeps it from being doubled.
    """
    moved = 0
    while waiting := await outbox.waiting():
        futures = [
            asyncio.wrap_future(log.submit(_batch(action), once=_once(key, action)))
            for key, action in waiting
        ]
        await asyncio.gather(*futures)
        await outbox.forget([key for key, _ in waiting])
        moved += len(waiting)
    return moved


def _batch(action: ControlAction) -> AuditBatch:
    source = Source(CONTROL_APPLICATION, action.kind)
    return make_batch(
        [action.ts_us], [to_text(action.ts_us)], [source], [msgspec.json.encode(action.details)]
    )


def _once(key: str, action: ControlAction) -> IdempotencyKey:
    return IdempotencyKey("outbox", key, hashlib.sha256(msgspec.json.encode(action)).digest())
