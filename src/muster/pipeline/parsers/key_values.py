"""Pairs `key=value` in a text, for the parsers and the transform that read them."""

from muster.pipeline.batch import to_field_name

MAX_PAIRS = 1000


def split_pairs(text: str, splitter: str) -> dict[str, str]:
    """Return the pairs of a text, in time linear in it; without any, nothing.

    The word before a splitter is a key. What follows up to the next key is its value, blanks included;
    in double quotes it may hold splitters, and quotes behind a backslash. A splitter with no blank
    between it and the splitter before belongs to the value (`url=/a?b=c`).
    """
    pairs: dict[str, str] = {}
    parts = _split_outside_quotes(text, splitter)
    key = parts[0].split()[-1] if parts[0].split() else ""
    value = ""
    for index, part in enumerate(parts[1:], 1):
        value = f"{value}{splitter}{part}" if value else part
        if index == len(parts) - 1:
            break
        head, next_key = _cut_last_word(part)
        if next_key is None:
            continue
        _add(pairs, key, value[: len(value) - len(part)] + head)
        key, value = next_key, ""
    if len(parts) > 1:
        _add(pairs, key, value)
    return pairs


def _add(pairs: dict[str, str], key: str, value: str) -> None:
    if key and len(pairs) < MAX_PAIRS:
        pairs[to_field_name(key.strip('"'))] = _unquoted(value.strip())


def _cut_last_word(part: str) -> tuple[str, str | None]:
    """Return what stands before the last word and the word; none when no blank or quote is before it."""
    if part[-1:].isspace() or not part:
        return part, None
    start = len(part)
    while start and not part[start - 1].isspace() and part[start - 1] != '"':
        start -= 1
    return (part, None) if start in (0, len(part)) else (part[:start], part[start:])


def _split_outside_quotes(text: str, splitter: str) -> list[str]:
    if '"' not in text:
        return text.split(splitter)
    parts: list[str] = []
    begin = at = 0
    while True:
        quote, split = text.find('"', at), text.find(splitter, at)
        if split < 0:
            return [*parts, text[begin:]]
        if 0 <= quote < split:
            end = _end_of_quote(text, quote)
            if end < 0:
                return [*parts, *text[begin:].split(splitter)]
            at = end
            continue
        parts.append(text[begin:split])
        begin = at = split + len(splitter)


def _end_of_quote(text: str, quote: int) -> int:
    """Return the place behind the closing quote, -1 when there is none."""
    at = quote + 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == '"':
            return at + 1
        at += 1
    return -1


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
    return value
