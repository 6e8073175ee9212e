"""The envelope of every answer: `{"status", "response", "error": {"internal", "external"}}`."""

from typing import Any

import msgspec

from muster.api.http.errors import Problem

SPOKEN = (403, 404)
"""Statuses that the old service's document names; `response` is null for the others."""


class Reasons(msgspec.Struct, frozen=True):
    """Why a request failed: a stable code, and a sentence for people. Both null when it did not."""

    internal: str | None = None
    external: str | None = None


class Envelope(msgspec.Struct, frozen=True):
    """An answer of this surface."""

    status: bool
    response: Any
    error: Reasons = Reasons()


def failed(problem: Problem) -> Envelope:
    """Return the envelope of an error."""
    response = problem.status if problem.status in SPOKEN else None
    return Envelope(False, response, Reasons(problem.code, problem.message))


def to_json(response: object) -> bytes:
    """Return the body of a success."""
    return msgspec.json.encode(Envelope(True, response))
