"""JSON lines into the logs table: the engine takes them apart, so that no row passes through Python."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from muster.core.ingest import BatchOutcome
from muster.core.logs.ports import LineFields, PostedLines
from muster.errors import InvalidInput, TooLarge, Unavailable
from muster.model.log import LEVELS, MAX_MESSAGE_BYTES
from muster.pipeline.levels import WORDS
from muster.store.telemetry.clients import LINES, TelemetryClients

MAX_LINES = 1_000_000
"""Of one request: they are one block of the engine, so one part."""

KEY_KEPT_US = 2 * 86_400 * 1_000_000
"""A key is good for so long."""

KEYS_IN_MEMORY = 10_000
_BLANK = re.compile(rb"\n(?:[ \t\r]*\n|[ \t\r]+\Z)")
BAD_LINE = "BAD-LINE"
TIMES_AT_ONCE = 10_000

LARGE_ROWS = 20_000
"""So many rows at once come when merges are frequent."""

SPELLINGS = {word: level for level, words in WORDS.items() for word in words}


def insert_sql(fields: LineFields) -> str:
    """Return the statement that stores lines; `_parameters` has its values."""
    (time_name, time), (message_name, message), (level_name, level_text) = (
        _picked(kind, names) for kind, names in _names(fields)
    )
    return f"""
INSERT INTO logs (received_at, row, ts, agent_id, runner, source, level, message, fields,
    epoch, sequence, batch_sha256)
SELECT fromUnixTimestamp64Micro({{received:Int64}}, 'UTC') AS at, n,
    least(at, if(empty(time), at, assumeNotNull(parsed))), '', '', {{source:String}},
    transform(lower(level_text), {{spellings:Array(String)}}, {{levels:Array(String)}}, '') AS level,
    message,
    mapFilter((k, v) -> k != time_name AND k != message_name AND (k != level_name OR level = ''), m),
    {{epoch:String}}, 1, if(n = 0, {{sha256:String}}, '')
