"""Runner configurations (behaviour 3b) as documents: checked, and shown without their secrets."""

import difflib
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from muster.errors import InvalidInput
from muster.model.metric_types import parse_metric_runner
from muster.model.runner_kinds import METRIC
from muster.pipeline.spec import check

MAX_CONFIG_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1
MASK = "***"

OBJECTS = frozenset({"reader", "cleaner", "parser", "router"})
LISTS = frozenset({"transforms", "senders", METRIC})

KEYS = frozenset(
    {
        *OBJECTS,
        *LISTS,
        *("name", "note", "batch_len", "batch_size", "batch_interval", "batch_try_times"),
        *("collect_interval", "errors_list_cap", "sync_every", "max_reader_close_wait_time"),
        *("max_line_len", "env_tag", "extra_info", "read_time", "internal_key_prefix", "log_audit"),
        *("is_block", "send_raw", "is_stopped", "createtime", "web_folder", "from_server"),
    }
)
"""Keys at the top of a configuration."""

_SECRET = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|secret|token|sk|ak|credential|credentials|authorization"
    r"|secret_?key|access_?key|api_?key|private_?key|community|auth_pass(?:word)?|priv_pass(?:word)?)$",
    re.IGNORECASE,
)


def validate_config(config: Any) -> list[str]:
    """Return what is wrong with a configuration, one line each; an empty list: nothing."""
    if not isinstance(config, dict):
        return ["config: expected an object"]
    bounds = first_beyond_bounds(config)
    if bounds:
        return [bounds]
    problems = [_unknown(key) for key in config if key not in KEYS]
    problems += [
        f"{key}: expected an object" for key in OBJECTS & config.keys() if not _is(config[key], dict)
    ]
    problems += [f"{key}: expected a list" for key in LISTS & config.keys() if not _is(config[key], list)]
    problems += [
        f"{key}[{index}]: expected an object"
        for key in LISTS & config.keys()
        if isinstance(config[key], list)
        for index, item in enumerate(config[key])
        if not isinstance(item, dict)
    ]
    return problems or _kind_problems(config)


def to_text(config: Any) -> str:
    """Return a configuration as the text that is stored. Raises InvalidInput that names each problem."""
    problems = validate_config(config)
    if problems:
        raise InvalidInput("; ".join(problems))
    text = msgspec.json.encode(config).decode()
    if len(text.encode()) > MAX_CONFIG_BYTES:
        raise InvalidInput(f"a configuration has at most {MAX_CONFIG_BYTES} bytes", field="config")
    return text


def masked(value: Any) -> Any:
    """Return a JSON value with `***` for each text that is a secret by its key."""
    match value:
        case dict():
            return {key: MASK if _hides(key, inner) else masked(inner) for key, inner in value.items()}
        case list():
            return [masked(inner) for inner in value]
    return value


def unmasked(value: Any, stored: Any, path: str = "config") -> Any:
    """Return a JSON value with the stored secrets for those that were sent back as `***`.

    Raises InvalidInput where there is none stored.
    """
    match value:
        case dict():
            old = stored if isinstance(stored, dict) else {}
            return {key: _revealed(key, inner, old.get(key), f"{path}.{key}") for key, inner in value.items()}
        case list():
            before = stored if isinstance(stored, list) else []
            pairs = zip(value, [*before, *[None] * len(value)], strict=False)
            return [unmasked(inner, old, f"{path}[{index}]") for index, (inner, old) in enumerate(pairs)]
    return value


def _revealed(key: str, value: Any, stored: Any, path: str) -> Any:
    if value != MASK or not _SECRET.search(key):
        return unmasked(value, stored, path)
    if not isinstance(stored, str):
        raise InvalidInput(f"{MASK} stands for a secret that is stored, and there is none", field=path)
    return stored


def _hides(key: str, value: Any) -> bool:
    return isinstance(value, str | int) and value != "" and _SECRET.search(key) is not None


def _is(value: Any, kind: type) -> bool:
    return value is None or isinstance(value, kind)


def _kind_problems(config: dict[str, Any]) -> list[str]:
    """Check what only some kinds of runner have."""
    if METRIC in config:
        if config.get("reader"):
            return ["a runner has a reader or metrics, not both"]
        try:
            parse_metric_runner(config)
        except InvalidInput as error:
            return [error.message]
        return []
    reader = config.get("reader")
    if not reader:
        return ["expected a reader, or metrics"]
    if not isinstance(reader.get("mode"), str) or not reader["mode"]:
        return ["reader.mode: expected the name of a reader"]
    return [str(problem) for problem in check(config)]


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key[:128], KEYS, n=1)
    return f"{key[:128]}: unknown" + (f"; did you mean {near[0]}?" if near else "")


def first_beyond_bounds(value: Any) -> str:
    """Return what cannot be stored, "" when all can."""
    for found, depth in _walk(value):
        if depth > MAX_DEPTH:
            return f"config: at most {MAX_DEPTH} levels"
        if isinstance(found, str) and "\x00" in found:
            return "config: must not contain U+0000"
        if isinstance(found, int) and abs(found) > MAX_INTEGER:
            return "config: a whole number has at most 63 bits"
    return ""


def _walk(value: Any) -> Iterator[tuple[Any, int]]:
    """Return every value and key with its depth, without recursion."""
    waiting = [(value, 0)]
    while waiting:
        found, depth = waiting.pop()
        yield found, depth
        if depth > MAX_DEPTH:
            continue
        if isinstance(found, dict):
            waiting += [(inner, depth + 1) for pair in found.items() for inner in pair]
        elif isinstance(found, list):
            waiting += [(inner, depth + 1) for inner in found]
