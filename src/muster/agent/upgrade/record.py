"""How far this agent is with its last upgrade, over restarts and versions: `upgrade.json`."""

import logging
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from muster.agent.kept_file import replace_file
from muster.model.release import MAX_FAILED, UpgradeState

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The last command and what became of it; `is_told` when the server knows that.

    `failed`: SHA-256 of packages that are not tried again, the newest last.
    """

    command_id: str = ""
    state: UpgradeState = UpgradeState.NONE
    version: str = ""
    sha256: str = ""
    name: str = ""
    reason: str = ""
    failed: Annotated[list[str], msgspec.Meta(max_length=MAX_FAILED)] = []
    is_told: bool = True

    def ended(self, *, ok: bool, reason: str, is_lasting: bool = False) -> "Record":
        """Return the record of the same upgrade at its end; one that fails for good is not tried again."""
        failed = self.failed
        if is_lasting and self.sha256:
            failed = [*(x for x in failed if x != self.sha256), self.sha256][-MAX_FAILED:]
        state = UpgradeState.DONE if ok else UpgradeState.FAILED
        text = reason.replace("\x00", " ")[:1024]
        return msgspec.structs.replace(self, state=state, reason=text, failed=failed, is_told=False)


class Outcome(msgspec.Struct, frozen=True):
    """`outcome.json`: what the launcher says of a version that it tried; `order` is what we wrote.

    `is_fault`: it failed because of what it is.
    """

    order: dict[str, Any]
    ok: bool
    reason: str
    is_fault: bool = False


class RecordFile:
    """Keeps the record."""

    def __init__(self, data: Path) -> None:
        self._path = data / "upgrade.json"

    def load(self) -> Record:
        """Return the stored record, an empty one when there is none that can be read."""
        return _load(self._path, Record) or Record()

    def store(self, record: Record) -> None:
        """Replace the record; durable on return. Raises OSError."""
        replace_file(self._path, msgspec.json.encode(record))

    def save(self, record: Record) -> None:
        """Do the same, and log it when the disk is full, say."""
        try:
            self.store(record)
        except OSError as error:
            _log.error("%s cannot be written: %s", self._path, error)


class Handover:
    """The files in `<data>/launcher` by which agent and launcher talk."""

    def __init__(self, data: Path) -> None:
        self._directory = data / "launcher"

    def ask(self, order: dict[str, Any]) -> None:
        """Ask the launcher for another version, once this process ends. Raises OSError."""
        replace_file(self._directory / "pending.json", msgspec.json.encode(order))

    def outcome(self) -> Outcome | None:
        """Return what became of the last version that the launcher tried."""
        return _load(self._directory / "outcome.json", Outcome)

    def prove_health(self, name: str) -> None:
        """Let the launcher know that the version of this name has checked in. Raises OSError."""
        replace_file(self._directory / "healthy", name.encode())


def settled(record: Record, outcome: Outcome | None, running: str) -> Record:
    """Return the record as it stands at the start of the version `running`.

    An upgrade that was under way is over, unless this process is the version on trial.
    """
    if not record.command_id:
        return record
    if outcome is not None and outcome.order.get("command_id") == record.command_id:
        is_undone = record.state is UpgradeState.DONE and not outcome.ok
        if record.state is UpgradeState.TRYING or is_undone:
            return record.ended(ok=outcome.ok, reason=outcome.reason, is_lasting=outcome.is_fault)
        return record
    if record.state is UpgradeState.TRYING and running != record.name:
        return record.ended(ok=False, reason="the launcher did not start it")
    if record.state is UpgradeState.INSTALLING:
        return record.ended(ok=False, reason="the agent ended while it was being installed")
    return record


def _load(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        _log.warning("%s is left out: %s", path, error)
        return None
