"""Answers of requests with an `Idempotency-Key`, stored in the transaction of their effect."""

from collections.abc import Callable

from sqlalchemy import Connection, delete, text

from muster.errors import InvalidInput
from muster.model.idempotency import IdempotencyKey
from muster.store.relational.database import Relational
from muster.store.relational.schema import idempotency_keys

KEPT_S = 24 * 3600
"""A key is good for so long."""

_CLAIM = text(
    "INSERT INTO idempotency_keys (surface, key, body_sha256, answer, created_us) "
    "VALUES (:surface, :key, :sha256, :answer, :created_us) ON CONFLICT (surface, key) DO NOTHING"
)
_FIND = text("SELECT body_sha256, answer FROM idempotency_keys WHERE surface = :surface AND key = :key")
_SAVE = text("UPDATE idempotency_keys SET answer = :answer WHERE surface = :surface AND key = :key")
_RELEASE = text("DELETE FROM idempotency_keys WHERE surface = :surface AND key = :key")


def once(
    connection: Connection, key: IdempotencyKey | None, now_us: int, effect: Callable[[], bytes]
) -> bytes:
    """Run `effect` and keep its answer, or return the answer that it gave before; no key: just run it.

    `effect` may raise, which undoes the transaction and the key with it. Raises InvalidInput when the
    key was used for another request.
    """
    if key is None:
        return effect()
    known = claim(connection, key, now_us)
    if known is not None:
        return known
    answer = effect()
    save_answer(connection, key, answer)
    return answer


def claim(connection: Connection, key: IdempotencyKey, now_us: int) -> bytes | None:
    """Return the answer of a key, or take the key and return None. Raises InvalidInput as `once`.

    Another server with the same key waits until this transaction ends. Whoever took it MUST save an
    answer or release it.
    """
    at = {"surface": key.surface, "key": key.key}
    row = at | {"sha256": key.sha256, "answer": b"", "created_us": now_us}
    if connection.execute(_CLAIM, row).rowcount:
        return None
    return find_answer(connection, key)


def find_answer(connection: Connection, key: IdempotencyKey) -> bytes | None:
    """Return the answer of a key, None when it was not used. Raises InvalidInput as `once`."""
    found = connection.execute(_FIND, {"surface": key.surface, "key": key.key}).one_or_none()
    if found is None:
        return None
    sha256, answer = found
    if bytes(sha256) != key.sha256:
        raise InvalidInput("this key was used for another request", field="Idempotency-Key")
    return bytes(answer)


def save_answer(connection: Connection, key: IdempotencyKey, answer: bytes) -> None:
    """Keep the answer of a key that was taken in this transaction."""
    connection.execute(_SAVE, {"surface": key.surface, "key": key.key, "answer": answer})


def release(connection: Connection, key: IdempotencyKey) -> None:
    """Give back a key that was taken in this transaction."""
    connection.execute(_RELEASE, {"surface": key.surface, "key": key.key})


def prune_keys(relational: Relational, before_us: int) -> int:
    """Forget answers given before a time, return how many. Blocks."""
    old = delete(idempotency_keys).where(idempotency_keys.c.created_us < before_us)
    return int(relational.write_now(lambda c: c.execute(old).rowcount))
