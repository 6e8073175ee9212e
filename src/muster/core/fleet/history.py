"""What became of one configuration over time, out of the revisions of the whole plan."""

import msgspec

from muster.core.fleet.plan import Change, Config, Kind
from muster.core.fleet.ports import PlanStore
from muster.core.fleet.revisions import Revision

LOOKED_AT = 2000
"""Revisions that are read for one answer at most."""

AT_ONCE = 200


class ConfigRevision(msgspec.Struct, frozen=True, kw_only=True):
    """What one revision did to a configuration; `others` counts what else it wrote.

    `is_written`: the configuration itself is another one; then `before` and `after` are what it was,
    None where there was none. The rest is who gained or lost it.
    """

    id: int
    ts_us: int
    by: str
    action: str
    is_written: bool
    before: Config | None
    after: Config | None
    tags_added: list[str]
    tags_removed: list[str]
    agents_added: list[str]
    agents_removed: list[str]
    others: int


class ConfigHistory(msgspec.Struct, frozen=True):
    """Revisions, the newest first; `next` is where to look for older ones, None when there are none."""

    revisions: list[ConfigRevision]
    next: int | None


async def history_of(store: PlanStore, name: str, *, limit: int, before: int | None = None) -> ConfigHistory:
    """Return the newest revisions that touch a configuration, at most `limit`.

    Looks through a bounded number of revisions; an answer may therefore be empty and still have a `next`.
    """
    found: list[ConfigRevision] = []
    looked_at = 0
    while looked_at < LOOKED_AT:
        page = await store.revisions(limit=AT_ONCE, before=before)
        for revision in page:
            before = revision.id
            touching = to_config_revision(revision, name)
            if touching is not None:
                found.append(touching)
                if len(found) == limit:
                    return ConfigHistory(found, before)
        looked_at += len(page)
        if len(page) < AT_ONCE:
            return ConfigHistory(found, None)
    return ConfigHistory(found, before)


def to_config_revision(revision: Revision, name: str) -> ConfigRevision | None:
    """Return what a revision did to a configuration, None when that is nothing."""
    mine = [change for change in revision.changes if _is_of(change, name)]
    if not mine:
        return None
    written = next((change for change in mine if change.key.kind is Kind.CONFIG), None)
    tags = [change for change in mine if change.key.kind is Kind.TAG_CONFIG]
    agents = [change for change in mine if change.key.kind is Kind.ASSIGNMENT]
    return ConfigRevision(
        id=revision.id,
        ts_us=revision.ts_us,
        by=revision.by,
        action=revision.action,
        is_written=written is not None,
        before=_config(written.before) if written else None,
        after=_config(written.after) if written else None,
        tags_added=[change.key.name for change in tags if change.after is not None],
        tags_removed=[change.key.name for change in tags if change.after is None],
        agents_added=[change.key.other for change in agents if change.after is not None],
        agents_removed=[change.key.other for change in agents if change.after is None],
        others=len(revision.changes) - len(mine),
    )


def _is_of(change: Change, name: str) -> bool:
    match change.key.kind:
        case Kind.CONFIG | Kind.ASSIGNMENT:
            return change.key.name == name
        case Kind.TAG_CONFIG:
            return change.key.other == name
    return False


def _config(entry: object) -> Config | None:
    return entry if isinstance(entry, Config) else None
