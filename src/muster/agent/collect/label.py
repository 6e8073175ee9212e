"""Text of the machine as a report can hold it."""

from muster.model.report import MAX_LABEL


def to_label(text: str, limit: int = MAX_LABEL) -> str:
    """Return `text` in valid UTF-8, without U+0000, at most `limit` characters.

    Bytes that were no UTF-8 (Python hands them on as lone surrogates) become `?`.
    """
    return text.encode(errors="replace").decode().replace("\0", "")[:limit]
