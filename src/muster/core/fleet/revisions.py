"""Revisions: each change of the plan, who made it, and the way back."""

from typing import Any

import msgspec

from muster.core.fleet.plan import ENTRIES, Change, Entry, Key, Kind


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One change: at `ts_us` (Unix microseconds), by whom, what in words, and every entry it wrote.

    `id` is 0 until it is stored; then they rise.
    """

    id: int = 0
    ts_us: int
    by: str
    action: str
    changes: list[Change]


class _StoredChange(msgspec.Struct, frozen=True, omit_defaults=True):
    kind: Kind
    name: str
    other: str = ""
    before: msgspec.Raw = msgspec.Raw(b"null")
    after: msgspec.Raw = msgspec.Raw(b"null")


def changes_to_json(changes: list[Change]) -> str:
    """Return changes as JSON text."""
    stored = [_StoredChange(*change.key, _raw(change.before), _raw(change.after)) for change in changes]
    return msgspec.json.encode(stored).decode()


def changes_from_json(text: str) -> list[Change]:
    """Return the changes that `changes_to_json` wrote."""
    return [
        Change(Key(x.kind, x.name, x.other), _entry(x.kind, x.before), _entry(x.kind, x.after))
        for x in msgspec.json.decode(text, type=list[_StoredChange])
    ]


def to_document(entry: Entry | None) -> Any:
    """Return an entry as plain JSON values; null where there is none."""
    return None if entry is None else msgspec.to_builtins(entry)


def _raw(entry: Entry | None) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(entry))


def _entry(kind: Kind, raw: msgspec.Raw) -> Entry | None:
    return msgspec.json.decode(raw, type=ENTRIES[kind] | None)
