"""Settings of the server that were made in the console: entries of the plan, so that each can be undone."""

from typing import Any

import msgspec

from muster.core.fleet.plan import Change, Draft, Key, Kind, Plan, Setting
from muster.errors import InvalidInput, SettingsError
from muster.settings import parse_edit


def edits_of(plan: Plan) -> dict[str, Any]:
    """Return what was set, by dotted key."""
    entries = ((key.name, plan.get(key)) for key in plan.keys(Kind.SERVER_SETTING))
    return {name: msgspec.json.decode(entry.value) for name, entry in entries if isinstance(entry, Setting)}


def set_setting(draft: Draft, name: str, value: object) -> None:
    """Set a setting. Raises InvalidInput that names it."""
    try:
        parsed = parse_edit(name, value)
    except SettingsError as error:
        raise InvalidInput(error.message.removeprefix(f"{name}: "), field=name) from None
    text = msgspec.json.encode(parsed).decode()
    draft.put(Key(Kind.SERVER_SETTING, name), Setting(value=text))


def clear_setting(draft: Draft, name: str) -> None:
    """Let a setting be what the server's file, environment or flags say, or its default."""
    draft.put(Key(Kind.SERVER_SETTING, name), None)


def is_of_server(change: Change) -> bool:
    """Tell whether a change is of a setting of the server."""
    return change.key.kind is Kind.SERVER_SETTING
