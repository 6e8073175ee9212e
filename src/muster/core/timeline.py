"""What of the fleet's plan, the inventory, metrics and the audit log happened to one machine."""

import asyncio
import enum

import msgspec

from muster.core.audit.ports import AuditLog, Question
from muster.core.fleet.agent_history import history_of_agent
from muster.core.fleet.collect_rules import collected_by
from muster.core.fleet.commands import CommandRecord
from muster.core.fleet.steering import Steering
from muster.core.inventory import Change, InventoryStore
from muster.core.inventory_history import changes_of, versions_until
from muster.core.logs.ports import LogStore
from muster.core.metrics.grid import SECOND_US
from muster.core.metrics.questions import Questions
from muster.core.metrics.silence import iter_silences
from muster.errors import InvalidInput
from muster.model.agent import Agent
from muster.model.metric import is_of_runner
from muster.model.metric_groups import group_of
from muster.model.release import UPGRADE, parse_signed_manifest

MAX_MARKS = 300
MAX_OF_A_KIND = 150
SHOWN_CHANGES = 6
ALIVE = "system.uptime_s"
"""A machine that measures anything measures this."""

FLEET_CHANGED = "FleetChanged"
"""What the audit log says of a revision, which is a mark already."""


RECOVERED = "recovered"
"""What a mark says of a runner that runs and failed before."""


class Timelines(msgspec.Struct, frozen=True):
    """The parts behind a timeline; agents take a sample each `interval_s` seconds."""

    steering: Steering
    inventory: InventoryStore
    questions: Questions
    logs: LogStore
    audit: AuditLog
    interval_s: float


class MarkKind(enum.StrEnum):
    """What happened."""

    ENROLLED = "enrolled"
    BOOT = "boot"
    SILENCE = "silence"
    """Nothing was measured from `ts_us` to `until_us`."""

    CONFIG = "config"
    """A revision of the fleet's plan, `id`, that touched this agent; `subject` says what it did."""

    RUNNER = "runner"
    """The runner `subject` came into a `state`: one of an agent, or `recovered` when it failed before."""

    UPGRADE = "upgrade"
    """The agent was told to run the version `subject`; `until_us` is when it answered."""

    INVENTORY = "inventory"
    """Version `id` of the inventory: `changes` are the first places that differ, of `count`."""

    AUDIT = "audit"
    """Audit event `id` of the application `subject` and the kind `state` names this machine."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at `ts_us`; `detail` says more of it, `by` who did it, as they are known."""

    kind: MarkKind
    ts_us: int
    until_us: int | None = None
    id: int | None = None
    subject: str = ""
    state: str = ""
    detail: str = ""
    by: str = ""
    count: int = 0
    changes: list[str] = []


class Asked(msgspec.Struct, frozen=True):
    """Whose marks from `from_us` to before `to_us` are asked for; only administrators see control actions."""

    agent: Agent
    from_us: int
    to_us: int
    is_admin: bool


class Found(msgspec.Struct):
    """Marks, of which there are more when `has_more`."""

    marks: list[Mark] = []
    has_more: bool = False


async def find_marks(timelines: Timelines, asked: Asked, *, now_us: int) -> Found:
    """Return the newest marks of a span, the oldest first."""
    found = await asyncio.gather(
        _revisions(timelines, asked),
        _inventory(timelines, asked),
        _silences(timelines, asked, now_us),
        _audit(timelines, asked),
        _commands(timelines, asked),
        _runners(timelines, asked),
    )
    marks = [mark for each in found for mark in each.marks]
    marks.append(Mark(kind=MarkKind.ENROLLED, ts_us=asked.agent.enrolled_us))
    marks = sorted((mark for mark in marks if _is_within(mark, asked)), key=lambda mark: mark.ts_us)
    has_more = len(marks) > MAX_MARKS or any(each.has_more for each in found)
    return Found(marks[-MAX_MARKS:], has_more)


def _is_within(mark: Mark, asked: Asked) -> bool:
    return mark.ts_us < asked.to_us and (mark.until_us or mark.ts_us) >= asked.from_us


async def _revisions(timelines: Timelines, asked: Asked) -> Found:
    """Find changes of what the agent should do; what was changed for all before it came is none of it."""
    steering = timelines.steering
    history = await history_of_agent(
        steering.store,
        steering.plan,
        asked.agent.id,
        from_us=max(asked.from_us, asked.agent.enrolled_us),
        to_us=asked.to_us,
        limit=MAX_OF_A_KIND,
    )
    marks = [
        Mark(kind=MarkKind.CONFIG, ts_us=each.ts_us, id=each.id, subject=each.action, by=each.by)
        for each in history.revisions
    ]
    return Found(marks, not history.is_whole)


