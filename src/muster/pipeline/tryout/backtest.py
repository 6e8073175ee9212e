"""A draft held against stored rows: how many it parses, what is other than what is stored, what it costs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from muster.pipeline.batch import ORIGIN, PARSE_ERROR, RAW_DATA, REASON, STASH, LineBatch
from muster.pipeline.log_columns import to_log_columns
from muster.pipeline.tags import READ_TIME
from muster.pipeline.tryout.draft import Draft, lines_per_s, open_draft
from muster.pipeline.tryout.messages import (
    Backtested,
    BacktestRequest,
    Example,
    FieldDifference,
    Rate,
    StoredLine,
)
from muster.pipeline.tryout.trying import to_counts, to_origins

EXAMPLES = 5
EXAMPLE_CHARS = 2000
"""A longer line or value of an example is cut."""

MAX_FIELDS = 500
"""Fields with differences that are answered; those with most of them first."""

TIME, LEVEL, MESSAGE = "_time", "_level", "_message"
"""Columns of a row, beside its fields."""

NOT_OF_THE_LINE = (RAW_DATA, PARSE_ERROR, STASH)
MACHINE = ("core", "hostname", "osinfo", "localip")
"""Fields that `extra_info` adds; here it is not known what they would be."""

Values = Mapping[str, str]
"""A row's columns and fields, as they are stored."""


def backtest(request: BacktestRequest) -> Backtested:
    """Return what a draft makes of stored rows, or what is wrong with it. Raises EngineMissing."""
    newest_us = max((row.ts_us for row in request.rows), default=0)
    now = datetime.fromtimestamp(newest_us / 1_000_000, UTC)
    draft, errors = open_draft(request.config, None, lambda: now)
    if draft is None:
        return Backtested(errors=errors)
    rows = request.rows
    ignored = _ignored(draft)
    made, rate = _make(draft, rows, ignored)
    stored = [_without(_stored(row), ignored) for row in rows]
    current = _stored_rate(rows)
    repeated = None
    notes: list[str] = []
    if request.current is not None:
        today, problems = open_draft(request.current, None, lambda: now)
        if today is None:
            notes.append(
                f"the current configuration cannot be run here: {problems[0].key}: {problems[0].message}"
            )
        else:
            again, cost = _make(today, rows, ignored)
            repeated = sum(is_same(again.get(at), values) for at, values in enumerate(stored))
            current = msgspec.structs.replace(current, lines_per_s=cost.lines_per_s)
    pairs = [(made.get(at), values, rows[at].line) for at, values in enumerate(stored)]
    return Backtested(
        lines=len(rows),
        draft=rate,
        current=current,
        same=sum(is_same(ours, theirs) for ours, theirs, _ in pairs),
        repeated=repeated,
        fields=differences(pairs),
        notes=notes,
    )


def is_same(made: Values | None, stored: Values) -> bool:
    """Tell whether a row has the same fields as a stored one."""
    return made is not None and not any(True for _ in _different(made, stored))


def differences(pairs: Iterable[tuple[Values | None, Values, str]]) -> list[FieldDifference]:
    """Count the differences between what was made of lines and what is stored, by field.

    A line that the draft filters has none: there is nothing to compare.
    """
    counts: dict[str, list[int]] = {}
    examples: dict[str, list[Example]] = {}
    for made, stored, line in pairs:
        if made is None:
            continue
        for name in _different(made, stored):
            ours, theirs = made.get(name), stored.get(name)
            kind = 0 if theirs is None else 1 if ours is None else 2
            counts.setdefault(name, [0, 0, 0])[kind] += 1
            shown = examples.setdefault(name, [])
            if len(shown) < EXAMPLES:
                shown.append(Example(line[:EXAMPLE_CHARS], _cut(ours), _cut(theirs)))
    found = [
        FieldDifference(field=name, only_draft=a, only_current=b, differs=c, examples=examples[name])
        for name, (a, b, c) in counts.items()
    ]
    order = sorted(found, key=lambda x: (-(x.only_draft + x.only_current + x.differs), x.field))
    return order[:MAX_FIELDS]


def _different(made: Values, stored: Values) -> Iterable[str]:
    names = dict.fromkeys((*made, *stored))
    return (name for name in names if made.get(name) != stored.get(name))


def _ignored(draft: Draft) -> frozenset[str]:
    """Return the fields that say nothing of a parser: they are not compared."""
    runner = draft.config.runner
    added = (*(MACHINE if runner.extra_info else ()), *((READ_TIME,) if runner.read_time else ()))
    return frozenset((*NOT_OF_THE_LINE, *(f"{runner.internal_key_prefix}{name}" for name in added)))


def _without(values: Values, ignored: Collection[str]) -> Values:
    return {name: value for name, value in values.items() if name not in ignored}


def _make(
    draft: Draft, rows: Sequence[StoredLine], ignored: Collection[str]
) -> tuple[dict[int, Values], Rate]:
    """Return what a configuration makes of each line, as it would be stored; of several rows the first."""
    import polars

    times = polars.Series([row.ts_us for row in rows], dtype=polars.Int64).cast(polars.Datetime("us", "UTC"))
    sources = polars.Series([row.source for row in rows], dtype=polars.String)
    began = to_origins([row.line for row in rows], sources, times)
    done = draft(began)
    counts = to_counts(done.tally)
    total = counts.parsed + counts.failed + counts.filtered
    rate = Rate(
        rows=total,
        parsed=counts.parsed,
        failed=counts.failed,
        filtered=counts.filtered,
        match_rate=counts.parsed / total if total else None,
        lines_per_s=lines_per_s(draft, began),
    )
    return {at: _without(values, ignored) for at, values in _values(done).items()}, rate


def _values(batch: LineBatch) -> dict[int, Values]:
    if not batch.rows.height:
        return {}
    columns = to_log_columns(batch)
    origins = batch.rows.get_column(ORIGIN)
    failed = batch.rows.get_column(REASON).is_not_null()
    found: dict[int, Values] = {}
    for origin, is_failed, row in zip(origins, failed, columns.iter_rows(named=True), strict=True):
        fields = {} if is_failed else dict(zip(row["names"], row["values"], strict=True))
        ts_us = round(row["ts"].timestamp() * 1_000_000)
        found.setdefault(origin, _with_columns(fields, ts_us, row["level"], row["message"]))
    return found


def _stored(row: StoredLine) -> Values:
    is_failed = PARSE_ERROR in row.fields
    return _with_columns({} if is_failed else row.fields, row.ts_us, row.level, row.message)


def _with_columns(fields: Mapping[str, str], ts_us: int, level: str, message: str) -> Values:
    time = datetime.fromtimestamp(ts_us / 1_000_000, UTC).isoformat(timespec="microseconds")
    columns: dict[str, Any] = {TIME: time, MESSAGE: message} | ({LEVEL: level} if level else {})
    return {**columns, **fields}


def _stored_rate(rows: Sequence[StoredLine]) -> Rate:
    failed = sum(PARSE_ERROR in row.fields for row in rows)
    total = len(rows)
    return Rate(
        rows=total,
        parsed=total - failed,
        failed=failed,
        match_rate=(total - failed) / total if total else None,
    )


def _cut(text: str | None) -> str | None:
    return text if text is None else text[:EXAMPLE_CHARS]
