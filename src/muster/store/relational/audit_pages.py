"""Pages of audit events: the newest first, by source, time and text."""

import heapq
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, text

from muster.core.audit.ports import Page, Question
from muster.core.audit.tree import WIDTH
from muster.model.audit import CONTROL_APPLICATION, AuditEvent, Source
from muster.store.relational.audit_schema import audit_events, audit_head, audit_sources, audit_spans

SEARCH_S = 2.0
"""A search that has not found enough by then returns what it has, and where to go on."""

FEW_SOURCES = 64
"""So many are looked up one by one in their index; more are picked out of all events."""

FIRST_WINDOW = 4096
LONGEST_RANGE = 100_000
"""Longer ranges of ids are looked through in parts, so that the first part need not wait for all."""

SHORT_S = 0.05
"""A window of ids that took less makes the next one twice as long."""

_events = audit_events.c


class _Filter(NamedTuple):
    """The sources wanted, None for all but those unwanted; and the condition on an event itself."""

    wanted: list[int] | None
    unwanted: list[int]
    condition: ColumnElement[bool] | None


def read_page(connection: Connection, question: Question) -> Page:
    """Return a page. Raises nothing but what the database does."""
    size = connection.execute(select(audit_head.c.size)).scalar() or 0
    top = min(size, question.before - 1) if question.before else size
    chosen = _filter(connection, question)
    if chosen.wanted == []:
        return Page([], None)
    found: list[int] = []
    end = time.monotonic() + SEARCH_S
    for low, high in _ranges(connection, question, top):
        for first, last in _windows(low, high, is_whole=chosen.condition is None):
            found += _find(connection, chosen, first, last, question.limit - len(found))
            if len(found) == question.limit:
                return _page(connection, found, found[-1])
            if first > 1 and time.monotonic() > end:
                return _page(connection, found, first)._replace(ran_out_of_time=True)
    return _page(connection, found, found[-1] if found else None)


def read_sources(connection: Connection, limit: int) -> list[Source]:
    """Return applications and kinds, at most `limit`."""
    query = select(audit_sources.c.application, audit_sources.c.kind)
    query = query.order_by(audit_sources.c.application, audit_sources.c.kind).limit(limit)
    return [Source(application, kind) for application, kind in connection.execute(query)]


def _filter(connection: Connection, question: Question) -> _Filter:
    sources = connection.execute(
        select(audit_sources.c.id, audit_sources.c.application, audit_sources.c.kind)
    )
    wanted: list[int] = []
    unwanted: list[int] = []
    for number, application, kind in sources:
        is_wanted = (
            question.application in (None, application)
            and question.kind in (None, kind)
            and (question.with_control or application != CONTROL_APPLICATION)
        )
        (wanted if is_wanted else unwanted).append(number)
    is_all = question.application is None and question.kind is None
    return _Filter(None if is_all else wanted, unwanted, _condition(connection, question))


def _condition(connection: Connection, question: Question) -> ColumnElement[bool] | None:
    parts: list[ColumnElement[bool]] = []
    if question.from_us is not None:
        parts.append(_events.ts_us >= question.from_us)
    if question.to_us is not None:
        parts.append(_events.ts_us < question.to_us)
    if question.text is not None:
        is_sqlite = connection.dialect.name == "sqlite"
        parts.append(
            or_(*(_contains(needle, n, is_sqlite) for n, needle in enumerate(_needles(question.text))))
        )
    return and_(*parts) if parts else None


def _contains(needle: bytes, number: int, is_sqlite: bool) -> ColumnElement[bool]:
    if is_sqlite:
        return func.instr(_events.payload, needle) > 0
    name = f"needle{number}"
    return text(f"position(:{name} IN payload) > 0").bindparams(**{name: needle})  # type: ignore[return-value]


def _needles(words: str) -> list[bytes]:
    """Return how a text may stand in JSON: as it is, and with the escapes that encoders write."""
    forms = (words, json.dumps(words, ensure_ascii=False)[1:-1], json.dumps(words)[1:-1])
    return [form.encode() for form in dict.fromkeys(forms)]


def _ranges(connection: Connection, question: Question, top: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of ids, the newest first, that may hold events of the times asked for."""
    if question.from_us is None and question.to_us is None:
        if top:
            yield 1, top
        return
    complete = top // WIDTH
    low, high = complete * WIDTH + 1, top
    spans = select(audit_spans.c.number).where(audit_spans.c.number < complete)
    if question.from_us is not None:
        spans = spans.where(audit_spans.c.max_us >= question.from_us)
    if question.to_us is not None:
        spans = spans.where(audit_spans.c.min_us < question.to_us)
    for (number,) in connection.execute(spans.order_by(audit_spans.c.number.desc())):
        if (number + 1) * WIDTH + 1 < low or high - low > LONGEST_RANGE:
            yield low, high
            high = (number + 1) * WIDTH
        low = number * WIDTH + 1
    if low <= high:
        yield low, high


def _windows(low: int, high: int, *, is_whole: bool) -> Iterator[tuple[int, int]]:
    """Cut a range of ids, from its end, into windows that take a short time each."""
    width = high if is_whole else FIRST_WINDOW
    while high >= low:
        first = max(low, high - width + 1)
        started = time.monotonic()
        yield first, high
        if time.monotonic() - started < SHORT_S:
            width *= 2
        high = first - 1


def _find(connection: Connection, chosen: _Filter, first: int, last: int, limit: int) -> list[int]:
    """Return the newest ids of a window that fit."""
    query = select(_events.id).where(_events.id.between(first, last))
    query = query.order_by(_events.id.desc()).limit(limit)
    if chosen.condition is not None:
        query = query.where(chosen.condition)
    if chosen.wanted is None:
        if chosen.unwanted:
            query = query.where(_events.source_id.not_in(chosen.unwanted))
        return list(connection.scalars(query))
    if len(chosen.wanted) > FEW_SOURCES:
        return list(connection.scalars(query.where(_events.source_id.in_(chosen.wanted))))
    by_source = (connection.scalars(query.where(_events.source_id == number)) for number in chosen.wanted)
    return heapq.nlargest(limit, (event_id for ids in by_source for event_id in ids))


def _page(connection: Connection, ids: Sequence[int], next_before: int | None) -> Page:
    """Fetch the events of ids that fall."""
    query = select(
        _events.id, _events.ts_us, audit_sources.c.application, audit_sources.c.kind, _events.payload
    ).join(audit_sources, audit_sources.c.id == _events.source_id)
    rows: dict[int, Any] = {}
    for at in range(0, len(ids), 500):
        rows |= {row.id: row for row in connection.execute(query.where(_events.id.in_(ids[at : at + 500])))}
    events = [
        AuditEvent(row.id, row.ts_us, Source(row.application, row.kind), bytes(row.payload))
        for row in (rows[event_id] for event_id in ids)
    ]
    return Page(events, next_before)
