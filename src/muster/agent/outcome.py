"""What an answer of the server means for the agent. Pure: no transport, no clock."""

import enum

import msgspec

MAX_RETRY_AFTER_S = 300.0


class Outcome(enum.Enum):
    """The classes of answers; each asks for another reaction."""

    DONE = "done"
    """The server did it, or had done it already."""

    SEQUENCE_TAKEN = "sequence_taken"
    """Another batch is stored under this sequence: give this one a new epoch."""

    ID_TAKEN = "id_taken"
    """Another process speaks for this agent's id."""

    UNKNOWN = "unknown"
    """The credential or token is not known: enrol anew."""

    SHUT_OUT = "shut_out"
    """The server wants nothing of this agent until somebody lets it in: keep everything, ask now and then."""

    REFUSED = "refused"
    """The content is refused for good: repeating it cannot help."""

    LATER = "later"
    """The server, or the way to it, cannot now: repeat the same."""


class Answer(msgspec.Struct, frozen=True):
    """What became of a request; `message` is for people, `body` is what a DONE answer carried."""

    outcome: Outcome
    message: str = ""
    retry_after_s: float | None = None
    body: bytes = b""


_CONFLICTS = {"sequence_conflict": Outcome.SEQUENCE_TAKEN, "nonce_conflict": Outcome.ID_TAKEN}
_REFUSALS = frozenset({400, 409, 413, 415, 422})


def judge_status(status: int, code: str) -> Outcome:
    """Return what an HTTP status and the `code` of its error body mean.

    A status that neither this protocol nor its errors know (a proxy's 403, a wrong address' 404)
    says nothing of the content, so it is never a reason to give the content up.
    """
    if 200 <= status < 300:
        return Outcome.DONE
    if status == 401:
        return Outcome.SHUT_OUT if code == "shut_out" else Outcome.UNKNOWN
    if status == 409 and code in _CONFLICTS:
        return _CONFLICTS[code]
    if status in _REFUSALS:
        return Outcome.REFUSED
    return Outcome.LATER


def parse_retry_after(text: str) -> float | None:
    """Return the seconds a Retry-After header names, bounded; None when it names none."""
    if not (text.isascii() and text.isdigit()):
        return None
    return min(float(text), MAX_RETRY_AFTER_S)
