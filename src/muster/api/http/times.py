"""Times in questions: Unix microseconds, ISO 8601, or relative to now."""

import re
from datetime import UTC, datetime, timedelta

from muster.errors import InvalidInput

UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
LATEST_US = 253_402_300_799_999_999
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_RELATIVE = re.compile(r"-([0-9]{1,9})([smhdw])")
_US = re.compile(r"[0-9]+")
_MAX_DIGITS = 18


def parse_time(text: str, now_us: int, *, field: str) -> int:
    """Return a time in Unix microseconds.

    `text` is that number, `now`, a span before now (`-15m`, `-24h`, `-7d`) or ISO 8601, where a time
    without a zone is UTC. Raises InvalidInput that names `field`.
    """
    if text == "now":
        return now_us
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        return max(0, now_us - int(relative[1]) * UNITS_S[relative[2]] * 1_000_000)
    if _US.fullmatch(text):
        if len(text) > _MAX_DIGITS:
            raise InvalidInput("expected microseconds, this number is too large", field=field)
        return min(int(text), LATEST_US)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "expected microseconds since 1970, `now`, a span before now like -1h, or ISO 8601", field=field
        ) from None
    since = (time if time.tzinfo else time.replace(tzinfo=UTC)) - EPOCH
    return min(max(0, since // timedelta(microseconds=1)), LATEST_US)
