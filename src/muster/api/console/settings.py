"""The settings in force, where each comes from, and those that administrators change here."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, put
from litestar.params import PathParameter

from muster import __version__
from muster.api.console.changing import JSON_OBJECT, DryRun
from muster.api.http.authorization import Needs, caller_of
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest, json_of, raw_body
from muster.core.fleet.server_settings import clear_setting, set_setting
from muster.core.fleet.steering import Edit, Steering
from muster.core.storage import INVENTORY_KEPT_BY, KEPT_BY, Dropped, StorageStore, kept_days
from muster.errors import NotFound
from muster.model.access import Scope
from muster.settings import EDITABLE, KEYS, RELOADABLE, Settings, parse_edit, shown_value, value_of

ADMIN = {"needs": Needs(Scope.ADMIN)}
CHANGE = {"needs": Needs(Scope.ADMIN), "errors": (404,)}

DAY_S = 86_400

KeyPath = Annotated[str, PathParameter(description="A dotted key, such as retention.logs_days.")]


class ServerSettings(msgspec.Struct, frozen=True):
    """The parts behind these routes."""

    steering: Steering
    storage: StorageStore
    live: Live


class SettingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A setting in force; passwords are masked. `is_reloadable` ones change without a restart.

    `origin` is `default`, a file, a variable, `flag`, or `console` for one that was set by this route;
    `given` is what it would be without that, by `given_origin`.
    """

    key: str
    value: Any
    default: Any
    expected: str
    is_reloadable: bool
    is_editable: bool
    origin: str
    given: Any
    given_origin: str


class SettingsPage(msgspec.Struct, frozen=True):
    """`GET /console/v1/settings`."""

    version: str
    settings: list[SettingRow]


class NewValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `PUT /console/v1/settings/{KEY}`."""

    value: str | int | float | bool


class SettingChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What a change does, or a dry run would do. `dropped` is what retention drops of a table by it.

    `revision` undoes it by `POST /v1/api/revisions/{ID}/restore?to=before`; null when nothing changed.
    """

    key: str
    before: Any
    after: Any
    revision: int | None
    dropped: Dropped | None


@get("/settings", opt=ADMIN, summary="The settings in force, and where each comes from")
async def settings_page(server_settings: ServerSettings) -> SettingsPage:
    """Return every setting."""
    live, defaults = server_settings.live, Settings()
    rows = [
        SettingRow(
            key=name,
            value=shown_value(name, value_of(live.settings, name)),
            default=shown_value(name, value_of(defaults, name)),
            expected=key.expected,
            is_reloadable=name in RELOADABLE or name.partition(".")[0] in RELOADABLE,
            is_editable=name in EDITABLE,
            origin=live.origins.get(name, ""),
            given=shown_value(name, value_of(live.given, name)),
            given_origin=live.given_origins.get(name, ""),
        )
        for name, key in KEYS.items()
    ]
    return SettingsPage(__version__, rows)


@put(
    "/settings/{key:str}",
    opt=CHANGE,
    summary="Change a setting",
    operation_class=raw_body(JSON_OBJECT),
    status_code=200,
)
async def change_setting(
    key: KeyPath, request: AnyRequest, server_settings: ServerSettings, dry_run: DryRun = False
) -> Response[SettingChanged]:
    """Set a setting, at once and over restarts; it counts above the server's file and environment."""
    _check(key)
    body = await json_of(request, server_settings.live.limits, NewValue)
    steps = _Change(server_settings, key, caller_of(request), dry_run)
    return await steps.make(
        lambda draft: set_setting(draft, key, body.value), f"set {key} to {body.value}", body
    )


@delete("/settings/{key:str}", opt=CHANGE, summary="Take back what was set", status_code=200)
async def clear(
    key: KeyPath, request: AnyRequest, server_settings: ServerSettings, dry_run: DryRun = False
) -> Response[SettingChanged]:
    """Let a setting be what the server's file, environment or flags say, or its default."""
    _check(key)
    steps = _Change(server_settings, key, caller_of(request), dry_run)
    return await steps.make(lambda draft: clear_setting(draft, key), f"take back {key}", None)


class _Change(msgspec.Struct, frozen=True):
    """One change of a setting, or what it would do."""

    parts: ServerSettings
    key: str
    by: str
    is_dry_run: bool

    async def make(self, edit: Edit, action: str, new: NewValue | None) -> Response[SettingChanged]:
        """Make it. Raises InvalidInput for a wrong value."""
        before = value_of(self.parts.live.settings, self.key)
        checked = await self.parts.steering.change(edit, by=self.by, action=action, dry_run=True)
        after = value_of(self.parts.live.given, self.key) if new is None else parse_edit(self.key, new.value)
        dropped = await self._dropped(after)
        if not self.is_dry_run:
            checked = await self.parts.steering.change(edit, by=self.by, action=action)
        done = SettingChanged(
            key=self.key, before=before, after=after, revision=checked.revision, dropped=dropped
        )
        return Response(done, status_code=200)

    async def _dropped(self, days: Any) -> Dropped | None:
        """Return what retention drops with this setting; None when it is not one of retention."""
        now = datetime.now(UTC)
        if self.key == INVENTORY_KEPT_BY:
            return await self.parts.storage.replaced(round((now.timestamp() - days * DAY_S) * 1e6))
        table = next((table for table, key in KEPT_BY.items() if key == self.key), None)
        if table is None:
            return None
        return await self.parts.storage.droppable(table, now.date() - timedelta(days=kept_days(table, days)))


def _check(key: str) -> None:
    """Raise NotFound unless a setting can be changed here."""
    if key not in EDITABLE:
        known = "cannot be changed while the server runs" if key in KEYS else "is no setting"
        raise NotFound(f"{key} {known}")


HANDLERS: tuple[Any, ...] = (settings_page, change_setting, clear)
