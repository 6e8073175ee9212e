"""Query parameters to a question: which events are asked for."""

import re
from collections.abc import Mapping

from muster.api.audit_events.errors import WrongRequest
from muster.core.audit.ports import MAX_PAGE, Question
from muster.core.audit.times import parse_moment
from muster.errors import InvalidInput
from muster.model.audit import CONTROL_APPLICATION

DEFAULT_PAGE = 10
MAX_ID = 2**63 - 1
MAX_TEXT = 256

_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)")


def parse_question(query: Mapping[str, str]) -> Question:
    """Return the question of a request; unknown parameters are ignored. Raises WrongRequest."""
    application = query.get("application_name")
    from_us, to_us = _time_us(query, "from"), _time_us(query, "to")
    if from_us is not None and to_us is not None and from_us >= to_us:
        raise WrongRequest(["query", "to"], "expected a time after from")
    return Question(
        limit=parse_number(query, "page_size", 1, MAX_PAGE, DEFAULT_PAGE),
        before=parse_number(query, "page_token", 0, MAX_ID, 0) or None,
        application=application,
        kind=query.get("event_kind"),
        from_us=from_us,
        to_us=to_us,
        text=_text(query),
        with_control=application == CONTROL_APPLICATION,
    )


def parse_number(query: Mapping[str, str], name: str, low: int, high: int, default: int) -> int:
    """Return a whole number of a query. Raises WrongRequest outside of its bounds."""
    text = query.get(name)
    if text is None:
        return default
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_ID))
    if not is_number or not low <= int(text) <= high:
        raise WrongRequest(["query", name], f"expected a whole number from {low} to {high}")
    return int(text)


def _time_us(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    value: str | float = _LOST_PLUS.sub(r"\1+\2", text)
    if text.isascii() and text.isdecimal() and len(text) > len("20231205"):
        value = float(text)
    try:
        return parse_moment(value).ts_us
    except InvalidInput as error:
        raise WrongRequest(["query", name], error.message.partition(": ")[2]) from None


def _text(query: Mapping[str, str]) -> str | None:
    text = query.get("q")
    if text is None:
        return None
    if not 1 <= len(text) <= MAX_TEXT or "\x00" in text:
        raise WrongRequest(["query", "q"], f"expected 1-{MAX_TEXT} characters without U+0000")
    return text
