"""Names that people give: tags and configurations."""

from muster.errors import InvalidInput

MAX_NAME = 128
MAX_NOTE = 4096

RESERVED = frozenset({"batch", "delete", "machine", "start", "stop", "reset", "check", "upgrade"})
"""Words that routes use where a name could stand."""


def parse_name(text: str, field: str = "name") -> str:
    """Return a name: 1-128 characters, none of them a control character or `/`. Raises InvalidInput."""
    if not 1 <= len(text) <= MAX_NAME:
        raise InvalidInput(f"expected 1-{MAX_NAME} characters", field=field)
    if not text.isprintable() or "/" in text or text != text.strip() or text in (".", ".."):
        raise InvalidInput("expected printable characters, no / and no space at an end", field=field)
    if text in RESERVED:
        raise InvalidInput(f"{text} is reserved", field=field)
    return text


def parse_note(text: str, field: str = "note") -> str:
    """Return a note. Raises InvalidInput beyond 4096 characters, and for U+0000."""
    if len(text) > MAX_NOTE or "\x00" in text:
        raise InvalidInput(f"expected at most {MAX_NOTE} characters, without U+0000", field=field)
    return text
