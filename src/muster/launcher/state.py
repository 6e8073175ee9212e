"""What the launcher must not forget: small JSON files that are replaced as a whole."""

import contextlib
import json
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

BASE = "base"
"""The version that the launcher was installed with; it lies in no folder of its own."""

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}")


class Order(NamedTuple):
    """A version to try: the name of its folder, and how the server can be seen to be there.

    `raw` is all that the agent wrote; its outcome carries it back to whichever version runs then.
    """

    name: str
    server: str
    ca_file: str
    raw: dict[str, Any]


class State(NamedTuple):
    """The version in use, and the one being tried with the number of its starts.

    `base_version` is the one beside which `current` was installed; `python` is what both run on.
    """

    current: str = BASE
    trial: Order | None = None
    starts: int = 0
    base_version: str = ""
    python: str = ""


class Files:
    """The files in `<data>/launcher`. Only the agent writes `pending.json` and `healthy`."""

    def __init__(self, data: Path) -> None:
        self.directory = data / "launcher"
        self._versions = data / "versions"
        self._state = self.directory / "state.json"
        self._pending = self.directory / "pending.json"
        self._healthy = self.directory / "healthy"
        self._outcome = self.directory / "outcome.json"

    def load(self) -> State:
        """Return the stored state; the one of a first start when there is none, or it is damaged."""
        stored = _read(self._state)
        trial = stored.get("trial")
        current = str(stored.get("current", BASE))
        starts = stored.get("starts", 0)
        return State(
            current=current if _NAME.fullmatch(current) else BASE,
            trial=parse_order(trial) if isinstance(trial, dict) else None,
            starts=starts if isinstance(starts, int) else 0,
            base_version=str(stored.get("base_version", "")),
            python=str(stored.get("python", "")),
        )

    def save(self, state: State) -> None:
        """Replace the state; durable on return. Raises OSError."""
        trial = state.trial.raw if state.trial else None
        _replace(self._state, state._asdict() | {"trial": trial})

    def pending(self) -> Order | None:
        """Return the version that the agent asks for; None when there is none that can be understood."""
        return parse_order(_read(self._pending))

    def forget_pending(self) -> None:
        """Remove what the agent asked for, and the proof that an earlier version works."""
        for path in (self._pending, self._healthy):
            with contextlib.suppress(OSError):
                path.unlink()

    def is_healthy(self, name: str) -> bool:
        """Tell whether this version has checked in."""
        try:
            return self._healthy.read_text() == name
        except (OSError, UnicodeDecodeError):
            return False

    def tell(self, order: Order, *, ok: bool, reason: str = "", is_fault: bool = False) -> None:
        """Leave word of what became of an order; durable on return. Raises OSError.

        `is_fault`: it failed because of what it is, and would do so again.
        """
        _replace(self._outcome, {"order": order.raw, "ok": ok, "reason": reason, "is_fault": is_fault})

    def accepted(self, name: str) -> Order | None:
        """Return the order by which this version was accepted, None when nobody remembers."""
        order = _read(self._outcome).get("order")
        found = parse_order(order) if isinstance(order, dict) else None
        return found if found and found.name == name else None

    def folder(self, name: str) -> Path:
        """Return where a version lies."""
        return self._versions / name


def parse_order(values: dict[str, Any]) -> Order | None:
    """Return an order, None when it names no version."""
    name = values.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name == BASE:
        return None
    return Order(name, str(values.get("server", "")), str(values.get("ca_file", "")), values)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _replace(path: Path, values: dict[str, Any]) -> None:
    new = path.with_suffix(".new")
    with new.open("w") as file:
        json.dump(values, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
