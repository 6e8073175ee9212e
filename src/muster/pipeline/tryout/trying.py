"""Lines held against a draft: what each becomes, stage by stage."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from muster.errors import MusterError
from muster.model.log import MAX_MESSAGE_BYTES
from muster.pipeline.batch import (
    LINE,
    ORIGIN,
    PARSE_ERROR,
    REASON,
    STASH,
    LineBatch,
    Tally,
    fields_of,
    to_batch,
)
from muster.pipeline.grok.spans import Span
from muster.pipeline.readers.framing import Framer
from muster.pipeline.tryout.draft import PARSER, Draft, lines_per_s, open_draft
from muster.pipeline.tryout.messages import (
    MAX_LINES,
    DraftError,
    Lines,
    StageFields,
    Tried,
    TriedCounts,
    TriedLine,
    TryRequest,
)

if TYPE_CHECKING:
    import polars

STAGED = 5
"""For so many lines each stage's fields are answered."""

Row = tuple[dict[str, Any] | None, str | None]
"""The fields of a row, and why it failed."""


def try_lines(request: TryRequest) -> Tried:
    """Return what a draft makes of lines, or what is wrong with it. Raises EngineMissing."""
    now = datetime.fromtimestamp(request.now_us / 1_000_000, UTC)
    draft, errors = open_draft(request.config, request.files, lambda: now)
    if draft is None:
        return Tried(errors=errors)
    try:
        segments = request.lines if request.is_read else [_framed(draft, each) for each in request.lines]
    except MusterError as error:
        return Tried(errors=[DraftError(key="reader.head_pattern", message=error.message)])
    return _try(draft, segments, now)


def to_origins(
    lines: Sequence[str], sources: "polars.Series", read_at: "polars.Series | datetime"
) -> LineBatch:
    """Return a batch whose rows know of which line they came."""
    import polars

    batch = to_batch(lines, sources, read_at)
    return batch.with_rows(batch.rows.with_columns(polars.int_range(batch.rows.height).alias(ORIGIN)))


def _try(draft: Draft, segments: Sequence[Lines], now: datetime) -> Tried:
    import polars

    texts = [line for segment in segments for line in segment.lines][-MAX_LINES:]
    sources = [segment.source for segment in segments for _ in segment.lines][-MAX_LINES:]
    batch = began = to_origins(texts, polars.Series(sources, dtype=polars.String), now)
    stages: list[list[StageFields]] = [[] for _ in texts[:STAGED]]
    spans: dict[int, list[Span]] = {}
    for name, stage in draft.stages:
        if name == PARSER:
            spans = _spans(draft, batch, texts)
        batch = stage(batch)
        of_first = _by_origin(batch, below=STAGED)
        for origin, line in enumerate(stages):
            line.append(StageFields(name, of_first.get(origin, [(None, None)])[0][0]))
    found = _by_origin(batch)
    lines = [
        TriedLine(
            raw=text,
            fields=fields,
            error=error,
            spans=spans.get(origin) if fields is not None else None,
            stages=stages[origin] if origin < STAGED else None,
        )
        for origin, text in enumerate(texts)
        for fields, error in found.get(origin, [(None, None)])
    ]
    columns = [name for name in batch.fields if any(line.fields and name in line.fields for line in lines)]
    return Tried(
        lines=lines,
        columns=columns,
        counts=to_counts(batch.tally),
        lines_per_s=lines_per_s(draft, began),
        notes=_notes(draft),
    )


def to_counts(tally: Tally) -> TriedCounts:
    """Return the counts of a batch that passed all stages."""
    parsed = tally.read + tally.added - tally.filtered - tally.failed
    return TriedCounts(tally.read, parsed, tally.failed, tally.filtered)


def _by_origin(batch: LineBatch, *, below: int | None = None) -> dict[int, list[Row]]:
    """Return the rows that came of each line, with the fields that each has."""
    import polars

    rows = batch.rows if below is None else batch.rows.filter(polars.col(ORIGIN) < below)
    names = [name for name in fields_of(rows) if name not in (STASH, PARSE_ERROR)]
    found: dict[int, list[Row]] = {}
    for row in rows.select(ORIGIN, REASON, *names).iter_rows(named=True):
        fields = {name: row[name] for name in names if row[name] is not None}
        reason = row[REASON]
        found.setdefault(row[ORIGIN], []).append((None, reason) if reason is not None else (fields, None))
    return found


def _spans(draft: Draft, batch: LineBatch, texts: Sequence[str]) -> dict[int, list[Span]]:
    """Return where the fields are in lines that no stage has changed."""
    find = draft.parser.open_spans(draft.around)
    if find is None or not batch.rows.height:
        return {}
    found = find(batch.rows.get_column(LINE))
    lines = zip(batch.rows.get_column(ORIGIN), batch.rows.get_column(LINE), found, strict=True)
    return {origin: spans for origin, line, spans in lines if line == texts[origin]}


def _framed(draft: Draft, lines: Lines) -> Lines:
    """Join lines to entries as the draft's reader would. Raises PatternError."""
    head = getattr(draft.config.reader, "head_pattern", "") or draft.parser.HEAD_PATTERN
    if not head or not lines.lines:
        return lines
    framer = Framer(encoding="utf-8", max_line_bytes=MAX_MESSAGE_BYTES, head_pattern=head)
    block = "\n".join(lines.lines).encode(errors="replace")
    framed = framer.cut(block, is_skipping=False, is_settled=True, is_end=True)
    return Lines(lines.source, framed.lines.to_list())


def _notes(draft: Draft) -> list[str]:
    return (
        ["extra_info adds fields of the agent's machine, not shown here"]
        if draft.config.runner.extra_info
        else []
    )
