"""What is asked of the process that tries drafts, and what it answers."""

from typing import Any

from msgspec import Struct

from muster.pipeline.grok.spans import Span

MAX_LINES = 1000
"""Lines that are tried at once."""

MAX_BYTES = 1024 * 1024
"""Bytes in them."""

MAX_STORED = 50_000
"""Stored rows that a draft is held against at once."""

MAX_STORED_CHARS = 16 * 1024 * 1024
"""Characters in their lines, messages and fields, about."""


class Lines(Struct, frozen=True):
    """Lines that came from one source."""

    source: str
    lines: list[str]


class TryRequest(Struct, frozen=True, kw_only=True, tag="try"):
    """Lines to hold against a configuration.

    `files` has the text of each file that the configuration names, as the agent reads it; None: there is
    no agent. `is_read`: a reader made the lines, so that they are whole entries. `now_us` is when.
    """

    config: dict[str, Any]
    lines: list[Lines] = []
    files: dict[str, str] | None = None
    is_read: bool = False
    now_us: int


class StoredLine(Struct, frozen=True):
    """A stored row: its line, where it came from, when (Unix microseconds), and what was made of it."""

    line: str
    source: str
    ts_us: int
    level: str
    message: str
    fields: dict[str, str]


class BacktestRequest(Struct, frozen=True, kw_only=True, tag="backtest"):
    """Stored rows to hold against a draft; `current` is the configuration that made them, if it is known."""

    config: dict[str, Any]
    current: dict[str, Any] | None
    rows: list[StoredLine]


class DraftError(Struct, frozen=True, kw_only=True):
    """What is wrong with a draft: the key (`parser.grok_patterns`), and the nearest known one."""

    key: str
    message: str
    nearest: str | None = None


class StageFields(Struct, frozen=True):
    """The fields of a line behind a stage; null when it is filtered or failed there."""

    name: str
    fields: dict[str, Any] | None


class TriedLine(Struct, frozen=True, kw_only=True):
    """A line and what came of it: fields, or an error; neither: it was filtered.

    `spans` say where in `raw` a field stands, in characters (Unicode code points), for parsers that
    can tell; `stages` what each stage made of it, for the first lines.
    """

    raw: str
    fields: dict[str, Any] | None = None
    error: str | None = None
    spans: list[Span] | None = None
    stages: list[StageFields] | None = None


class TriedCounts(Struct, frozen=True):
    """What became of the lines; `parsed` counts rows, of which a line may give several."""

    read: int = 0
    parsed: int = 0
    failed: int = 0
    filtered: int = 0


class Tried(Struct, frozen=True, kw_only=True):
    """What a draft makes of lines. `notes` are for people; `lines_per_s` is of one processor."""

    lines: list[TriedLine] = []
    columns: list[str] = []
    counts: TriedCounts = TriedCounts()
    lines_per_s: float | None = None
    errors: list[DraftError] = []
    notes: list[str] = []


class Rate(Struct, frozen=True, kw_only=True):
    """How lines fare: `match_rate` is the share of `rows` that are parsed, 0-1; None without rows."""

    rows: int = 0
    parsed: int = 0
    failed: int = 0
    filtered: int = 0
    match_rate: float | None = None
    lines_per_s: float | None = None


class Example(Struct, frozen=True):
    """A line in which a field is another one; null: it is not there."""

    raw: str
    draft: str | None
    current: str | None


class FieldDifference(Struct, frozen=True, kw_only=True):
    """In how many rows a field is only in the draft's result, only in what is stored, or another one."""

    field: str
    only_draft: int
    only_current: int
    differs: int
    examples: list[Example]


class Backtested(Struct, frozen=True, kw_only=True):
    """What a draft makes of stored lines, beside what is stored.

    `same` rows have no difference at all. `repeated` rows are made again, as they are stored, by the
    configuration of today; None: there is none. Few of them mean that the lines are not the raw ones, or
    that the configuration has changed since.
    """

    lines: int = 0
    draft: Rate = Rate()
    current: Rate = Rate()
    same: int = 0
    repeated: int | None = None
    fields: list[FieldDifference] = []
    errors: list[DraftError] = []
    notes: list[str] = []


class SampleRequest(Struct, frozen=True):
    """Which lines an agent is asked for; senders and their secrets are left out of the configuration."""

    config: dict[str, Any]
    max_lines: int = 100


class Sampled(Struct, frozen=True, kw_only=True):
    """Lines of an agent's files, the newest last, and the files that the configuration names besides."""

    lines: list[Lines] = []
    files: dict[str, str] = {}
    notes: list[str] = []


class Failure(Struct, frozen=True, tag="failure"):
    """The process could not do it; `code` is stable."""

    code: str
    message: str
