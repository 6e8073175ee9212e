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
    words = parts[0].split()
    key, value = words[-1] if words else "", []
    for part in parts[1:-1]:
        head, next_key = _cut_last_word(part)
        value.append(head)
        if next_key:
            _add(pairs, key, splitter.join(value))
            key, value = next_key, []
    if len(parts) > 1:
        _add(pairs, key, splitter.join([*value, parts[-1]]))
    return pairs


def _add(pairs: dict[str, str], key: str, value: str) -> None:
    if key and len(pairs) < MAX_PAIRS:
        pairs[to_field_name(key.strip('"'))] = _unquoted(value.strip())


def _cut_last_word(part: str) -> tuple[str, str]:
    """Return what stands before the last word, and the word; no word when no blank is before it."""
    head = part.rstrip()
    words = head.rsplit(None, 1)
    word = words[-1] if words else ""
    if '"' in word or len(word) == len(head) == len(part):
        return part, ""
    return head[: len(head) - len(word)], word


def _split_outside_quotes(text: str, splitter: str) -> list[str]:
    if '"' not in text:
        return text.split(splitter)
    parts: list[str] = []
    begin = at = 0
    quote, split = text.find('"'), text.find(splitter)
    while split >= 0:
        if 0 <= quote < split:
            at = _end_of_quote(text, quote)
            if at == 0:
                return [*parts, *text[begin:].split(splitter)]
        else:
            parts.append(text[begin:split])
            begin = at = split + len(splitter)
        if 0 <= quote < at:
            quote = text.find('"', at)
        if split < at:
            split = text.find(splitter, at)
    return [*parts, text[begin:]]


def _end_of_quote(text: str, quote: int) -> int:
    """Return the place behind the closing quote, 0 when there is none."""
    end = text.find('"', quote + 1)
    while end >= 0 and _is_escaped(text, end):
        end = text.find('"', end + 1)
    return end + 1


def _is_escaped(text: str, at: int) -> bool:
    """Tell whether an odd number of backslashes stands before this place."""
    start = at
    while text[start - 1] == "\\":
        start -= 1
    return (at - start) % 2 == 1


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
    return value
