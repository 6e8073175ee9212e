"""What a reload changes, as a value."""

from typing import Any

import msgspec

from muster.settings.keys import KEYS, replaced, value_of
from muster.settings.mask import shown_value
from muster.settings.values import RELOADABLE, Settings


class SettingChange(msgspec.Struct, frozen=True):
    """A setting that differs. `old` and `new` are plain JSON values with secrets masked.

    `applied` is false when only a restart can apply it.
    """

    key: str
    old: Any
    new: Any
    applied: bool


class SettingsDiff(msgspec.Struct, frozen=True):
    """All changes, and the settings that a running process goes on with: the applied ones only."""

    changes: tuple[SettingChange, ...]
    effective: Settings

    @property
    def applied(self) -> tuple[SettingChange, ...]:
        """The changes that take effect now."""
        return tuple(change for change in self.changes if change.applied)

    @property
    def needs_restart(self) -> tuple[SettingChange, ...]:
        """The changes that wait for a restart."""
        return tuple(change for change in self.changes if not change.applied)


def diff_settings(old: Settings, new: Settings) -> SettingsDiff:
    """Compare what is in force with what was read anew."""
    changes: list[SettingChange] = []
    values: dict[str, Any] = {}
    for name in KEYS:
        before, after = value_of(old, name), value_of(new, name)
        if before == after:
            continue
        applied = name in RELOADABLE or name.partition(".")[0] in RELOADABLE
        changes.append(SettingChange(name, shown_value(name, before), shown_value(name, after), applied))
        if applied:
            values[name] = after
    return SettingsDiff(tuple(changes), replaced(old, values))