async def _inventory(timelines: Timelines, asked: Asked) -> Found:
    record_id = await timelines.inventory.record_of(asked.agent.id)
    if record_id is None:
        return Found()
    versions, is_whole = await versions_until(
        timelines.inventory, record_id, since_us=asked.from_us, limit=MAX_OF_A_KIND
    )
    found = Found(has_more=not is_whole)
    for each in changes_of(versions):
        version = each.version
        if each.boot_s is not None:
            found.marks.append(Mark(kind=MarkKind.BOOT, ts_us=each.boot_s * SECOND_US))
        if each.differences or version.change is not Change.CHANGED:
            found.marks.append(
                Mark(
                    kind=MarkKind.INVENTORY,
                    ts_us=version.ts_us,
                    id=version.id,
                    state=version.change,
                    by=version.by,
                    count=len(each.differences),
                    changes=[difference.path for difference in each.differences[:SHOWN_CHANGES]],
                )
            )
    return found


async def _silences(timelines: Timelines, asked: Asked, now_us: int) -> Found:
    agent, fleet = asked.agent, timelines.steering.fleet
    from_us, to_us = max(asked.from_us, agent.enrolled_us), min(asked.to_us, now_us)
    collected = collected_by(fleet.desired.plan, agent.id)
    if to_us <= from_us or group_of(ALIVE) in collected.off:
        return Found()
    answer = await timelines.questions.over_time({agent.id}, {ALIVE}, from_us=from_us, to_us=to_us)
    own = next((values for key, values in answer.series if not is_of_runner(key.labels)), None)
    if own is None:
        if collected.interval_s is None:
            return Found()
        own = [None] * answer.grid.count
    interval_s = collected.interval_s or timelines.interval_s
    silences = iter_silences(own, answer.grid, interval_s=interval_s, from_us=from_us, to_us=to_us)
    return Found([Mark(kind=MarkKind.SILENCE, ts_us=each.from_us, until_us=each.to_us) for each in silences])


async def _audit(timelines: Timelines, asked: Asked) -> Found:
    """Find audit events whose payload has the agent's id, or its hostname as a whole string."""
    names = (asked.agent.id, f'"{asked.agent.hostname}"')
    pages = await asyncio.gather(
        *(
            timelines.audit.page(
                Question(
                    limit=MAX_OF_A_KIND,
                    from_us=asked.from_us,
                    to_us=asked.to_us,
                    text=name,
                    with_control=asked.is_admin,
                )
            )
            for name in names
        )
    )
    events = {event.id: event for page in pages for event in page.events}
    marks = [
        Mark(
            kind=MarkKind.AUDIT,
            ts_us=event.ts_us,
            id=event.id,
            subject=event.source.application,
            state=event.source.kind,
        )
        for event in events.values()
        if event.source.kind != FLEET_CHANGED
    ]
    has_more = any(len(page.events) == MAX_OF_A_KIND or page.ran_out_of_time for page in pages)
    return Found(marks, has_more)


async def _commands(timelines: Timelines, asked: Asked) -> Found:
    records = await timelines.steering.fleet.commands(asked.agent.id)
    return Found([_upgrade(record) for record in records if record.kind == UPGRADE])


def _upgrade(record: CommandRecord) -> Mark:
    try:
        version = parse_signed_manifest(record.argument).manifest.version
    except InvalidInput:
        version = ""
    return Mark(
        kind=MarkKind.UPGRADE,
        ts_us=record.created_us,
        until_us=record.ended_us,
        subject=version,
        state=record.state,
        detail=record.message,
        by=record.by,
    )


async def _runners(timelines: Timelines, asked: Asked) -> Found:
    """Find what became of runners, and the last state of those that changed before this was kept."""
    agent_id, reported = asked.agent.id, timelines.steering.fleet.reported
    changes = await reported.changes(agent_id, from_us=asked.from_us, to_us=asked.to_us, limit=MAX_OF_A_KIND)
    marks = [
        Mark(
            kind=MarkKind.RUNNER,
            ts_us=change.ts_us,
            subject=change.runner,
            state=RECOVERED if change.is_recovery else change.state,
            detail=change.reason,
        )
        for change in changes
    ]
    known = {(mark.subject, mark.ts_us) for mark in marks}
    for name, status in reported.runners(agent_id).items():
        if status.since_us and (name, status.since_us) not in known:
            marks.append(
                Mark(
                    kind=MarkKind.RUNNER,
                    ts_us=status.since_us,
                    subject=name,
                    state=status.state,
                    detail=status.reason,
                )
            )
    return Found(marks, len(changes) == MAX_OF_A_KIND)
