"""`/v1/api/revisions`: every change of the fleet's plan, and the way back."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import PathParameter, QueryParameter

from muster.api.fleet.control import CHANGE, READ, DryRun, FleetControl, answer_of
from muster.api.http.authorization import caller_of, is_admin
from muster.api.http.requests import AnyRequest
from muster.core.fleet.configs import masked
from muster.core.fleet.edits import is_of_admission
from muster.core.fleet.plan import Config, Entry, Key, Setting
from muster.core.fleet.restoring import Side
from muster.core.fleet.revisions import Revision, to_document
from muster.core.fleet.server_settings import is_of_server
from muster.errors import Forbidden

RevisionId = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
MAX_PAGE = 1000
LISTED = 100
"""Changes of one revision that a list shows."""


class ChangeRow(msgspec.Struct, frozen=True):
    """One thing that a revision wrote, before and after; null: it was not there, it is there no more."""

    kind: str
    name: str
    other: str
    before: Any
    after: Any


class RevisionRow(msgspec.Struct, frozen=True):
    """A change; `timestamp` in Unix seconds. `size` counts what it wrote; lists show the first hundred."""

    id: int
    timestamp: int
    by: str
    action: str
    size: int
    changes: list[ChangeRow]


class RevisionList(msgspec.Struct, frozen=True):
    """`GET /v1/api/revisions`, the newest first."""

    revisions: list[RevisionRow]


@get("/revisions", opt=READ, summary="What was changed, by whom and when")
async def list_revisions(
    fleet_control: FleetControl,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 100,
    before: Annotated[
        int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only revisions with a lower id.")
    ] = None,
) -> RevisionList:
    """Return revisions, the newest first, secrets masked."""
    found = await fleet_control.steering.store.revisions(limit=limit, before=before)
    return RevisionList([to_row(revision, limit=LISTED) for revision in found])


@get("/revisions/{revision_id:int}", opt=READ, summary="One revision")
async def one_revision(fleet_control: FleetControl, revision_id: RevisionId) -> RevisionRow:
    """Return a revision."""
    return to_row(await fleet_control.steering.store.find_revision(revision_id))


@post(
    "/revisions/{revision_id:int}/restore",
    opt=CHANGE,
    summary="Restore what a revision changed",
    status_code=200,
)
async def restore(
    request: AnyRequest,
    fleet_control: FleetControl,
    revision_id: RevisionId,
    to: Annotated[
        Side, QueryParameter(description="As it was after the revision, or before it, which undoes it.")
    ] = Side.AFTER,
    dry_run: DryRun = False,
) -> Response[Any]:
    """Make everything that the revision wrote as it was then; this is a revision itself."""
    revision = await fleet_control.steering.store.find_revision(revision_id)
    if any(map(is_of_server, revision.changes)) and not is_admin(request):
        raise Forbidden("only administrators change settings of the server")
    if any(map(is_of_admission, revision.changes)) and not is_admin(request):
        raise Forbidden("only administrators shut agents out and let them in")
    outcome = await fleet_control.steering.restore(revision_id, to, by=caller_of(request), dry_run=dry_run)
    return answer_of(outcome, dry_run=dry_run)


def to_row(revision: Revision, *, limit: int | None = None) -> RevisionRow:
    """Return a revision as it is answered, at most so many of its changes."""
    return RevisionRow(
        revision.id,
        revision.ts_us // 1_000_000,
        revision.by,
        revision.action,
        len(revision.changes),
        [_change(x.key, x.before, x.after) for x in revision.changes[:limit]],
    )


def _change(key: Key, before: Entry | None, after: Entry | None) -> ChangeRow:
    return ChangeRow(key.kind.value, key.name, key.other, _shown(before), _shown(after))


def _shown(entry: Entry | None) -> Any:
    match entry:
        case Config(config=text):
            return to_document(entry) | {"config": masked(msgspec.json.decode(text))}
        case Setting(value=text):
            return to_document(entry) | {"value": msgspec.json.decode(text)}
    return to_document(entry)


HANDLERS = (list_revisions, one_revision, restore)