FROM (
    SELECT toUInt32(rowNumberInAllBlocks()) AS n, m,
        {time_name} AS time_name, {time} AS time,
        {message_name} AS message_name, {message} AS message,
        {level_name} AS level_name, {level_text} AS level_text,
        parseDateTime64BestEffortOrNull(time, 6, 'UTC') AS parsed,
        throwIf(empty(m) OR (notEmpty(time) AND parsed IS NULL) OR length(message) > {MAX_MESSAGE_BYTES},
            '{BAD_LINE}') AS bad
    FROM (SELECT JSONExtract(line, 'Map(LowCardinality(String), String)') AS m
        FROM {LINES})
)
WHERE NOT bad
"""


def _picked(kind: str, names: Sequence[str]) -> tuple[str, str]:
    """Return the SQL for the first of some names that a line has, else the very first, and for its value.

    Names are compared one by one: a function over an array of them would copy each line for each.
    """
    bound = [f"{{{kind}_{number}:String}}" for number in range(len(names))]
    which = ", ".join(f"mapContains(m, {name}), {name}" for name in bound)
    value = ", ".join(f"mapContains(m, {name}), m[{name}]" for name in bound)
    return f"multiIf({which}, {bound[0]})", f"multiIf({value}, '')"


def _names(fields: LineFields) -> tuple[tuple[str, Sequence[str]], ...]:
    return (("time", fields.time), ("message", fields.message), ("level", fields.level))


class BadLine(Exception):
    """One of the lines cannot be read; nothing was stored."""


class LineInserts:
    """Inserts the lines of requests. One thread at a time may call it."""

    def __init__(self, clients: TelemetryClients) -> None:
        self._clients = clients
        self._stored: dict[str, str] = {}

    def insert_joined(self, some: Sequence[PostedLines], received_us: int) -> list[BatchOutcome]:
        """Store the lines of several requests without keys and with the same fields as one.

        Raises BadLine when one of them has a bad line, or they are too many: nothing is stored then.
        Raises Unavailable.
        """
        bodies = [without_blank_lines(lines.body) for lines in some]
        counts = [_count(body) for body in bodies]
        if sum(counts) > MAX_LINES:
            raise BadLine
        self._run(some[0], bodies, sum(counts), received_us)
        return [BatchOutcome(repeated=False, rows=count) for count in counts]

    def insert(self, lines: PostedLines, received_us: int) -> BatchOutcome:
        """Store the lines of a request unless its key is stored already; all or none, durable on return.

        Raises InvalidInput that names the first bad line, or the key when it has another content;
        TooLarge beyond a million lines; Unavailable.
        """
        count = lines.body.count(b"\n") + 1
        if count > MAX_LINES:
            raise TooLarge(f"{count} lines, at most {MAX_LINES} are accepted at once")
        if lines.key and self._is_repeat(lines, received_us):
            return BatchOutcome(repeated=True, rows=0)
        body = without_blank_lines(lines.body)
        try:
            self._run(lines, [body], count, received_us)
        except BadLine:
            raise self._first_bad(lines) from None
        if lines.key:
            self._remember(lines)
        return BatchOutcome(repeated=False, rows=_count(body))

    def _run(self, lines: PostedLines, bodies: Sequence[bytes], count: int, received_us: int) -> None:
        """Store about `count` lines of some bodies by what `lines` says of them."""
        sql, parameters = insert_sql(lines.fields), _parameters(lines, received_us)
        try:
            self._clients.insert_lines(sql, bodies, parameters, later_index=later_index(count))
        except Unavailable as error:
            if BAD_LINE in str(error.__cause__):
                raise BadLine from None
            raise

    def _is_repeat(self, lines: PostedLines, now_us: int) -> bool:
        stored = self._stored.get(lines.key)
        if stored is None:
            rows = self._clients.rows(
                "SELECT batch_sha256 FROM logs WHERE epoch = {epoch:String} AND runner = '' "
                "AND batch_sha256 != '' "
                "AND received_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') LIMIT 1",
                {"epoch": lines.key, "since": max(0, now_us - KEY_KEPT_US)},
            )
            if not rows:
                return False
            stored = str(rows[0][0])
        if stored != lines.sha256:
            raise InvalidInput("this key was used for another request", field="Idempotency-Key")
        return True

    def _remember(self, lines: PostedLines) -> None:
        self._stored[lines.key] = lines.sha256
        while len(self._stored) > KEYS_IN_MEMORY:
            del self._stored[next(iter(self._stored))]

    def _first_bad(self, lines: PostedLines) -> InvalidInput:
        """Say which line the engine stopped at: read line by line, since the engine does not tell."""
        times: list[tuple[int, str]] = []
        bad = None
        for number, line in _numbered(lines.body):
            reason = _problem(line, lines, times, number)
            if reason:
                bad = number, reason
                break
        for at in range(0, len(times), TIMES_AT_ONCE):
            some = times[at : at + TIMES_AT_ONCE]
            found = self._clients.rows(
                "SELECT arrayFirstIndex(t -> parseDateTime64BestEffortOrNull(t, 6, 'UTC') IS NULL, "
                "{times:Array(String)})",
                {"times": [text for _, text in some]},
            )[0][0]
            if found:
                number, text = some[found - 1]
                bad = number, f"{text[:100]!r} is not a time"
                break
        number, reason = bad or (0, "one of the lines cannot be read")
        return InvalidInput(f"line {number}: {reason}; nothing was stored", field="body")


def later_index(count: int) -> str:
    """Return the index that merges shall build for an insert of so many rows, "" for none.

    It takes a quarter of an insert's time, and under load one thread inserts while others merge; few rows
    are indexed at once, since nobody knows when they will be merged. See docs/adr/0012-log-table.md.
    """
    return "words" if count >= LARGE_ROWS else ""


def without_blank_lines(body: bytes) -> bytes:
    """Return the body without empty lines, of which the engine would make rows; it may be the same."""
    if not body[:1].isspace() and _BLANK.search(body) is None:
        return body
    return b"\n".join(line for line in body.split(b"\n") if line.strip())


def _count(body: bytes) -> int:
    return body.count(b"\n") + (not body.endswith(b"\n"))


def _parameters(lines: PostedLines, received_us: int) -> Mapping[str, Any]:
    spellings = {level: level for level in LEVELS} | SPELLINGS
    names = {f"{kind}_{n}": name for kind, each in _names(lines.fields) for n, name in enumerate(each)}
    return names | {
        "received": received_us,
        "source": lines.fields.source,
        "epoch": lines.key,
        "sha256": lines.sha256 if lines.key else "",
        "spellings": list(spellings),
        "levels": list(spellings.values()),
    }


def _numbered(body: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            yield number, line


def _problem(line: bytes, lines: PostedLines, times: list[tuple[int, str]], number: int) -> str:
    """Return what is wrong with a line, "" if nothing is; its time is left in `times` to be looked at."""
    try:
        row = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return str(error) or "nested too deeply"
    if not isinstance(row, dict) or not row:
        return "expected an object with at least one field"
    message = next((row[name] for name in lines.fields.message if name in row), "")
    if len(str(message).encode(errors="replace")) > MAX_MESSAGE_BYTES:
        return f"the message has more than {MAX_MESSAGE_BYTES} bytes"
    time = next((row[name] for name in lines.fields.time if name in row), "")
    if time != "":
        times.append((number, time if isinstance(time, str) else msgspec.json.encode(time).decode()))
    return ""
